"""Who is at the door: yes for a courier on duty now, no for everybody else; reports reach the office at once."""

import re

import pytest

from postal import EventKind, citizen, custody, doorstep, models
from postal.access.policy import Actor, ActorKind
from postal.citizen import genuine
from postal.rules.lifecycle import Direction, State
from tests import builders as build
from tests.api.conftest import Person
from tests.postal import day as days
from tests.postal.day import DAY, EVENING, MORNING


@pytest.fixture
def walked(database, clock):
    """Let one courier walk with every piece, and another stay at home."""
    clock.now = MORNING
    with database.write() as session:
        day = days.build_day(session, {"phone": "0905121234", "fee_vnd": "0"}, {"fee_vnd": "135000"}, {}, n=3)
        day.office.phone = "0234 3823 496"
        days.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
        return {
            "office_id": day.office.id,
            "code": citizen.day_code(session, day.couriers[0].id, DAY),
            "idle": citizen.day_code(session, day.couriers[1].id, DAY),
            "square": citizen.badge_token(session, day.couriers[0].id, DAY),
            "links": [custody.token_of(session, item) for item in day.items],
            "s10": day.items[0].s10,
            "other_s10": day.items[1].s10,
        }


@pytest.fixture
def person(app):
    person = Person(app)
    person.get("/genuine")
    return person


def test_the_days_code_and_the_square_code_say_yes_with_the_office(person, walked):
    code = walked["code"]
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}", code)
    for shown in (code, code.lower(), code.replace("-", ""), f" {code} "):
        answer = person.post("/genuine", code=shown)
        assert answer.status_code == 200
        assert "Đúng. Người có mã này là bưu tá đang đi phát của Bưu cục Thử" in answer.text
    assert "Đúng." in person.get(f"/genuine/{walked['square']}").text
    assert "Số tiền phải nộp" not in answer.text, "nothing of an item without its second factor"


def test_everybody_else_gets_one_no(person, walked, clock, database):
    def no(code):
        answer = person.post("/genuine", code=code)
        return answer.status_code, answer.text.replace(person.csrf, "")

    answers = [no("ABCD-2345"), no(walked["idle"]), no("x"), no("Ω" * 8)]
    clock.forward(days=1)
    answers.append(no(walked["code"]))
    clock.now = EVENING
    with database.write() as session:
        for one in session.query(models.DeliveryRound):
            one.status = models.RoundStatus.CLOSED
    answers.append(no(walked["code"]))
    assert all(one == answers[0] for one in answers)
    assert answers[0][0] == 404


def test_with_the_items_page_open_it_says_who_holds_it_and_what_is_due(person, walked):
    for number, amount in ((0, "0 đ"), (1, "135.000 đ")):
        link = walked["links"][number]
        assert f'name="link" value="{link}"' in person.get(f"/t/{link}").text
        page = person.post("/genuine", code=walked["code"], link=link).text.replace("\xa0", " ")
        assert "đang giữ bưu gửi của Ông/Bà" in page
        assert f"Số tiền phải nộp: {amount}" in page
    person.get("/track")
    assert person.post("/track", code=walked["s10"], tail="1234").status_code == 303
    page = person.post("/genuine", code=walked["code"]).text.replace("\xa0", " ")
    assert "Số tiền phải nộp: 0 đ" in page


def test_an_item_on_another_round_is_told_from_ones_own(person, walked, database):
    with database.write() as session:
        item = session.query(models.Item).filter_by(s10=walked["s10"]).one()
        item.round_id = None
    page = person.post("/genuine", code=walked["code"], link=walked["links"][0]).text
    assert "không ở chuyến của bưu tá này" in page
    assert "Số tiền phải nộp" not in page


