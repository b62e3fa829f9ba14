"""The citizen's page: which keys open it, what a stranger learns (nothing), and that no stranger locks an owner out."""

import json
import re
from datetime import timedelta

import pytest

from postal import citizen, custody, models
from postal.citizen import guessing, history
from tests import builders as build
from tests.api.conftest import NOW, Person
from tests.api.guessing import neighbours

OWN = "1234"


@pytest.fixture
def item(database, house):
    with database.write() as session:
        found = build.accepted(
            session,
            build.result(1, phone="0905121234", fee_vnd="135000"),
            build.result(2, phone="", recipient="Phạm Văn Vô"),
            now=NOW,
        )
        batch = custody.open_batch(build.act(session, NOW), found[0].consignment.issuing_office_id)
        build.closed_batch(session, batch.id, now=NOW)
        first, second = found
        return {
            "s10": first.s10,
            "dossier": first.dossier_code,
            "token": custody.token_of(session, first),
            "without_phone": second.s10,
        }


@pytest.fixture
def browser(app):
    return lambda: Person(app)


@pytest.fixture
def someone(browser):
    return browser()


def look(person, code, tail, source="198.51.100.7"):
    person.get("/track")
    return person.post("/track", code=code, tail=tail) if source is None else _from(person, source, code, tail)


def _from(person, source, code, tail):
    data = {"csrf_token": person.csrf, "code": code, "tail": tail}
    answer = person.client.post(
        "/track", data=data, headers={"Accept": "text/html"}, environ_base={"REMOTE_ADDR": source}
    )
    return person._note(answer)


def wrong_tails(n):
    return [f"{number:04d}" for number in range(n)]


@pytest.mark.parametrize("name", ["s10", "dossier"])
@pytest.mark.parametrize("tail", [OWN, "0905 121 234", "+84905121234"])
def test_code_and_four_digits_or_the_whole_number_open_the_page(someone, item, name, tail):
    answer = look(someone, item[name], tail)
    assert answer.status_code == 303
    assert "1234" not in answer.location
    page = someone.get(answer.location).text
    assert "Đã xếp lô" in page
    assert "135.000 đ" in page
    assert "T. N. T. D. Hằng" in page


def test_a_refused_try_keeps_all_that_was_typed(someone, item):
    page = look(someone, item["s10"], "0905 121 239").get_data(as_text=True)
    assert f'value="{item["s10"]}" required' in page
    assert 'value="0905 121 239" required' in page


def test_the_page_shows_nothing_a_stranger_could_use(someone, item):
    page = someone.get(look(someone, item["s10"], OWN).location).text
    for secret in ("Tôn Nữ", "0905121234", "Lê Lợi", "Đăng ký biến động"):
        assert secret not in page


def _masked(person, answer, *typed):
    """Return all of an answer but what was typed, the form's token and the request's number."""
    body = answer.get_data(as_text=True).replace(person.csrf, "")
    for text in typed:
        body = body.replace(text, "")
    headers = {
        k: v for k, v in answer.headers.items() if k not in ("X-Request-Id", "Date", "Content-Length", "Set-Cookie")
    }
    cookies = [re.sub(r"^[^=]*=[^;]*|Expires=[^;]*", "", one) for one in answer.headers.getlist("Set-Cookie")]
    return answer.status_code, headers, cookies, body


def test_unknown_forbidden_and_wrong_are_one_answer_byte_for_byte(browser, item, database, clock):
    """A code nobody has, wrong digits, a recipient without phone, a braked code with the right digits."""
    tries = [("EY999999995VN", OWN), ("KHONG-CO", OWN), (item["s10"], "9999"), (item["without_phone"], OWN), ("%", OWN)]
    answers = []
    for code, tail in tries:
        person = browser()
        answers.append(_masked(person, look(person, code, tail), code, f'value="{tail}"'))
    for tail in wrong_tails(guessing.MAX_WRONG_FOR_CODE):
        look(browser(), item["dossier"], tail)
    for code in (item["s10"], item["dossier"]):
        person = browser()
        answers.append(_masked(person, look(person, code, OWN), code, f'value="{OWN}"'))
    assert all(one == answers[0] for one in answers)
    assert answers[0][0] == 404


def test_a_dead_link_says_one_thing_whether_unknown_revoked_or_ended(browser, item, database, clock):
    other = browser()
    assert other.get(f"/t/{item['token']}").status_code == 200
    person = browser()
    person.get("/track")
    answers = [_masked(person, person.get(f"/t/{typed}"), typed) for typed in ("0" * 32, "khong-co")]
    with database.write() as session:
        found = session.query(models.Item).filter(models.Item.s10 == item["s10"]).one()
        found.finished_at, item_id = NOW, found.id
    clock.now = NOW + history.TOKEN_LASTS
    assert other.get(f"/t/{item['token']}").status_code == 200
    clock.forward(minutes=1)
    answers.append(_masked(person, person.get(f"/t/{item['token']}"), item["token"]))
    clock.now = NOW
    with database.write() as session:
        custody.revoke_token(build.act(session), item_id)
    answers.append(_masked(person, person.get(f"/t/{item['token']}"), item["token"]))
    assert all(one == answers[0] for one in answers)
    assert answers[0][0] == 404


def test_five_wrong_tries_from_all_sources_close_the_code_to_strangers_alone(browser, item):
    """B-W1: the owner opened it before; strangers elsewhere use every try up, by either name of the piece."""
    owner = browser()
    assert look(owner, item["s10"], OWN, "192.0.2.1").status_code == 303
    for number, tail in enumerate(wrong_tails(20)):
        code = item["s10"] if number % 2 else item["dossier"]
        assert look(browser(), code, tail, f"198.51.100.{number % 4}").status_code == 404
    assert look(browser(), item["s10"], OWN, "203.0.113.9").status_code == 404
    assert look(owner, item["s10"], OWN, "203.0.113.9").status_code == 303
    assert look(owner, item["dossier"], OWN, "192.0.2.1").status_code == 303
    assert browser().get(f"/t/{item['token']}").status_code == 200


