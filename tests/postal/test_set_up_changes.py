"""Changes of the set-up: from a day on, looked at before, undone by another one; on both databases."""

import random
import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest

from postal import NewUser, models, rounds
from postal.access import accounts, keys
from postal.access.policy import command_actor
from postal.custody import serials
from postal.errors import Conflict, InvalidInput, NotFound, PostalError, RangeOverlaps
from postal.models import SetUpArea
from postal.network import crew, places, tables
from postal.rounds import planning_problem
from postal.set_up import ahead, changes
from postal.set_up.changes import Wanted
from postal.set_up.kinds import couriers as kind
from postal.set_up.kinds import days_off, tariffs
from postal.set_up.kinds.days_off import DayGone, OffLonger
from postal.set_up.kinds.ranges import NumbersTaken
from tests import builders as build
from tests.scale import scaled

TODAY = build.EVENING.date()
COURIER = SetUpArea.COURIER
NOBODY = {"office": None, "weekdays": None, "zone": None}


@pytest.fixture
def act(session):
    places.seed(session, places.with_made_up_couriers(tables.shipped_tables(build.guide().register)), now=build.EVENING)
    return build.act(session, build.EVENING, by=command_actor("thu"))


def wanted(after, *, days=0, subject="BT001", reason="theo CV 12"):
    return Wanted(area=COURIER, subject=subject, after=after, from_day=TODAY + timedelta(days=days), reason=reason)


def values(act, subject="BT001"):
    return kind.values_of(crew.find_courier(act.session, subject))


def later(act, days):
    return build.act(act.session, act.now + timedelta(days=days), by=act.by)


def test_a_preview_says_what_would_be_different_and_leaves_everything(act):
    before = values(act)
    shown = changes.preview(act, wanted({"litres": 60, "lunch": before["lunch"], "beat": []}))
    assert [(one.name, one.after) for one in shown] == [("litres", 60), ("beat", [])]
    assert values(act) == before
    assert changes.listed(act.session) == []


def test_what_holds_today_is_in_force_at_once_and_undone_by_another_change(act):
    before = values(act)
    made = changes.make(act, wanted({"shift": [28_800, 57_600], "lunch": None}))
    assert (values(act)["shift"], values(act)["lunch"]) == ([28_800, 57_600], None)
    back = changes.undo(act, made.id, reason="ghi nhầm")
    assert values(act) == before
    assert [(one.change.id, one.is_undone) for one in changes.listed(act.session)] == [
        (back.id, False),
        (made.id, True),
    ]
    with pytest.raises(changes.AlreadyUndone):
        changes.undo(act, made.id, reason="lần nữa")
    changes.undo(act, back.id, reason="đúng là phải đổi")
    assert values(act)["lunch"] is None
    noted = [one.action for one in act.session.query(models.AuditEntry).order_by(models.AuditEntry.id)]
    assert noted == ["set_up_changed", "set_up_undone", "set_up_undone"]


def test_what_holds_later_waits_for_its_day_and_plans_of_that_day_count_with_it(act):
    changes.make(act, wanted({"shift": [28_800, 57_600]}, days=3))
    changes.make(act, wanted({"is_active": False}, days=5))
    assert values(act)["shift"] == [27_000, 63_000]

    def planned(days):
        problem = planning_problem(act.session, TODAY + timedelta(days=days), now=act.now)
        return {one.courier_id: one.shift.from_s for one in problem.couriers}.get("BT001")

    assert [planned(days) for days in (2, 3, 5)] == [27_000, 28_800, None]
    assert values(act)["shift"] == [27_000, 63_000], "a plan made before changes nothing"
    assert changes.put_due(act.session, now=act.now + timedelta(days=2)) == 0
    assert changes.put_due(act.session, now=act.now + timedelta(days=3)) == 1
    assert values(act)["shift"] == [28_800, 57_600]
    assert changes.put_due(act.session, now=act.now + timedelta(days=9)) == 1
    assert not values(act)["is_active"]


def test_one_that_waits_can_be_taken_back_and_never_comes(act):
    made = changes.make(act, wanted({"litres": 60}, days=3))
    assert [one.is_waiting for one in changes.listed(act.session)] == [True]
    changes.undo(act, made.id, reason="thôi")
    assert changes.put_due(act.session, now=act.now + timedelta(days=9)) == 0
    assert changes.foreseen(act.session, COURIER, TODAY + timedelta(days=9)) == {}
    with pytest.raises(changes.AlreadyUndone):
        changes.undo(act, made.id, reason="lần nữa")