def test_right_after_the_door_the_answer_is_that_he_has_just_delivered(person, walked, database, clock):
    with database.write() as session:
        item = session.query(models.Item).filter_by(s10=walked["s10"]).one()
        courier = session.query(models.Courier).filter_by(code="BT-1").one()
        by = Actor(kind=ActorKind.USER, role=models.Role.COURIER, courier_id=courier.id, office_id=courier.office_id)
        clock.forward(hours=2)
        told = doorstep.record_scans(build.act(session, clock.now, by=by), [days.delivered(item)])
        assert item.state is State.DELIVERED, told
    page = person.post("/genuine", code=walked["code"], link=walked["links"][0]).text
    assert "vừa phát bưu gửi của Ông/Bà trong chuyến hôm nay" in page
    assert "không ở chuyến của bưu tá này" not in page
    assert "Số tiền phải nộp" not in page
    with database.write() as session:  # by somebody else
        other = session.query(models.Item).filter_by(s10=walked["other_s10"]).one()
        other.state, other.round_id = State.DELIVERED, None
    assert "không ở chuyến của bưu tá này" in person.post("/genuine", code=walked["code"], link=walked["links"][1]).text


@pytest.mark.parametrize(
    ("state", "is_out", "words"),
    [
        (State.ON_COLLECTION_ROUND, True, "đến nhận hồ sơ của Ông/Bà, chưa cầm hồ sơ ấy. Số tiền phải nộp: 0 đ"),
        (State.COLLECTED, True, "đang giữ bưu gửi của Ông/Bà. Số tiền phải nộp: 0 đ"),
        (State.SUBMITTED, False, "vừa nhận hồ sơ của Ông/Bà trong chuyến hôm nay"),
        (State.DOSSIER_AT_OFFICE, False, "vừa nhận hồ sơ của Ông/Bà trong chuyến hôm nay"),
        (State.AWAITING_COLLECTION, False, "không ở chuyến của bưu tá này"),
    ],
)
def test_a_collection_is_worded_by_what_he_has(person, walked, database, state, is_out, words):
    with database.write() as session:
        item = session.query(models.Item).filter_by(s10=walked["s10"]).one()
        was_on, item.state, item.direction = item.round_id, state, Direction.COLLECTION
        item.round_id = was_on if is_out else None
        session.add(
            models.TrackingEvent(
                item_id=item.id, kind=EventKind.COLLECTED, scan_id="x", happened_at=MORNING, recorded_at=MORNING,
                is_applied=True, state_after=State.COLLECTED, facts={}, round_id=was_on,
            )
        )  # fmt: skip
    page = person.post("/genuine", code=walked["code"], link=walked["links"][0]).text.replace("\xa0", " ")
    assert words in page


def test_guessing_a_days_code_is_slowed(person, walked):
    for number in range(genuine._CHECKS.n_free):
        person.post("/genuine", code=f"AAAA-{number:04d}")
    assert person.post("/genuine", code=walked["code"]).status_code == 429
    assert asked_from(person.app, "192.0.2.1", walked["code"]).status_code == 200


def asked_from(app, source, code):
    """Ask for a code from an address."""
    other = Person(app)
    other.get("/genuine")
    return other.client.post(
        "/genuine", data={"csrf_token": other.csrf, "code": code}, environ_base={"REMOTE_ADDR": source}
    )


def test_whoever_must_wait_is_told_so_whether_the_code_is_right_or_wrong(person, walked, clock):
    for number in range(genuine._CHECKS.n_free):
        person.post("/genuine", code=f"AAAA-{number:04d}")
    answers = [person.post("/genuine", code=code) for code in (walked["code"], "AAAA-BBBB", "x")]
    answers.append(person.get(f"/genuine/{walked['square']}"))
    assert {one.status_code for one in answers} == {429}
    assert len({re.sub('name="csrf_token" value="[^"]+"', "", one.text.partition("<main")[2]) for one in answers}) == 1
    page = answers[0].text
    assert "Thử lại sau ít phút, hoặc gọi bưu cục" in page
    assert 'href="tel:0234 3823 496"' in page
    assert "Không. Lúc này không có bưu tá" not in page
    assert "Đúng." not in page
    clock.forward(minutes=2)
    assert person.post("/genuine", code=walked["code"]).status_code == 200, "the wait is over"


def test_one_stranger_closes_the_check_for_nobody_else(app, walked, database, clock):
    with database.write() as session:
        for number in range(520):
            clock.forward(milliseconds=100)
            checked = citizen.check_courier(build.act(session, clock.now), f"AAAA-{number:04d}", source="198.51.100.7")
            assert checked.must_wait == (number >= genuine._CHECKS.n_free)
    assert asked_from(app, "198.51.100.8", walked["code"]).status_code == 200
    assert asked_from(app, "198.51.100.7", walked["code"]).status_code == 429


