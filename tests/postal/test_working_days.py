"""J+n as the law counts it: Fridays, Tết, 30 April, the new holiday of 24 November, swapped Saturdays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal.models import AddressStatus, CalendarDay, Consignment, Coverage, Office, OfficeKind, TransitRule
from postal.network.promises import load_promises
from postal.rules.lifecycle import Direction
from postal.rules.working_days import WorkingDays, YearCalendar, promised_by

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
LAW = WorkingDays()


def at(day, hour=9):
    return datetime.combine(day, time(hour), tzinfo=HUE)


@pytest.mark.parametrize(
    ("handed_over", "days", "promised"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday → Monday
        (date(2026, 11, 23), 1, date(2026, 11, 25)),  # over Ngày Văn hóa Việt Nam
        (date(2026, 11, 23), 2, date(2026, 11, 26)),
        (date(2026, 11, 20), 2, date(2026, 11, 25)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # a handover on Saturday
        (date(2027, 2, 3), 1, date(2027, 2, 11)),  # over Tết
        (date(2027, 4, 29), 1, date(2027, 5, 4)),  # 30/4, 1/5 on a Saturday, its substitute Monday
        (date(2026, 4, 29), 1, date(2026, 5, 4)),
        (date(2026, 8, 21), 1, date(2026, 8, 22)),  # the Saturday worked for 31/8
        (date(2026, 8, 28), 1, date(2026, 9, 3)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_the_promise_counts_working_days_only(handed_over, days, promised):
    assert promised_by(at(handed_over), days, LAW).astimezone(HUE).date() == promised


def test_the_promise_ends_with_the_local_day_and_is_told_in_utc():
    promise = promised_by(at(date(2026, 11, 20)), 1, LAW)
    assert promise == datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC)
    assert promised_by(at(date(2026, 11, 20)), 1, LAW, closes_at=time(17)).astimezone(HUE).hour == 17


def test_the_day_of_the_handover_is_the_local_one():
    # 18:30 UTC on Thursday is half past one on Friday morning in Huế.
    handed_over_at = datetime(2026, 11, 19, 18, 30, tzinfo=UTC)
    assert promised_by(handed_over_at, 1, LAW).astimezone(HUE).date() == date(2026, 11, 23)


def test_saturday_counts_where_the_setting_says_so():
    postal_week = WorkingDays(is_saturday_working=True)
    assert postal_week.add(date(2026, 11, 20), 1) == date(2026, 11, 21)
    assert not postal_week.is_working(date(2026, 11, 22))


def test_an_exception_noted_by_staff_beats_law_and_week():
    calendar = WorkingDays(overrides={date(2026, 11, 24): True, date(2026, 11, 23): False, date(2026, 11, 22): True})
    assert calendar.add(date(2026, 11, 20), 1) == date(2026, 11, 22)
    assert calendar.add(date(2026, 11, 22), 1) == date(2026, 11, 24)


def test_a_calendar_without_working_days_is_an_error_not_a_hang():
    endless = WorkingDays(year_calendar=lambda year: YearCalendar(frozenset()), overrides={})
    first = date(2026, 1, 1)
    rest = WorkingDays(overrides={first + timedelta(days=n): False for n in range(100)})
    assert endless.add(first, 1) == date(2026, 1, 2)
    with pytest.raises(ValueError):
        rest.add(first, 1)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 40))
def test_counting_back_gives_what_was_added(day, n):
    end = LAW.add(day, n)
    assert LAW.between(day, end) == n
    assert n == 0 or LAW.is_working(end)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 10), st.integers(0, 10))
def test_a_later_handover_never_gives_an_earlier_promise(day, later, n):
    assert LAW.add(day + timedelta(days=later), n) >= LAW.add(day, n)


def consignment_to(office, commune, status=AddressStatus.EXACT, direction=Direction.RESULT):
    return Consignment(issuing_office=office, commune_code=commune, address_status=status, direction=direction)


@pytest.fixture
def zones(session):
    post = Office(code="BC1", kind=OfficeKind.DELIVERY, name="Bưu cục Huế")
    session.add_all([post, TransitRule(from_zone="*", to_zone="A Lưới", days=3, legal_ref="vùng đặc thù")])
    session.flush()
    for commune, zone in (("19789", "Huế"), ("19815", "Huế"), ("20107", "Phú Lộc"), ("20044", "A Lưới")):
        session.add(Coverage(commune_code=commune, office_id=post.id, zone=zone, weekdays="24"))
    session.flush()
    return load_promises(session)


def test_zones_decide_n_and_visiting_days_do_not(session, zones):
    centre = Office(code="HCC", kind=OfficeKind.ISSUING, name="Trung tâm", commune_code="19789")
    friday = at(date(2026, 11, 20))
    days = {commune: zones.of(consignment_to(centre, commune), friday).days for commune in ("19815", "20107", "20044")}
    # 19815 is visited on Wednesdays and Fridays only; the promise stays J+1.
    assert days == {"19815": 1, "20107": 2, "20044": 3}


def test_another_province_has_its_own_promise_and_a_collection_counts_from_the_citizen(session, zones):
    centre = Office(code="HCC", kind=OfficeKind.ISSUING, name="Trung tâm", zone="Huế")
    friday = at(date(2026, 11, 20))
    assert zones.of(consignment_to(centre, None, AddressStatus.OUTSIDE), friday).days == 4
    assert zones.of(consignment_to(centre, "20044", direction=Direction.COLLECTION), friday).days == 2
    assert zones.make("Huế", "Huế", friday, brings_slip_back=True).days == 2


def test_a_holiday_noted_in_the_database_moves_the_promise(session, zones):
    session.add(CalendarDay(on_date=date(2026, 11, 23), is_working=False, note="bão"))
    session.flush()
    promise = load_promises(session).make("Huế", "Huế", at(date(2026, 11, 20)))
    assert promise.by.astimezone(HUE).date() == date(2026, 11, 25)