def test_an_undoing_that_waits_and_is_taken_back_undoes_nothing_and_may_be_asked_again(act):
    asked = Wanted(
        area=SetUpArea.EVIDENCE,
        subject="TU_CHOI",
        after={"needs": ["photo"]},
        from_day=TODAY + timedelta(days=1),
        reason="CV 7",
    )
    kind, made, later_on = asked.area, changes.make(act, asked), later(act, 3)
    assert changes.put_due(act.session, now=later_on.now) == 1
    waiting = changes.undo(later_on, made.id, reason="nhầm")
    changes.undo(later_on, waiting.id, reason="không nhầm")
    told = {one.change.id: (one.is_undone, one.is_waiting) for one in changes.listed(act.session)}
    assert told[made.id] == (False, False)
    assert told[waiting.id] == (True, False)
    after = later(act, 9)
    assert changes.put_due(act.session, now=after.now) == 0
    assert changes.KINDS[kind].read(act.session, made.subject).items() >= made.after.items()
    again = changes.undo(after, made.id, reason="đúng là nhầm")
    assert changes.put_due(act.session, now=later(act, 12).now) == 1
    assert changes.KINDS[kind].read(act.session, made.subject).items() >= again.after.items()


def test_what_was_changed_since_is_not_undone_over_it(act):
    first = changes.make(act, wanted({"litres": 60}))
    second = changes.make(act, wanted({"litres": 70}))
    with pytest.raises(changes.ChangedSince):
        changes.undo(act, first.id, reason="nhầm")
    assert values(act)["litres"] == 70
    third = changes.make(act, wanted({"litres": 60}))
    with pytest.raises(changes.ChangedSince):  # it looks as the first left it, by another's decision
        changes.undo(act, first.id, reason="nhầm")
    again = changes.undo(act, changes.undo(act, third.id, reason="nhầm").id, reason="không nhầm")
    with pytest.raises(changes.ChangedSince):
        changes.undo(act, first.id, reason="nhầm")
    for one in (again, second, first):
        changes.undo(act, one.id, reason="nhầm")
    assert values(act)["litres"] == 80


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (wanted({"litres": 80}), changes.NothingChanged),
        (wanted({"litres": 60}, days=-1), changes.DayPassed),
        (wanted({"litres": 60}, days=400), changes.DayPassed),
        (wanted({"litres": 60}, reason=" "), InvalidInput),
        (wanted({"litres": 0}), InvalidInput),
        (wanted({"shift": [60_000, 50_000]}), crew.BadWorkingTime),
        (wanted({"office": "KHONG-CO"}), NotFound),
        (wanted({"litres": 60}, subject="KHONG-CO"), NotFound),
    ],
)
def test_what_cannot_be_is_refused_before_and_at_the_act(act, asked, refusal):
    before = values(act)
    for ask in (changes.preview, changes.make):
        with pytest.raises(refusal):
            ask(act, asked)
        assert values(act) == before
    assert changes.listed(act.session) == []


def test_a_change_that_cannot_come_any_more_waits_and_keeps_nothing_back(act):
    office = models.Office(code="BC-TAM", name="Tạm", kind=models.OfficeKind.DELIVERY, lat=16.4, lon=107.5)
    act.session.add(office)
    act.session.flush()
    changes.make(act, wanted({"office": "BC-TAM"}, days=1))
    changes.make(act, wanted({"litres": 60}, days=1))
    office.code = "BC-KHAC"
    act.session.flush()
    assert changes.put_due(act.session, now=act.now + timedelta(days=1)) == 1
    assert values(act)["litres"] == 60
    assert [one.is_waiting for one in changes.listed(act.session)] == [False, True]
    with pytest.raises(NotFound):  # and nobody is told that it is so already
        changes.make(later(act, 1), wanted({"office": "BC-TAM"}, days=1))


