"""A swarm guesses codes and digits from 200 addresses, and the owners in its midst still get in."""

import random
import re
from datetime import timedelta
from threading import Thread

import pytest

from api.commands.serving.fake_gateway import Shown, gateway
from api.wiring import EXTENSION, build_services
from postal import citizen, custody, models
from postal.citizen import guessing
from postal.outside import Outgoing
from postal.people import open_person
from tests import builders as build
from tests.api.conftest import NOW, Person, work
from tests.api.guessing import neighbours
from tests.scale import record_figure, scaled

N_GUESSES, N_CODES, N_SOURCES = scaled(800, 50_000), scaled(30, 300), 200
PERSONAL = ("Diễm", "Hằng", "Tôn", "Lê Lợi", "0905", "Đăng ký", "135.000")


@pytest.fixture
def shown():
    """Run the stand-in for an SMS gateway; its first answer is a refusal."""
    shown = Shown(n_to_fail=1)
    server = gateway(("127.0.0.1", 0), shown)
    Thread(target=server.serve_forever, daemon=True).start()
    shown.url = f"http://127.0.0.1:{server.server_address[1]}/send?v=1"
    yield shown
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(settings, shown):
    return settings.model_copy(update={"sms_gateway_url": shown.url, "alarm_phone": "0901000111"})


