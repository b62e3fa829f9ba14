"""What the post may decide of reasons, photos and texts: from a day on, undone; the law's part stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.documents.own_words import CARD
from api.words import translate
from api.work import notices
from postal.access.policy import command_actor
from postal.errors import InvalidInput
from postal.models import SetUpArea
from postal.rules import PhotoRule, photo_rule, photos, reasons
from postal.rules.reasons import Need
from postal.set_up import changes
from postal.set_up.changes import Wanted
from postal.set_up.kinds import rules
from tests import builders as build

TODAY = build.EVENING.date()


@pytest.fixture
def act(session):
    return build.act(session, build.EVENING, by=command_actor("thu"))


def make(act, area, subject, after, *, days=0):
    day = TODAY + timedelta(days=days)
    return changes.make(act, Wanted(area=area, subject=subject, after=after, from_day=day, reason="CV 7"))


def evidence_on(session, day=TODAY):
    return rules.DoorRules(session).evidence(day)


def words_on(session, day=TODAY):
    return rules.DoorRules(session).photo_words(day)


def rule_of(session, *papers, on=TODAY):
    words = words_on(session, on)
    return photo_rule(papers, forbidden=words[rules.FORBIDDEN], required=words[rules.REQUIRED])


def test_without_a_change_all_is_as_the_program_says(session):
    held = evidence_on(session)
    assert {code: one.needs for code, one in held.items()} == {c: r.needs for c, r in reasons.REASONS.items()}
    assert all(one.is_offered for one in held.values())
    assert words_on(session) == {rules.FORBIDDEN: photos.SENSITIVE, rules.REQUIRED: photos.TITLES}
    assert rules.texts(session) == {}


def test_evidence_holds_from_its_day_and_is_undone(act, session):
    before = evidence_on(session)
    made = make(act, SetUpArea.EVIDENCE, "TU_CHOI", {"needs": ["photo", "words"], "is_offered": True}, days=3)
    assert evidence_on(session) == before
    later = build.EVENING + timedelta(days=3)
    assert evidence_on(session, later.date())["TU_CHOI"].needs == {Need.PHOTO, Need.WORDS}
    assert changes.put_due(session, now=later) == 1
    assert evidence_on(session, later.date())["TU_CHOI"].needs == {Need.PHOTO, Need.WORDS}
    changes.undo(build.act(session, later, by=command_actor("thu")), made.id, reason="nhầm")
    assert evidence_on(session, later.date()) != before, "the day keeps its rule"
    assert evidence_on(session, later.date() + timedelta(days=1)) == before


def test_not_every_reason_can_be_taken_away_and_no_unknown_one_changed(act, session):
    codes = list(reasons.REASONS)
    for code in codes[:-1]:
        make(act, SetUpArea.EVIDENCE, code, {"is_offered": False}, days=1)
    for code, after in ((codes[-1], {"is_offered": False}), ("LA_LUNG", {"needs": []}), (codes[0], {"needs": ["x"]})):
        with pytest.raises(InvalidInput):
            make(act, SetUpArea.EVIDENCE, code, after, days=1)
    assert [code for code, one in evidence_on(session, TODAY + timedelta(days=1)).items() if one.is_offered] == codes[
        -1:
    ]


def test_words_are_added_to_the_laws_and_never_take_one_away(act, session):
    assert rule_of(session, "Thẻ nhà báo") is PhotoRule.ALLOWED
    made = make(act, SetUpArea.PHOTO, rules.FORBIDDEN, {"words": ["thẻ nhà báo"]}, days=1)
    tomorrow = TODAY + timedelta(days=1)
    assert rule_of(session, "Thẻ nhà báo") is PhotoRule.ALLOWED
    assert rule_of(session, "THẺ NHÀ BÁO số 3", on=tomorrow) is PhotoRule.FORBIDDEN
    assert rule_of(session, "Thẻ Căn cước cũ", on=tomorrow) is PhotoRule.FORBIDDEN
    changes.undo(act, made.id, reason="nhầm")
    assert rule_of(session, "Thẻ nhà báo", on=tomorrow) is PhotoRule.ALLOWED
    for kind, words in ((rules.FORBIDDEN, ["x"]), (rules.REQUIRED, ["từng"] * 41), ("khác", ["thẻ nhà báo"])):
        with pytest.raises(InvalidInput):
            make(act, SetUpArea.PHOTO, kind, {"words": words}, days=1)


@pytest.mark.parametrize("signs", ["---", "…!?", "   ---   ", "“”„", "中文字", "——— ———"])
def test_a_word_of_signs_alone_that_no_name_could_hold_is_refused(act, signs):
    for kind in (rules.FORBIDDEN, rules.REQUIRED):
        with pytest.raises(InvalidInput):
            make(act, SetUpArea.PHOTO, kind, {"words": ["thẻ nhà báo", signs]}, days=1)


def test_each_text_that_can_be_worded_otherwise_says_what_its_program_fills_in():
    texts = notices.TEXTS | CARD
    assert set(rules.PLACES) == set(texts)
    for code, shipped in texts.items():
        assert rules.is_text(shipped.text, rules.PLACES[code]), code
        places = {name: f"{{{name}}}" for name in rules.PLACES[code]}
        assert rules.is_text(translate(shipped.filled(**places), "en"), rules.PLACES[code]), code


@pytest.mark.parametrize(
    "text",
    ["", "Đường vào {commune} tắc", "{commune} {day} {day}", "{commune} {day} {x}", "{commune} {day",
     "{commune!r} {day}", "{commune.x} {day}", "{commune} {day:>999999999}", "{commune}\n{day}", "{} {commune} {day}",
     "{commune} {day}" + "x" * 400],
)  # fmt: skip
def test_a_text_that_lacks_a_place_or_has_a_strange_one_is_refused(act, text):
    with pytest.raises(InvalidInput):
        make(act, SetUpArea.TEXT, "cut_off", {"vi": text})


def test_own_words_are_one_languages_and_end_with_an_undo(act, session):
    own = "Bưu điện: {commune} ngập, hạn mới {day}."
    made = make(act, SetUpArea.TEXT, "cut_off", {"vi": own})
    assert rules.texts(session) == {"cut_off": {"vi": own}}
    changes.undo(act, made.id, reason="nhầm")
    assert rules.texts(session) == {}