def test_a_commune_nobody_serves_by_then_keeps_no_other_change_back(act):
    for after, days in (({"weekdays": "024"}, 2), ({"zone": "vùng mới"}, 2), (NOBODY, 1)):
        day = TODAY + timedelta(days=days)
        changes.make(act, Wanted(area=SetUpArea.COVERAGE, subject="19789", after=after, from_day=day, reason="CV"))
    changes.make(act, wanted({"litres": 60}, days=2))
    assert changes.put_due(act.session, now=act.now + timedelta(days=2)) == 2
    assert values(act)["litres"] == 60
    assert [one.is_waiting for one in changes.listed(act.session)] == [False, False, True, True]


def test_whatever_is_made_and_undone_the_changes_tell_how_things_became_what_they_are(act):
    """Replayed from the first values, the changes in force end where things are; plans foresee what comes true."""
    for seed in range(scaled(6, 60)):
        chance, now = random.Random(seed), later(act, seed * 40)
        subject = f"BT{seed + 1:03d}"
        start = values(now, subject)
        for _ in range(12):
            _one_step(chance, now, subject)
            now = later(now, chance.choice([0, 0, 1, 2]))
            day = now.now.date() + timedelta(days=3)
            (foreseen,) = ahead.couriers_on(now.session, [crew.find_courier(now.session, subject)], day)
            expected = kind.values_of(foreseen)
            changes.put_due(now.session, now=now.now)
            (after,) = ahead.couriers_on(now.session, [crew.find_courier(now.session, subject)], day)
            assert kind.values_of(after) == expected
        told = [one.change for one in changes.listed(now.session, subject=subject) if one.change.in_force_at]
        for change in sorted(told, key=lambda one: (one.in_force_at, one.from_day, one.id)):
            start |= change.after
        assert start == values(now, subject)


def _one_step(chance, now, subject):
    after = chance.choice(
        [{"litres": chance.randint(10, 90)}, {"beat": chance.sample(["19753", "19789", "19774"], 2)}, {"lunch": None}]
    )
    day = now.now.date() + timedelta(days=chance.choice([0, 1, 3]))
    known = changes.listed(now.session, subject=subject)
    try:
        if known and chance.random() < 0.3:
            changes.undo(now, chance.choice(known).change.id, reason="thử")
        else:
            changes.make(now, Wanted(area=COURIER, subject=subject, after=after, from_day=day, reason="thử"))
    except PostalError:
        pass


def test_a_plan_that_is_made_with_what_waits_is_saved_and_nothing_waits_less(act):
    changes.make(act, wanted({"litres": 60}, days=1))
    found = rounds.working_couriers(act.session, TODAY + timedelta(days=1))
    assert next(one.capacity_ml for one in found if one.code == "BT001") == 60_000
    act.session.flush()
    act.session.expire_all()
    assert values(act)["litres"] == 80


def test_offices_communes_and_promises_change_and_come_back(act):
    """Each area: what is made from today is there, undone it is as before, and a thing that was not there is gone."""
    session, typed_apart = act.session, unicodedata.normalize("NFD", "Bưu cục Phú Xuân 2")
    session.add(models.TransitRule(from_zone="A", to_zone="B", days=2, legal_ref="QĐ 6"))
    asked = [
        (SetUpArea.OFFICE, "BC-PHU-XUAN", {"name": typed_apart, "phone": "0234 3", "point": [16.4, 107.5]}),
        (SetUpArea.COVERAGE, "19789", {"office": "BC-THUAN-AN", "weekdays": "024", "zone": "vùng mới"}),
        (SetUpArea.COVERAGE, "19789", NOBODY),
        (SetUpArea.PROMISE, "Huế → A Lưới", {"days": 3, "legal_ref": "QĐ 7"}),
        (SetUpArea.PROMISE, "A → B", {"days": None, "legal_ref": None}),
    ]
    for area, subject, after in asked:
        before = changes.KINDS[area].read(session, subject)
        made = changes.make(act, Wanted(area=area, subject=subject, after=after, from_day=TODAY, reason="CV"))
        now = changes.KINDS[area].read(session, subject)
        assert (now == {}) if None in after.values() else now.items() >= made.after.items()
        changes.undo(act, made.id, reason="nhầm")
        assert changes.KINDS[area].read(session, subject) == before, area


