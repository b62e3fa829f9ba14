"""What the tracking page says comes from state, reason, round and date together, and is true on the day it is read."""

import html
from datetime import UTC, date, datetime, timedelta

import pytest

from postal import custody, doorstep, rounds
from postal.doorstep import counter
from postal.models import Item, Office
from postal.to_agency import returns
from tests import builders as build
from tests.api.conftest import Person
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING

WEDNESDAY = date(2026, 11, 25)  # the 24th is a holiday
OFFICE = {"address": "8 Hoàng Hoa Thám", "phone": "0234 3823 496", "opening_hours": "07:00–19:00"}


@pytest.fixture
def day(database, app, clock):
    clock.now = MORNING
    with database.write() as session:
        day = a_day.build_day(session, {"phone": "0905121234"}, {}, {}, {})
        session.get_one(Office, day.office.id).address = OFFICE["address"]
        session.get_one(Office, day.office.id).phone = OFFICE["phone"]
        session.get_one(Office, day.office.id).opening_hours = OFFICE["opening_hours"]
        tokens = [custody.token_of(session, item) for item in day.items]
        session.flush()
        code = (day.items[0].s10, day.items[0].dossier_code)
        ids = day.office.id, [item.id for item in day.items]
    return ids, tokens, code


@pytest.fixture
def citizen(app):
    return Person(app)


@pytest.fixture
def story(database, day, clock, citizen):
    """Return how to play on and what the first item's page says then."""
    (office_id, item_ids), tokens, _ = day
    return Story(database, office_id, item_ids, tokens, clock, citizen)


class Story:
    def __init__(self, database, office_id, item_ids, tokens, clock, citizen):
        self.database, self.office_id, self.item_ids, self.tokens = database, office_id, item_ids, tokens
        self.clock, self.citizen = clock, citizen

    def first(self, session):
        return session.get_one(Item, self.item_ids[0])

    def page(self, at=None, lang="vi", number=0):
        if at is not None:
            self.clock.now = at
        answer = self.citizen.get(f"/t/{self.tokens[number]}?lang={lang}")
        assert answer.status_code == 200
        return html.unescape(answer.text).partition("Bưu tá chỉ thu đúng")[0]

    def walk(self, on=DAY):
        with self.database.write() as session:
            items = [session.get_one(Item, item_id) for item_id in self.item_ids]
            self.plan = a_day.walking(session, on, shares=[[str(i.consignment_id) for i in items]])
            self.round_id = self.plan.rounds[0].id

    def fail(self, reason, at=MORNING + timedelta(hours=1)):
        with self.database.write() as session:
            item = self.first(session)
            scan = a_day.failed(item, reason, at=at)
            answers = doorstep.record_scans(build.act(session, at + timedelta(hours=1), by=a_day.CLERK), [scan])
            assert answers[0].status == "recorded"

    def close(self, at=EVENING):
        with self.database.write() as session:
            rounds.close_round(build.act(session, at), self.round_id)


def no_visit_is_promised(page):
    return not any(said in page for said in ("đến lần nữa", "đến trong hôm nay", "bưu tá mang đến", "gọi lại"))


# ---- refused


@pytest.mark.parametrize("is_evening", [False, True])
def test_what_was_refused_goes_back_to_the_office_that_issued_it(story, is_evening):
    story.walk()
    story.fail("TU_CHOI")
    if is_evening:
        story.close()
    page = story.page(EVENING + timedelta(minutes=5) if is_evening else MORNING + timedelta(hours=3))
    assert no_visit_is_promised(page), page
    assert f"trở về {build.CENTRE}" in page
    assert "Giấy tờ tùy thân" not in page
    assert build.CENTRE in story.page(lang="en")


def test_on_its_way_back_it_names_the_agency_too(story):
    story.walk()
    story.fail("TU_CHOI")
    story.close()
    with story.database.write() as session:
        returns.start_due_returns(build.act(session, EVENING))
    page = story.page(EVENING)
    assert no_visit_is_promised(page)
    assert build.CENTRE in page


@pytest.mark.parametrize("reason", ["SAI_DIA_CHI", "DA_CHUYEN", "KHONG_TIM_THAY"])
def test_an_address_that_is_wrong_is_asked_about_and_nobody_comes_meanwhile(story, reason):
    story.walk()
    story.fail(reason)
    for at in (MORNING + timedelta(hours=3), EVENING + timedelta(days=1)):
        page = story.page(at)
        assert no_visit_is_promised(page), page
        assert "về địa chỉ" in page
        assert "Hỏi tại:" in page


@pytest.mark.parametrize("reason", ["VANG_NHA", "KHONG_LIEN_LAC", "HEN_LAI"])
def test_who_was_not_there_is_told_when_the_courier_comes_again_and_whom_to_call(story, reason):
    story.walk()
    story.fail(reason)
    page = story.page(MORNING + timedelta(hours=3))
    assert "đến lần nữa, sớm nhất thứ Tư 25/11/2026" in page
    for text in ("Bưu cục Thử", *OFFICE.values()):
        assert text in page
    assert "giấy mời" not in page