def test_a_swarm_makes_everybody_wait_and_the_next_hour_begins_anew(app, walked, database, clock):
    with database.write() as session:
        for number in range(genuine._ALL_CHECKS.n_free):
            asked = build.act(session, clock.now)
            assert not citizen.check_courier(asked, "AAAA-BBBB", source=f"192.0.2.{number % 200}").must_wait
    for _ in range(genuine._CHECKS.n_free + 2):  # what is not judged does not count against an address
        assert asked_from(app, "198.51.100.8", walked["code"]).status_code == 429
    clock.forward(minutes=1)
    assert asked_from(app, "198.51.100.8", walked["code"]).status_code == 200
    asked_from(app, "198.51.100.9", "AAAA-BBBB")
    assert asked_from(app, "198.51.100.8", walked["code"]).status_code == 429, "still the same hour"
    clock.forward(hours=1)
    asked_from(app, "198.51.100.9", "AAAA-BBBB")
    assert asked_from(app, "198.51.100.8", walked["code"]).status_code == 200


def test_a_report_reaches_the_office_at_once_and_is_settled(person, sign_in, database):
    told = {"what": "asked_money", "words": "Đòi 200.000 đ, xưng tên Hùng", "commune": days.THUAN_HOA}
    answer = person.post("/genuine/report", **told)
    assert answer.status_code == 303
    with database.read() as session:
        (found,) = session.query(models.FalseCourier)
        assert found.office_id is not None
        assert b"200.000" not in found.sealed
        report_id = found.id
    clerk = sign_in("dispatcher")
    home = clerk.get("/staff/").text
    assert "1 phản ánh người giả bưu tá" in home
    page = clerk.get("/staff/false-couriers").text
    assert "Đòi 200.000 đ, xưng tên Hùng" in page
    clerk.post(f"/staff/false-couriers/{report_id}/settle", done="Đã báo công an phường")
    assert "Đã báo công an phường" in clerk.get("/staff/false-couriers").text
    assert "phản ánh người giả bưu tá" not in clerk.get("/staff/").text


def test_every_desk_page_tells_of_an_open_report_until_it_is_settled(person, sign_in, database):
    person.post("/genuine/report", what="asked_money", words="Đòi tiền", commune=days.THUAN_HOA)
    clerk, link = sign_in("dispatcher"), 'href="/staff/false-couriers"'
    pages = ("/staff/", "/staff/queue", "/staff/late", "/staff/batches", "/staff/day", "/staff/day/rounds")
    for path in pages:
        assert clerk.get(path).text.count("1 phản ánh người giả bưu tá") == 1, path
        assert link in clerk.get(path).text
    assert "phản ánh người giả bưu tá" not in sign_in("stranger-clerk").get("/staff/queue").text
    assert "phản ánh người giả bưu tá" not in sign_in("admin").get("/staff/queue").text, "settles none"
    with database.read() as session:
        report_id = session.query(models.FalseCourier).one().id
    clerk.post(f"/staff/false-couriers/{report_id}/settle", done="Đã báo công an phường")
    for path in pages:
        assert "phản ánh người giả bưu tá" not in clerk.get(path).text, path


def test_a_report_that_cannot_be_taken_keeps_what_was_typed(person):
    answer = person.post("/genuine/report", what="", words="Một người lạ mặt", commune=days.THUAN_HOA)
    assert answer.status_code == 400
    assert "Một người lạ mặt" in answer.text
    assert f'value="{days.THUAN_HOA}" selected' in answer.text


def test_an_office_sees_its_own_reports_alone(person, sign_in, database):
    person.post("/genuine/report", what="by_phone", words="Gọi đòi chuyển khoản", commune=days.THUAN_HOA)
    foreign = sign_in("stranger-clerk")
    assert "Gọi đòi chuyển khoản" not in foreign.get("/staff/false-couriers").text
    with database.read() as session:
        report_id = session.query(models.FalseCourier).one().id
    foreign.post(f"/staff/false-couriers/{report_id}/settle", done="x")
    with database.read() as session:
        assert session.query(models.FalseCourier).one().settled_at is None