@pytest.mark.parametrize(
    ("area", "subject", "after", "refusal"),
    [
        (SetUpArea.OFFICE, "BC-PHU-XUAN", {"is_active": False}, PostalError),
        (SetUpArea.OFFICE, "BC-PHU-XUAN", {"name": "Bưu cục Thuận An"}, PostalError),
        (SetUpArea.OFFICE, "BC-PHU-XUAN", {"point": None}, InvalidInput),
        (SetUpArea.COVERAGE, "19789", {"weekdays": "77"}, InvalidInput),
        (SetUpArea.COVERAGE, "19789", {"zone": ""}, InvalidInput),
        (SetUpArea.COVERAGE, "19789", {"office": "KHONG-CO"}, NotFound),
        (SetUpArea.PROMISE, "Huế → A Lưới", {"days": 99, "legal_ref": "QĐ 7"}, InvalidInput),
        (SetUpArea.PROMISE, "Huế → A Lưới", {"days": 2, "legal_ref": " "}, InvalidInput),
    ],
)
def test_what_an_area_cannot_be_is_refused(act, area, subject, after, refusal):
    before = changes.KINDS[area].read(act.session, subject)
    with pytest.raises(refusal):
        changes.make(act, Wanted(area=area, subject=subject, after=after, from_day=TODAY, reason="CV"))
    assert changes.KINDS[area].read(act.session, subject) == before


def test_a_commune_goes_to_another_office_for_plans_of_its_day_on(act):
    day = TODAY + timedelta(days=3)
    for code, after in (("19789", {"office": "BC-THUAN-AN"}), ("19753", NOBODY)):
        changes.make(act, Wanted(area=SetUpArea.COVERAGE, subject=code, after=after, from_day=day, reason="CV"))

    def offices(on):
        served = act.session.query(models.Coverage).all()
        return {one.commune_code: one.office.code for one in ahead.coverage_on(act.session, served, on)}

    before, after = offices(TODAY), offices(day)
    assert before["19789"] != after["19789"] == "BC-THUAN-AN"
    assert "19753" in before
    assert "19753" not in after
    assert {**after, "19789": before["19789"], "19753": before["19753"]} == before
    changes.put_due(act.session, now=act.now + timedelta(days=3))
    assert offices(TODAY) == after


def asks(area, subject, **after):
    return Wanted(area=area, subject=subject, after=after, from_day=TODAY, reason="CV")


def test_a_range_is_granted_closed_and_goes_on_but_a_number_taken_stays_taken(act):
    def grant(first, last, indicator="EA"):
        told = {"last": last, "granted_by": "CV 1", "is_fake": False}
        return changes.make(act, asks(SetUpArea.RANGE, f"{indicator} {first:08d} VN", **told))

    granted = grant(0, 99)
    taken = serials.claim(act.session, 10, indicator="EA")
    with pytest.raises(NumbersTaken) as refused:
        changes.undo(act, granted.id, reason="cấp nhầm")
    assert "10 số" in str(refused.value.message)
    closed = changes.make(act, asks(SetUpArea.RANGE, "EA 00000000 VN", last=None))
    assert serials.left(act.session, indicator="EA") == 0
    changes.undo(act, closed.id, reason="còn dùng")
    assert serials.left(act.session, indicator="EA") == 90
    closed = changes.make(act, asks(SetUpArea.RANGE, "EA 00000000 VN", last=None))
    with pytest.raises(RangeOverlaps):
        grant(5, 20)
    grant(10, 29)
    with pytest.raises(RangeOverlaps):
        changes.undo(act, closed.id, reason="còn dùng")
    assert not set(taken) & set(serials.claim(act.session, 20, indicator="EA"))
    whole = grant(0, 99, "EB")
    changes.undo(act, whole.id, reason="gõ nhầm số cuối")
    assert serials.left(act.session, indicator="EB") == 0
    with pytest.raises(changes.AlreadyUndone):
        changes.undo(act, whole.id, reason="lần nữa")
    grant(0, 49, "EB")
    assert serials.left(act.session, indicator="EB") == 50


