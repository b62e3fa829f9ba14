"""The citizen's page: two keys open it, guessing does not, the label's link always does."""

import pytest

from postal import custody, models
from postal.life import public_history
from tests import builders as build
from tests.api.conftest import NOW, Person


@pytest.fixture
def item(database, house):
    with database.write() as session:
        items = build.accepted(session, build.result(1, phone="0905121234", fee_vnd="135000"), now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        build.closed_batch(session, batch.id, now=NOW)
        return {"s10": items[0].s10, "dossier": items[0].dossier_code, "token": custody.token_of(session, items[0])}


@pytest.fixture
def citizen(app):
    return Person(app)


def look(citizen, code, tail):
    citizen.get("/track")
    return citizen.post("/track", code=code, tail=tail)


@pytest.mark.parametrize("name", ["s10", "dossier"])
def test_code_and_four_digits_open_the_page(citizen, item, name):
    answer = look(citizen, item[name], "1234")
    assert answer.status_code == 303
    assert "1234" not in answer.location
    page = citizen.get(answer.location).text
    assert "Đã xếp lô" in page
    assert "135.000 đ" in page
    assert "T. N. T. D. Hằng" in page


def test_the_page_shows_nothing_a_stranger_could_use(citizen, item):
    page = citizen.get(look(citizen, item["s10"], "1234").location).text
    for secret in ("Tôn Nữ", "0905121234", "Lê Lợi", "Đăng ký biến động"):
        assert secret not in page


def test_unknown_and_wrong_look_the_same(citizen, item):
    wrong, unknown = look(citizen, item["s10"], "9999"), look(citizen, "EY999999995VN", "1234")
    assert wrong.status_code == unknown.status_code == 404

    def without_token(code, tail):
        """Return the page but for the form's token and the code that was typed, which stays in its field."""
        return look(citizen, code, tail).text.replace(citizen.csrf, "").replace(f'value="{code}"', "")

    first, second = without_token(item["s10"], "9999"), without_token("KHONG-CO", "1234")
    assert first == second


def test_guessing_is_braked_for_the_code_and_the_link_still_opens(citizen, item):
    for tail in range(public_history.MAX_WRONG_HERE):
        assert look(citizen, item["s10"], f"{tail:04d}").status_code == 404
    assert look(citizen, item["s10"], "1234").status_code == 404
    assert citizen.get(f"/t/{item['token']}").status_code == 200


def test_the_brake_is_off_the_next_day(citizen, item, clock):
    for tail in range(public_history.MAX_WRONG_HERE):
        look(citizen, item["s10"], f"{tail:04d}")
    clock.forward(days=1)
    assert look(citizen, item["s10"], "1234").status_code == 303


def test_one_source_cannot_try_code_after_code(citizen, item):
    for number in range(public_history.MAX_WRONG_FROM_SOURCE):
        look(citizen, f"EY{number:011d}", "0000")
    assert look(citizen, item["s10"], "1234").status_code == 404


@pytest.mark.parametrize("tail", ["", "123", "12345", "１２３４", "abcd", "' or"])
def test_only_four_digits_are_tried(citizen, item, tail):
    assert look(citizen, item["s10"], tail).status_code == 404


def test_a_wrong_or_revoked_link_is_dead(citizen, item, database):
    assert citizen.get("/t/" + "0" * 32).status_code == 404
    with database.write() as session:
        found = session.query(models.Item).filter(models.Item.s10 == item["s10"]).one()
        custody.revoke_token(build.act(session), found.id)
    assert citizen.get(f"/t/{item['token']}").status_code == 404


def test_what_was_opened_closes_again_after_half_an_hour(citizen, item, clock):
    where = look(citizen, item["s10"], "1234").location
    clock.forward(minutes=31)
    assert citizen.get(where).status_code == 303


def test_the_page_speaks_english_too(citizen, item):
    assert "Your result" in citizen.get(f"/t/{item['token']}?lang=en").text


def test_answers_are_hardened_and_never_cached(citizen, item):
    headers = citizen.get(f"/t/{item['token']}").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_log_line_names_the_route_and_never_the_link(app, item, capsys):
    import structlog

    structlog.reset_defaults()
    app.test_client().get(f"/t/{item['token']}")
    written = capsys.readouterr()
    assert item["token"] not in written.out + written.err
