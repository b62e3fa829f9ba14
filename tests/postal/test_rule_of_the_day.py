"""An act at the door is judged by the rules of the day on which it happened, whenever it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import doorstep
from postal.access.policy import command_actor
from postal.models import EventPicture, SetUpArea, TrackingEvent
from postal.set_up import changes
from postal.set_up.changes import FromTomorrow, Wanted
from postal.set_up.kinds import rules
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING
from tests.statements import asked

TUESDAY, WEDNESDAY = DAY + timedelta(days=1), DAY + timedelta(days=2)
PHOTO = "anh-0001-abcd"
REFUSED = "TU_CHOI"


@pytest.fixture
def day(session):
    made = a_day.build_day(session)
    a_day.walking(session, shares=[[str(one.consignment_id) for one in made.items]])
    return made


@pytest.fixture
def phone(session, day):
    return a_day.phone_of(session, day.couriers[0])


def ruled(session, area, subject, after, *, now=MORNING, day=TUESDAY):
    wanted = Wanted(area=area, subject=subject, after=after, from_day=day, reason="CV 7")
    return changes.make(build.act(session, now, by=command_actor("thu")), wanted)


def sent(session, phone, *scans, now):
    changes.put_due(session, now=now)
    answers = doorstep.record_scans(build.act(session, now, by=phone), scans)
    return [(one.status, one.code) for one in answers]


def papers(day, name):
    for item in day.items:
        item.documents = [{"name": name, "kind": "bản chính"}]


@pytest.mark.parametrize("n_days_late", [0, 1, 2, 9])
def test_a_photo_asked_for_from_tuesday_is_not_asked_of_mondays_acts(session, day, phone, n_days_late):
    papers(day, "Thẻ nhà báo")
    ruled(session, SetUpArea.EVIDENCE, REFUSED, {"needs": ["photo", "words"]})
    ruled(session, SetUpArea.PHOTO, rules.REQUIRED, {"words": ["thẻ nhà báo"]})
    monday = (a_day.failed(day.items[0], REFUSED), a_day.delivered(day.items[1]))
    tuesday = (
        a_day.failed(day.items[2], REFUSED, at=MORNING + timedelta(days=1)),
        a_day.delivered(day.items[3], minutes=24 * 60),
    )
    came = EVENING + timedelta(days=n_days_late)
    assert sent(session, phone, *monday, now=came) == [("recorded", "")] * 2
    if n_days_late:
        refused = sent(session, phone, *tuesday, now=came)
        assert refused == [("refused", "reason_needs"), ("refused", "proof_missing")]


def test_a_loosened_rule_begins_and_its_undoing_begins_on_a_day_too(session, day, phone):
    made = ruled(session, SetUpArea.EVIDENCE, REFUSED, {"needs": ["words"]})
    noon = MORNING + timedelta(days=1, hours=5)
    changes.put_due(session, now=noon)
    back = changes.undo(build.act(session, noon, by=command_actor("thu")), made.id, reason="nhầm")
    assert (back.from_day, back.in_force_at) == (WEDNESDAY, None)
    with pytest.raises(changes.AlreadyUndone):
        changes.undo(build.act(session, noon, by=command_actor("thu")), made.id, reason="nhầm")
    told = rules.DoorRules(session)
    assert [bool(told.evidence(one)[REFUSED].needs) for one in (DAY, TUESDAY, WEDNESDAY)] == [False, True, False]
    on_tuesday = a_day.failed(day.items[0], REFUSED, at=noon + timedelta(hours=2))
    assert sent(session, phone, on_tuesday, now=noon + timedelta(days=2)) == [("refused", "reason_needs")]
    assert rules.DoorRules(session).evidence(WEDNESDAY)[REFUSED].needs == frozenset(), "put in force, the same"


def test_what_was_undone_before_its_day_never_held(session, day):
    made = ruled(session, SetUpArea.PHOTO, rules.FORBIDDEN, {"words": ["thẻ nhà báo"]})
    changes.undo(build.act(session, EVENING, by=command_actor("thu")), made.id, reason="nhầm")
    assert "thẻ nhà báo" not in rules.DoorRules(session).photo_words(WEDNESDAY)[rules.FORBIDDEN]


@pytest.mark.parametrize(
    ("area", "subject", "after"),
    [
        (SetUpArea.EVIDENCE, REFUSED, {"needs": ["photo"]}),
        (SetUpArea.PHOTO, rules.FORBIDDEN, {"words": ["thẻ nhà báo"]}),
        (SetUpArea.PHOTO, rules.REQUIRED, {"words": ["thẻ nhà báo"]}),
    ],
)
def test_a_day_that_began_keeps_its_rule(session, area, subject, after):
    with pytest.raises(FromTomorrow) as refused:
        ruled(session, area, subject, after, day=DAY)
    assert refused.value.code == "from_tomorrow"
    ruled(session, area, subject, after, day=TUESDAY)


def test_a_photo_that_may_not_be_kept_is_withheld_and_the_act_stands(session, day, phone):
    papers(day, "Thẻ nhà báo")
    ruled(session, SetUpArea.PHOTO, rules.FORBIDDEN, {"words": ["thẻ nhà báo"]})
    allowed = replace(a_day.delivered(day.items[0]), pictures=(PHOTO,))
    forbidden = replace(a_day.delivered(day.items[1], minutes=24 * 60), pictures=("anh-0002-abcd",))
    came = EVENING + timedelta(days=2)
    changes.put_due(session, now=came)
    for _ in ("first", "again"):
        answers = doorstep.record_scans(build.act(session, came, by=phone), [allowed, forbidden])
        assert [one.missing_pictures for one in answers] == [(PHOTO,), ()]
    assert session.scalars(select(EventPicture.client_id)).all() == [PHOTO]
    event = session.scalar(select(TrackingEvent).where(TrackingEvent.item_id == day.items[1].id).order_by(
        TrackingEvent.id.desc()
    ))  # fmt: skip
    assert (event.kind, event.proof_id is not None, "pictures" in event.facts) == ("delivered", True, False)


@pytest.mark.parametrize("n", [50, 200])
def test_the_rules_are_asked_once_for_however_many_acts(session, day, phone, n):
    tries = [a_day.failed(day.items[k % 4], REFUSED, at=MORNING + timedelta(minutes=3 * k)) for k in range(n)]
    with asked(session.get_bind()) as statements:
        doorstep.record_scans(build.act(session, MORNING + timedelta(days=2), by=phone), tries)
    assert sum("set_up_changes" in one for one in statements) == 1