def test_a_key_is_issued_and_revoked_and_says_what_cannot_come_back(act):
    told = {"system": "motcua-hue", "scopes": ["items:read"], "office": None, "is_active": True}
    issued = changes.make(act, asks(SetUpArea.KEY, "abcdefghjk", **told))
    text = keys.give_text(act.session, keys.find_api_key(act.session, "abcdefghjk"))
    assert keys.api_key_for(act.session, text).source_system == "motcua-hue"
    with pytest.raises(Conflict):
        changes.make(act, asks(SetUpArea.KEY, "abcdefghjk", **told | {"system": "khac"}))
    back = changes.undo(act, issued.id, reason="cấp nhầm")
    assert keys.api_key_for(act.session, text) is None
    with pytest.raises(changes.NeverUndone) as refused:
        changes.undo(act, back.id, reason="không nhầm")
    assert "cấp khóa mới" in str(refused.value.message)
    assert changes.listed(act.session)[0].final is not None
    assert text not in str([(one.change.before, one.change.after) for one in changes.listed(act.session)])


def test_an_account_changes_from_a_day_and_comes_back_by_somebody_else_alone(act):
    session = act.session
    for name in ("sep", "pho"):
        new = NewUser(username=name, password="tre xanh bong mat", full_name=name, role=models.Role.ADMINISTRATOR)
        accounts.add_user(session, new, now=act.now)
    chief, deputy = (accounts.find_user(session, name) for name in ("sep", "pho"))
    by_chief = build.act(session, act.now, by=accounts.actor_of(chief))
    with pytest.raises(accounts.OwnAccount):
        changes.make(by_chief, asks(SetUpArea.USER, "sep", role="dispatcher"))
    made = changes.make(by_chief, asks(SetUpArea.USER, "pho", role="dispatcher", office="BC-PHU-XUAN"))
    assert (deputy.role, deputy.office.code) == (models.Role.DISPATCHER, "BC-PHU-XUAN")
    with pytest.raises(accounts.LastAdministrator):
        changes.make(act, asks(SetUpArea.USER, "sep", is_active=False))
    with pytest.raises(accounts.OwnAccount):
        changes.undo(build.act(session, act.now, by=accounts.actor_of(deputy)), made.id, reason="tự lấy lại")
    changes.undo(by_chief, made.id, reason="nhầm")
    assert (deputy.role, deputy.office_id) == (models.Role.ADMINISTRATOR, None)
    asked = replace(asks(SetUpArea.USER, "pho", is_active=False), from_day=TODAY + timedelta(days=2))
    waiting = changes.make(by_chief, asked)
    assert deputy.is_active
    with pytest.raises(accounts.OwnAccount):
        changes.undo(build.act(session, act.now, by=accounts.actor_of(deputy)), waiting.id, reason="tự lấy lại")
    changes.put_due(session, now=act.now + timedelta(days=2))
    assert not deputy.is_active


def test_a_name_is_changed_and_comes_back_and_no_change_holds_it(act):
    made = changes.make(act, asks(SetUpArea.COURIER_NAME, "BT001", full_name="Lê Văn Khác"))
    (listed,) = changes.listed(act.session, courier="BT001")
    before = listed.before["full_name"]
    assert listed.after == {"full_name": "Lê Văn Khác"}
    assert all(isinstance(kept, int) for kept in (*made.before.values(), *made.after.values()))
    back = changes.undo(act, made.id, reason="nhầm")
    assert changes.KINDS[made.area].read(act.session, "BT001") == {"full_name": before}
    changes.undo(act, back.id, reason="đúng rồi")
    with pytest.raises(changes.NothingChanged):
        changes.make(act, asks(SetUpArea.COURIER_NAME, "BT001", full_name="Lê Văn Khác"))


def test_days_off_are_noted_shortened_and_undone_but_not_once_they_passed(act):
    first = TODAY + timedelta(days=1)
    asked = [
        (SetUpArea.ABSENCE, f"BT001 {first}", {"until": f"{first}"}),
        (SetUpArea.OFFICE_OFF, f"BC-PHU-XUAN {first}", {"until": f"{first}", "why": "sửa điện"}),
        (SetUpArea.CALENDAR, f"{first}", {"kind": "off", "note": "CV 9"}),
    ]
    for area, subject, after in asked:
        made = changes.make(act, asks(area, subject, **after))
        with pytest.raises(changes.NothingChanged):
            changes.make(act, asks(area, subject, **after))
        changes.undo(act, made.id, reason="nhầm")
        assert changes.KINDS[area].read(act.session, subject) == {}
        with pytest.raises(changes.AlreadyUndone):
            changes.undo(act, made.id, reason="lần nữa")
        again = changes.make(act, asks(area, subject, **after))
        with pytest.raises(DayGone):
            changes.undo(later(act, 3), again.id, reason="muộn rồi")
        past = subject.replace(f"{first}", f"{TODAY - timedelta(days=9)}")
        told = after | ({"until": f"{TODAY - timedelta(days=8)}"} if "until" in after else {})
        with pytest.raises(DayGone):
            changes.make(act, asks(area, past, **told))