def test_a_browser_that_opened_by_the_label_is_known(browser, item):
    owner = browser()
    owner.get(f"/t/{item['token']}")
    for tail in wrong_tails(6):
        look(browser(), item["s10"], tail)
    assert look(owner, item["s10"], OWN).status_code == 303


def test_a_known_browser_cannot_be_used_to_guess(browser, item):
    owner = browser()
    owner.get(f"/t/{item['token']}")
    for tail in wrong_tails(guessing.MAX_WRONG_FOR_CODE + guessing.MAX_WRONG_ON_KNOWN_DEVICE):
        assert look(owner, item["s10"], tail, "192.0.2.1").status_code == 404
    assert look(owner, item["s10"], OWN, "192.0.2.1").status_code == 404


def test_what_a_browser_is_known_by_is_kept_as_a_hash_and_tells_nothing(browser, item, database):
    owner = browser()
    answer = look(owner, item["s10"], OWN)
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("tannha-device="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    with database.read() as session:
        (known,) = session.query(models.KnownDevice).filter(models.KnownDevice.subject.like("consignment:%"))
        assert len(token) >= 22
        assert token not in (known.token_hash, known.subject)


def test_the_brake_is_off_the_next_day(someone, item, clock):
    for tail in wrong_tails(guessing.MAX_WRONG_FOR_CODE):
        look(someone, item["s10"], tail)
    clock.forward(days=1)
    assert look(someone, item["s10"], OWN).status_code == 303


def test_right_digits_use_no_try_up(browser, item):
    for _ in range(guessing.MAX_WRONG_FOR_CODE + 2):
        assert look(browser(), item["s10"], OWN).status_code == 303


def test_one_source_cannot_try_code_after_code(someone, item):
    for number in range(guessing.MAX_WRONG_FROM_SOURCE):
        look(someone, f"EY{number:011d}", "0000")
    assert look(someone, item["s10"], OWN).status_code == 404
    assert look(someone, item["s10"], OWN, "192.0.2.1").status_code == 303


@pytest.mark.parametrize("tail", ["", "123", "12345", "１２３４", "abcd", "' or"])
def test_only_four_digits_are_tried(someone, item, tail):
    assert look(someone, item["s10"], tail).status_code == 404


def test_what_was_opened_closes_again_after_half_an_hour(someone, item, clock):
    where = look(someone, item["s10"], OWN).location
    clock.forward(minutes=31)
    assert someone.get(where).status_code == 303


def test_the_page_speaks_english_too(someone, item):
    assert "Your result" in someone.get(f"/t/{item['token']}?lang=en").text


def test_answers_are_hardened_and_never_cached(someone, item):
    headers = someone.get(f"/t/{item['token']}").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_log_line_names_the_route_and_never_the_link(app, item, capsys):
    import structlog

    structlog.reset_defaults()
    app.test_client().get(f"/t/{item['token']}")
    written = capsys.readouterr()
    assert item["token"] not in written.out + written.err


def test_the_global_brake_closes_four_digits_to_strangers_and_rings_within_the_minute(browser, item, clock, database):
    owner, attacker = browser(), browser()
    look(owner, item["s10"], OWN, "192.0.2.1")
    attacker.get("/track")
    codes = neighbours("EY950000008VN", 80)
    began = clock.now
    for number in range(guessing.BRAKE_AT):
        _from(attacker, f"198.51.100.{number % 200}", codes[number % 80], f"{number:04d}")
        clock.forward(milliseconds=100)
    with database.read() as session:
        alarm = citizen.last_alarm(session, now=clock.now)
        assert alarm is not None
        assert alarm.at - began <= timedelta(minutes=1)
        assert session.query(models.Notice).filter(models.Notice.kind == "guessing_alarm").count() == 1
    assert look(browser(), item["s10"], OWN, "203.0.113.5").status_code == 404
    assert look(owner, item["s10"], OWN, "192.0.2.1").status_code == 303
    assert browser().get(f"/t/{item['token']}").status_code == 200
    clock.forward(minutes=20)
    assert look(browser(), item["s10"], OWN, "203.0.113.5").status_code == 303


def test_a_machine_reads_the_parcel_and_nobody(someone, item):
    page = someone.get(f"/t/{item['token']}").text
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert (told["@type"], told["trackingNumber"]) == ("ParcelDelivery", item["s10"])
    assert "Hằng" not in json.dumps(told, ensure_ascii=False)
    for closed in (someone.get("/track"), look(someone, item["s10"], "9999")):
        assert "ld+json" not in closed.text


@pytest.mark.parametrize("path", ["/t/{token}", "/track", "/genuine"])
def test_the_page_without_script_weighs_at_most_30_kb(someone, item, path):
    page = someone.get(path.format(token=item["token"]))
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    sizes = [len(page.data), *(len(someone.get(sheet).data) for sheet in sheets)]
    assert len(sheets) == 1
    assert sum(sizes) <= 30_000, sizes


def test_the_page_can_be_put_on_the_home_screen(someone):
    page = someone.get("/track").text
    manifest = someone.get(re.search(r'rel="manifest" href="([^"]+)"', page)[1])
    assert manifest.json["start_url"] == "/track"
    assert manifest.mimetype == "application/manifest+json"
    worker = someone.get("/track/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/track"
    assert someone.get("/track/offline").status_code == 200