@pytest.fixture
def pieces(database, house):
    chance = random.Random(23)
    with database.write() as session:
        rows = [build.result(n + 1, phone=f"0905{chance.randrange(10**6):06d}") for n in range(N_CODES)]
        items = build.accepted(session, *rows, now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        build.closed_batch(session, batch.id, now=NOW)
        return [
            (item.s10, row.phone[-4:], custody.token_of(session, item)) for item, row in zip(items, rows, strict=True)
        ]


def post(person, path, source="192.0.2.1", **fields):
    """Send one of the citizen's forms from an address."""
    data = {"csrf_token": person.csrf, **fields}
    html = {"Accept": "text/html"}
    return person._note(person.client.post(path, data=data, headers=html, environ_base={"REMOTE_ADDR": source}))


def code_in(shown, number):
    texts = [one["text"] for one in shown.all() if one["to"] == number]
    return re.search(r"\b(\d{6})\b", texts[-1])[1] if texts else None


def test_a_swarm_learns_nothing_and_the_owners_get_in(app, pieces, shown, clock, database):
    owner, (own_code, own_tail, own_token) = Person(app), pieces[N_CODES // 2]
    owner.get("/track")
    assert post(owner, "/track", code=own_code, tail=own_tail).status_code == 303
    swarm, chance, real = Person(app), random.Random(7), {code for code, _, _ in pieces}
    swarm.get("/track")
    codes, began, n_opened, n_personal = neighbours(pieces[0][0], 2 * N_CODES), clock.now, 0, 0
    for number in range(N_GUESSES):
        code = codes[number % len(codes)]
        tail = f"{chance.randrange(10**4):04d}"
        answer = post(swarm, "/track", f"198.51.100.{number % N_SOURCES}", code=code, tail=tail)
        n_opened += answer.status_code == 303
        # The form keeps what was typed, which says nothing new, and a token of its own.
        told = answer.text.replace(f'value="{tail}"', "").replace(swarm.csrf, "")
        n_personal += any(word in told for word in PERSONAL)
        swarm.client.delete_cookie("tannha-device")  # it does not help it to keep what it found
        if number % (N_GUESSES // 8) == 0:
            assert post(owner, "/track", code=own_code, tail=own_tail).status_code == 303
            assert Person(app).get(f"/t/{own_token}").status_code == 200
            work(app)  # goes on beside it: what waits to be sent for an hour is sent no more
        clock.forward(milliseconds=100)
    assert n_personal == 0
    assert n_opened <= max(1, round(0.0005 * N_CODES)), "more than the five tries a day explain"
    assert real & set(codes), "the swarm never tried a code that exists"
    with database.read() as session:
        first = (
            session.query(models.AuditEntry).filter_by(action=guessing.GUESSING).order_by(models.AuditEntry.id).first()
        )
        assert first.at - began <= timedelta(minutes=1)
    known = [(code, tail) for code, tail, _ in pieces if code in codes and code != own_code][:3]
    for code, tail in known:  # right at last, and five wrong tries too late, wherever it comes from
        assert post(swarm, "/track", "203.0.113.9", code=code, tail=tail).status_code == 404
    assert known
    record_figure("guesses from 200 addresses: pages opened", n_opened, f"of {N_GUESSES}")
    _an_owner_on_another_browser_asks_for_a_code(app, pieces, shown, clock)


def _an_owner_on_another_browser_asks_for_a_code(app, pieces, shown, clock):
    code, tail, _ = pieces[0]
    elsewhere = Person(app)
    elsewhere.get("/track")
    assert post(elsewhere, "/track", code=code, tail=tail).status_code == 404
    number = next(n for n in _phones(app) if n.endswith(tail))
    answer = post(elsewhere, "/track/code", code=code)
    assert answer.status_code == 200
    work(app)
    clock.forward(seconds=6)
    work(app)
    digits = code_in(shown, number)
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    assert post(elsewhere, "/track/code/open", code=code, digits=wrong).status_code == 404
    assert post(elsewhere, "/track/code/open", code=code, digits=f"{digits[:3]} {digits[3:]}").status_code == 303
    assert post(elsewhere, "/track/code/open", code=code, digits=digits).status_code == 404, "it opens once"
    assert post(elsewhere, "/track", code=code, tail=tail).status_code == 303, "and its browser is known now"
    assert any(one["to"] == "0901000111" for one in shown.all()), "the operator was told"


def _phones(app):
    services = app.extensions[EXTENSION]
    with services.database.read() as session:
        return [open_person(session, one).phone or "" for one in session.query(models.Person)]


def test_whoever_asks_for_a_code_gets_one_answer_and_the_same_rows(app, pieces, database, clock):
    code = pieces[0][0]
    answers = []
    for asked in (code, "EY999999995VN", code, code, code, "x"):
        person = Person(app)
        person.get("/track")
        answer = post(person, "/track/code", code=asked)
        answers.append((answer.status_code, answer.text.replace(person.csrf, "").replace(f'value="{asked}"', "")))
    assert all(one == answers[0] for one in answers)
    with database.read() as session:
        states = [one.state for one in session.query(models.Notice).order_by(models.Notice.id)]
        assert states == ["waiting", "nobody", "waiting", "waiting", "nobody", "nobody"], "three a day and no more"
        assert session.query(models.SentCode).count() == 6


def test_who_shares_an_address_with_a_guesser_can_still_ask_for_a_code(app, pieces, database):
    code, tail, _ = pieces[0]
    owner, carrier = Person(app), "198.51.100.99"
    owner.get("/track")
    for number in range(guessing.MAX_WRONG_FROM_SOURCE):
        post(owner, "/track", carrier, code=f"EY{number:08d}0VN", tail="0000")
    owner.client.delete_cookie("tannha-device")
    assert post(owner, "/track", carrier, code=code, tail=tail).status_code == 404, "the address is braked"
    post(owner, "/track/code", carrier, code=code)
    with database.read() as session:
        newest = session.query(models.SentCode).order_by(models.SentCode.id.desc()).first()
        digits = citizen.digits_of(session, newest.id)
    assert post(owner, "/track/code/open", carrier, code=code, digits=digits).status_code == 303


def test_a_braked_address_counts_against_itself_alone(app, pieces, database):
    """Whatever it goes on trying: neither everybody's count grows, nor the count of the codes it names."""
    (code, tail, _), (other_code, other_tail, _) = pieces[0], pieces[1]
    stranger, owner = Person(app), Person(app)
    stranger.get("/track")
    owner.get("/track")
    for number in range(guessing.MAX_WRONG_FROM_SOURCE):
        post(stranger, "/track", "198.51.100.99", code=f"EY{number:08d}0VN", tail="0000")

    def counted():
        with database.read() as session:
            bucket = guessing._bucket_key(session, NOW)
            rows = session.query(models.WrongTries).all()
            return len(rows), [one.n_wrong for one in rows if one.key_hash == bucket]

    before = counted()
    for number in range(guessing.BRAKE_AT):
        path, typed = ("/track/code/open", "digits") if number % 4 == 0 else ("/track", "tail")
        wrong = "000000" if typed == "digits" else "0000"
        asked = code if number % 2 else f"EY{number:08d}1VN"
        assert post(stranger, path, "198.51.100.99", code=asked, **{typed: wrong}).status_code == 404
    assert counted() == before
    assert before[1] == [guessing.MAX_WRONG_FROM_SOURCE]
    assert post(stranger, "/track", "198.51.100.99", code=other_code, tail=other_tail).status_code == 404
    assert post(owner, "/track", code=code, tail=tail).status_code == 303, "the code kept its own tries"


def test_one_address_cannot_ask_for_everybodys_codes(app, pieces, database):
    person = Person(app)
    person.get("/track")
    for number in range(guessing.MAX_ASKED_FROM_SOURCE):
        post(person, "/track/code", "198.51.100.98", code=f"EY{number:08d}0VN")
    post(person, "/track/code", "198.51.100.98", code=pieces[0][0])
    post(person, "/track/code", "198.51.100.97", code=pieces[0][0])
    with database.read() as session:
        last_two = session.query(models.Notice.state).order_by(models.Notice.id.desc()).limit(2).all()
    assert [state for (state,) in last_two] == ["waiting", "nobody"]


def test_a_sent_code_ends_after_a_quarter_of_an_hour_and_after_five_wrong_tries(app, pieces, database, clock):
    code, _, _ = pieces[1]

    def sent():
        person = Person(app)
        person.get("/track")
        post(person, "/track/code", code=code)
        with database.read() as session:
            newest = session.query(models.SentCode).order_by(models.SentCode.id.desc()).first()
            return person, citizen.digits_of(session, newest.id)

    person, digits = sent()
    clock.forward(minutes=16)
    assert post(person, "/track/code/open", code=code, digits=digits).status_code == 404
    person, digits = sent()
    for step in range(1, 6):
        wrong = f"{(int(digits) + step) % 10**6:06d}"
        assert post(person, "/track/code/open", code=code, digits=wrong).status_code == 404
    assert post(person, "/track/code/open", code=code, digits=digits).status_code == 404


def test_no_number_and_no_code_is_logged_or_kept(app, pieces, shown, clock, capsys):
    import structlog

    structlog.reset_defaults()
    person = Person(app)
    person.get("/track")
    post(person, "/track/code", code=pieces[0][0])
    work(app)
    clock.forward(seconds=6)
    work(app)
    (told,) = shown.all()
    written = capsys.readouterr()
    said = written.out + written.err
    assert shown.n_requests == 2
    with app.extensions[EXTENSION].database.read() as session:
        (notice,) = session.query(models.Notice)
        assert (notice.state, notice.verdict, notice.n_tries) == ("sent", "sent", 2)
        kept = " ".join(str(value) for one in (notice, *session.query(models.SentCode)) for value in vars(one).values())
    digits = code_in(shown, told["to"])
    assert told["to"] not in said + kept
    assert digits not in said + kept


@pytest.mark.parametrize(
    ("body", "numbers", "shape"),
    [
        ('{"phone": "{to}", "sms": {"content": "{text}"}, "ref": "{id}"}', "international", "json"),
        ("to={to}&text={text}&id={id}", "national", "form"),
    ],
)
def test_any_gateways_body_can_be_written(settings, shown, body, numbers, shape):
    changed = settings.model_copy(update={"sms_gateway_body": body, "sms_gateway_numbers": numbers})
    gate = build_services(changed).notifier
    text = 'Mã "12 & 34" là {to}\n'
    assert gate.send(Outgoing(notice_id="tannha-1", to="0905123456", text=text)).may_help
    assert gate.send(Outgoing(notice_id="tannha-1", to="0905123456", text=text)).is_sent
    (told,) = shown.all()
    if shape == "json":
        assert told["phone"] == "84905123456"
        assert told["sms"]["content"] == text
    else:
        assert (told["to"], told["text"]) == ("0905123456", text)