def test_days_off_noted_again_are_never_fewer_and_those_that_passed_stay_whatever_is_undone(act):
    first, (soon, late) = TODAY + timedelta(days=1), ((TODAY + timedelta(days=n)).isoformat() for n in (3, 9))
    for area, subject in ((SetUpArea.ABSENCE, f"BT001 {first}"), (SetUpArea.OFFICE_OFF, f"BC-PHU-XUAN {first}")):
        is_office = area is SetUpArea.OFFICE_OFF

        def until(day, why, area=area, subject=subject, is_office=is_office):
            told = {"until": day, "why": why} if is_office else {"until": day}
            return replace(asks(area, subject, **told), settles=days_off.noted)

        def known(area=area, subject=subject):
            return changes.KINDS[area].read(act.session, subject)

        changes.make(act, until(soon, "bão"))
        changes.make(act, until(late, "lũ"))
        assert known() == {"until": late} | ({"why": "bão"} if is_office else {})
        with pytest.raises(OffLonger):
            changes.make(act, until(soon, "mưa"))
        gone = changes.make(act, asks(area, subject, **days_off.office_shortened(first, on=first)))
        assert known() == {}
        changes.undo(act, gone.id, reason="nhầm")
        assert known() == {"until": late} | ({"why": "bão"} if is_office else {})
        on, then = later(act, 5), later(act, 7)  # back from the fifth day on: whatever comes later, he worked on it
        back = changes.make(
            on, replace(asks(area, subject, **days_off.shortened(first, on=on.now.date())), from_day=on.now.date())
        )
        with pytest.raises(DayGone):
            changes.undo(then, back.id, reason="nhầm")
        changes.undo(later(act, 5), back.id, reason="nhầm")
        assert known()["until"] == late


def test_a_price_holds_from_its_day_and_those_before_it_are_kept(act):
    name, asked = "nội tỉnh, đến 100 g", ((0, 20_000), (10, 25_000), (20, None))
    for days, amount in asked:
        at = later(act, days)
        after = {"amount_vnd": amount, "legal_ref": f"QĐ {days}" if amount is not None else None}
        day = at.now.date()
        changes.make(at, Wanted(area=SetUpArea.TARIFF, subject=name, after=after, from_day=day, reason="QĐ"))
    held = [tariffs.in_force(act.session, on=TODAY + timedelta(days=days)) for days in (-1, 0, 9, 10, 19, 20)]
    assert [[one.amount_vnd for one in found] for found in held] == [[], [20_000], [20_000], [25_000], [25_000], []]
    last = changes.listed(act.session)[0].change
    changes.undo(later(act, 30), last.id, reason="nhầm")
    assert [one.amount_vnd for one in tariffs.in_force(act.session, on=TODAY + timedelta(days=30))] == [25_000]
    assert tariffs.in_force(act.session, on=TODAY + timedelta(days=25)) == []
    for wrong in ({"amount_vnd": -1, "legal_ref": "QĐ"}, {"amount_vnd": 5, "legal_ref": " "}):
        with pytest.raises(InvalidInput):
            changes.make(act, Wanted(area=SetUpArea.TARIFF, subject="mới", after=wrong, from_day=TODAY, reason="x"))


def test_a_new_price_that_never_came_is_no_price(act):
    after, day = {"amount_vnd": 20_000, "legal_ref": "QĐ 1"}, TODAY + timedelta(days=5)
    made = changes.make(act, Wanted(area=SetUpArea.TARIFF, subject="mới", after=after, from_day=day, reason="QĐ"))
    changes.undo(act, made.id, reason="nhầm")
    assert tariffs.in_force(act.session, on=day) == []
    only = Wanted(area=SetUpArea.TARIFF, subject="mới", after={"amount_vnd": 5}, from_day=TODAY, reason="x")
    with pytest.raises(InvalidInput):  # nothing says what it rests on
        changes.make(act, only)