# ---- late


def test_a_promise_that_passed_is_late_and_says_since_when_and_who_sees_to_it(story):
    before = story.page(MORNING)
    assert "trước hết thứ Hai 23/11/2026" in before
    assert "Trễ hẹn" not in before
    for at in (datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 30, 2, tzinfo=UTC)):
        page = story.page(at)
        assert "Trễ hẹn: lẽ ra đến trước hết thứ Hai 23/11/2026" in page
        assert "Bưu cục Thử" in page
        assert "bưu tá mang đến trước hết" not in page
    assert "Late" in story.page(lang="en")


def test_a_round_of_days_ago_never_comes_today(story):
    story.walk()
    assert "đến trong hôm nay" in story.page(MORNING + timedelta(hours=2))
    page = story.page(EVENING + timedelta(days=3))
    assert "trong hôm nay" not in page
    assert "mang đi từ thứ Hai 23/11/2026" in page
    assert "Trễ hẹn" in page


def test_an_attempt_in_time_keeps_the_promise(story):
    story.walk()
    story.fail("VANG_NHA")
    story.close()
    assert "Trễ hẹn" not in story.page(EVENING + timedelta(days=2))


def test_what_came_late_is_not_late_any_more(story):
    story.walk()
    with story.database.write() as session:
        item = story.first(session)
        at = EVENING + timedelta(days=2)
        scan = a_day.delivered(item, minutes=60)
        doorstep.record_scans(build.act(session, at, by=a_day.CLERK), [scan])
    assert "Trễ hẹn" not in story.page(EVENING + timedelta(days=3))


# ---- held


def test_a_held_item_names_the_office_its_hours_and_the_last_day(story):
    story.walk()
    story.fail("VANG_NHA")
    story.close()
    friday = date(2026, 11, 27)
    story.walk(friday)
    story.fail("VANG_NHA", at=MORNING + (friday - DAY) + timedelta(hours=1))
    story.close(EVENING + (friday - DAY))
    page = story.page(EVENING + (friday - DAY) + timedelta(minutes=1))
    # Invited on Monday and Friday; two working days after the second it goes back: on Tuesday 1 December.
    assert "trước hết thứ Hai 30/11/2026" in page
    for text in ("Bưu cục Thử", build.CENTRE, *OFFICE.values()):
        assert text in page
    assert no_visit_is_promised(page)
    page = story.page(datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert "đã hết hạn giữ thứ Hai 30/11/2026" in page
    assert "trước hết thứ Hai 30/11/2026" not in page


def test_what_is_held_because_somebody_asked_names_the_office(story):
    with story.database.write() as session:
        item = story.first(session)
        custody.receive_at_office(build.act(session, MORNING), story.office_id, [item.s10])
        counter.hold_for_recipient(build.act(session, MORNING), item.s10, office_id=story.office_id)
    page = story.page(MORNING)
    for text in ("Bưu cục Thử", *OFFICE.values()):
        assert text in page
    assert "trở về" not in page


# ---- the form


def look(citizen, code, tail):
    citizen.get("/track")
    return citizen.post("/track", code=code, tail=tail)


def pasted(s10, dossier):
    spaced = f"{s10[:2]}-{s10[2:5]}-{s10[5:8]}-{s10[8:11]}-{s10[11:]}"
    return [
        s10, spaced, spaced.replace("-", " "), spaced.replace("-", "\u2011"), spaced.replace("-", "–"), s10.lower(),
        f"\u200b{s10}\u200b\n", "\u2060".join(s10), f"({s10})", spaced.replace("-", "."), s10.replace("0", "０"),
        dossier, dossier.lower(), dossier.replace("-", ""), dossier.replace(".", "").replace("-", ""),
        dossier.replace("-", "–"), f" {dossier} ", dossier.replace("-", " - "), f"{dossier}.",
    ]  # fmt: skip


def test_a_pasted_code_is_found_whatever_its_punctuation(citizen, day):
    for code in pasted(*day[2]):
        assert look(citizen, code, "1234").status_code == 303, ascii(code)


@pytest.mark.parametrize("tail", ["1234", " 1234 ", "0905121234", "+84905121234", "0905.121.234", "0905 121 234"])
def test_a_whole_phone_number_is_its_last_four_digits(citizen, day, tail):
    assert look(citizen, day[2][0], tail).status_code == 303


@pytest.mark.parametrize("tail", ["12345", "121234", "905121234567890", "0905121235", "", "1234a"])
def test_anything_else_is_a_wrong_try(citizen, day, tail):
    assert look(citizen, day[2][0], tail).status_code == 404


def test_a_wrong_try_keeps_what_was_typed(citizen, day):
    code = f"{day[2][0]} <b>"
    answer = look(citizen, code, "9999")
    assert answer.status_code == 404
    assert html.escape(code) in answer.text
    assert 'value="9999"' in answer.text


def test_codes_of_no_letters_find_nothing(citizen, day):
    for code in ("----", "....", "\u200b\u200b\u200b\u200b", "–––––"):
        assert look(citizen, code, "1234").status_code == 404
