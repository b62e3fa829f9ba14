"""Counting scan by scan: each code is answered at once, says what is wrong with it, and is never lost."""

import pytest
from sqlalchemy import func, select

from postal import counting, custody, doorstep, rounds
from postal.counting import CountOver, CountTooEarly, Ending, Match, NothingCounted
from postal.errors import InvalidInput, NotFound
from postal.models import CountedScan, DeliveryRound, Discrepancy, HandoverLine
from postal.rules.lifecycle import State
from postal.to_agency import returns
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import EVENING, MORNING

NOW = build.EVENING
LISTS = counting.all_lists()
SIDES = Ending(giver=a_day.GIVER, receiver=a_day.RECEIVER)
PHU_XUAN_CENTRE = "Trung tâm Phục vụ hành chính công phường Phú Xuân"


@pytest.fixture
def batch(session):
    build.s10_range(session)
    items = build.accepted(session, *(build.result(i + 1) for i in range(3)))
    batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
    build.closed_batch(session, batch.id, now=NOW)
    return batch


def codes_of(batch):
    return [line.item.s10 for line in batch.lines]


def scan_many(session, kind, row_id, *codes):
    return counting.scan_codes(build.act(session, NOW), kind, row_id, codes)


def scan(session, batch, code):
    return scan_many(session, LISTS["batch"], batch.id, code).answers[0]


def test_each_code_says_its_own_thing(session, batch):
    first = codes_of(batch)[0]
    told = scan_many(session, LISTS["batch"], batch.id, f" {first.lower()} ")
    assert (told.answers[0].match, told.answers[0].tone, told.n_scanned, told.n_expected) == (Match.RIGHT, "good", 1, 3)
    told = scan_many(session, LISTS["batch"], batch.id, first)
    assert (told.answers[0].match, told.answers[0].tone, told.n_scanned) == (Match.AGAIN, "again", 1)
    assert scan(session, batch, first[:-3] + "9VN").tone in ("unknown", "wrong")
    assert scan(session, batch, "rác").match is Match.UNREADABLE
    assert scan(session, batch, "EY999999995VN").match is Match.UNKNOWN
    with pytest.raises(InvalidInput):
        scan(session, batch, "  ")


def test_every_answer_has_a_tone_and_a_sentence():
    for match in Match:
        tone, message = counting.MATCH_WORDS[match]
        assert tone in ("good", "again", "wrong", "elsewhere", "unknown")
        assert message.text


def test_a_piece_of_another_office_or_batch_is_named(session, batch):
    items = build.accepted(session, build.result(11), build.result(12, office=PHU_XUAN_CENTRE))
    others = []
    for item in items:
        other = custody.open_batch(build.act(session, NOW), item.consignment.issuing_office_id)
        build.closed_batch(session, other.id, now=NOW)
        others.append(other)
    same_office = scan(session, batch, codes_of(others[0])[0])
    assert (same_office.match, str(same_office.where)) == (Match.OTHER_LIST, f"lô {others[0].number}")
    assert others[0].number in str(same_office.message)
    other_office = scan(session, batch, codes_of(others[1])[0])
    assert (other_office.match, other_office.tone) == (Match.OTHER_OFFICE, "elsewhere")
    assert "Phú Xuân" in str(other_office.message)


def test_many_codes_at_once_are_answered_like_one_by_one(session, batch):
    codes = codes_of(batch)
    told = scan_many(session, LISTS["batch"], batch.id, codes[1], "EY999999995VN", codes[1], codes[0], "rác")
    assert [one.match for one in told.answers] == [
        Match.RIGHT,
        Match.UNKNOWN,
        Match.AGAIN,
        Match.RIGHT,
        Match.UNREADABLE,
    ]
    assert (told.n_scanned, told.n_expected) == (2, 3)
    so_far = counting.count_so_far(session, LISTS["batch"], batch.id)
    assert [piece.code for piece in so_far.missing] == [codes[2]]
    assert [(one.code, one.match) for one in so_far.others] == [("EY999999995VN", Match.UNKNOWN)]
    assert (so_far.n_scanned, so_far.n_expected) == (2, 3)


def test_a_count_begun_is_what_is_handed_over(session, batch):
    codes = codes_of(batch)
    for code in (codes[2], codes[0], codes[2]):
        scan(session, batch, code)
    assert counting.counted_codes(session, LISTS["batch"], batch.id) == [codes[2], codes[0]]
    handover = hand_over(session, batch)
    assert (handover.n_expected, handover.n_present) == (3, 2)
    assert set(session.scalars(select(CountedScan.handover_id))) == {handover.id}
    with pytest.raises(CountOver):
        scan(session, batch, codes[1])


def test_nothing_is_handed_over_before_anything_was_counted(session, batch):
    with pytest.raises(NothingCounted):
        hand_over(session, batch)


def hand_over(session, batch):
    return counting.end_count(build.act(session, NOW), LISTS["batch"], batch.id, SIDES)


@pytest.mark.parametrize("name", list(LISTS))
def test_a_list_that_is_not_there_cannot_be_counted(session, name):
    with pytest.raises(NotFound):
        scan_many(session, LISTS[name], 4711, "EY999999995VN")
    with pytest.raises(NotFound):
        counting.count_so_far(session, LISTS[name], 4711)


def test_a_load_is_counted_against_its_own_round(session):
    day = a_day.build_day(session)
    ids = [str(item.consignment_id) for item in day.items]
    plan = a_day.saved_plan(session, shares=[ids[:2], ids[2:]])
    rounds.publish_plan(build.act(session, MORNING), plan.id)
    own, other = plan.rounds

    def said(code):
        return scan_many(session, LISTS["load"], own.id, code).answers[0]

    assert said(day.items[0].s10).match is Match.RIGHT
    assert said(day.items[0].s10).match is Match.AGAIN
    elsewhere = said(day.items[2].s10)
    assert (elsewhere.match, str(elsewhere.where)) == (Match.OTHER_LIST, f"chuyến {other.number}")
    late = build.accepted(session, build.result(20))[0]
    late.s10 = "EY999999995VN"
    session.flush()
    assert said(late.s10).match is Match.NOT_LISTED
    assert counting.count_so_far(session, LISTS["load"], own.id).n_expected == 2
    counting.end_count(build.act(session, MORNING), LISTS["load"], own.id)
    assert [item.state for item in day.items] == [State.ON_ROUND] + [State.HANDED_OVER] * 3
    kinds = session.scalars(select(Discrepancy.kind)).all()
    assert sorted(kinds) == ["extra", "extra", "missing"]
    with pytest.raises(CountOver):
        said(day.items[1].s10)
    assert session.scalar(select(func.count()).select_from(CountedScan)) == 3


@pytest.fixture
def out(session):
    """Four pieces out on one round: the first delivered with a fee and a paper, the second tried in vain."""
    day = a_day.build_day(session, {"fee_vnd": "135000", "take_back": "Giấy cũ (bản chính)"}, {}, {}, {})
    a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    scans = [
        a_day.delivered(day.items[0], fee_vnd=135_000, fee_receipt="TH-1", taken_back=["Giấy cũ"]),
        a_day.failed(day.items[1]),
    ]
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), scans)
    return day, session.scalars(select(DeliveryRound)).one()


def test_what_comes_home_is_counted_and_the_rest_stays_in_the_couriers_name(session, out):
    day, walked = out
    told = scan_many(session, LISTS["back"], walked.id, *(item.s10 for item in day.items[:3]))
    assert [one.match for one in told.answers] == [Match.NOT_LISTED, Match.RIGHT, Match.RIGHT]
    assert (told.n_scanned, told.n_expected) == (2, 3)
    brought = Ending(money_vnd=135_000, n_papers=1)
    handover = counting.end_count(build.act(session, EVENING), LISTS["back"], walked.id, brought)
    assert (handover.n_expected, handover.n_present, handover.facts["money_vnd"]) == (3, 2, 135_000)
    assert [item.state for item in day.items[1:]] == [State.AT_OFFICE, State.AT_OFFICE, State.ON_ROUND]
    assert sorted(session.scalars(select(Discrepancy.kind))) == ["extra", "missing"]
    with pytest.raises(CountOver):
        scan_many(session, LISTS["back"], walked.id)


def test_money_or_papers_that_differ_are_counted_again_or_recorded(session, out):
    day, walked = out
    scan_many(session, LISTS["back"], walked.id, *(item.s10 for item in day.items[1:]))
    with pytest.raises(rounds.BroughtDiffers) as refused:
        counting.end_count(build.act(session, EVENING), LISTS["back"], walked.id, Ending(money_vnd=100_000, n_papers=1))
    assert "135000" in str(refused.value.message)
    short = Ending(money_vnd=100_000, n_papers=0, why="thối nhầm")
    handover = counting.end_count(build.act(session, EVENING), LISTS["back"], walked.id, short)
    found = session.execute(select(Discrepancy.kind, Discrepancy.detail, Discrepancy.handover_id)).all()
    assert sorted(found) == [("money", "100000 / 135000", handover.id), ("papers", "0 / 1", handover.id)]


def test_a_round_that_has_not_left_brings_nothing_back(session):
    a_day.build_day(session)
    plan = a_day.saved_plan(session)
    with pytest.raises(CountTooEarly):
        scan_many(session, LISTS["back"], plan.rounds[0].id)


def test_a_dossier_fetched_at_home_comes_in_by_its_own_code(session, out):
    _, walked = out
    piece = walked.stops[3].consignment.items[0]
    code, piece.state = piece.s10, State.COLLECTED
    piece.s10 = None
    session.flush()
    assert scan_many(session, LISTS["back"], walked.id, code).answers[0].match is Match.UNKNOWN
    assert scan_many(session, LISTS["back"], walked.id, piece.dossier_code).answers[0].match is Match.RIGHT
    codes = {one.code for one in counting.count_so_far(session, LISTS["back"], walked.id).missing}
    assert piece.dossier_code not in codes
    assert len(codes) == 2
    papers = Ending(money_vnd=135_000, n_papers=1)
    handover = counting.end_count(build.act(session, EVENING), LISTS["back"], walked.id, papers)
    lines = select(HandoverLine.code).where(HandoverLine.handover_id == handover.id, HandoverLine.found == "present")
    assert session.scalars(lines).all() == [piece.dossier_code]


def test_an_agencys_returns_are_counted_and_the_next_list_begins_anew(session, out):
    day, walked = out
    rounds.close_round(build.act(session, EVENING), walked.id)
    for item in day.items[1:3]:
        returns.start_return(build.act(session, EVENING), item.id, returns.AGENCY_ASKED)
    agency_id = day.items[0].consignment.issuing_office_id
    stranger = build.accepted(session, build.result(30, office=PHU_XUAN_CENTRE))[0]
    stranger.s10 = "EY999999995VN"
    session.flush()
    told = scan_many(session, LISTS["returns"], agency_id, day.items[1].s10, day.items[3].s10, stranger.s10)
    assert [one.match for one in told.answers] == [Match.RIGHT, Match.NOT_LISTED, Match.OTHER_OFFICE]
    back = Ending(giver=a_day.RECEIVER, receiver=a_day.GIVER, money_vnd=135_000)
    handover = counting.end_count(build.act(session, EVENING), LISTS["returns"], agency_id, back)
    assert (handover.n_expected, handover.n_present) == (2, 1)
    assert day.items[1].state is State.RETURNED_TO_SENDER
    told = scan_many(session, LISTS["returns"], agency_id, stranger.s10, day.items[2].s10)
    assert ([one.match for one in told.answers], told.n_expected) == ([Match.OTHER_OFFICE, Match.RIGHT], 1)
    counting.end_count(build.act(session, EVENING), LISTS["returns"], agency_id, back)
    with pytest.raises(returns.NothingToReturn):
        counting.end_count(build.act(session, EVENING), LISTS["returns"], agency_id, back)


def test_papers_and_money_are_counted_by_the_items_they_belong_to(session, out):
    day, _ = out
    agency_id = day.items[0].consignment.issuing_office_id
    back = Ending(giver=a_day.RECEIVER, receiver=a_day.GIVER, money_vnd=135_000)
    with pytest.raises(NothingCounted):
        counting.end_count(build.act(session, EVENING), LISTS["papers"], agency_id, back)
    told = scan_many(session, LISTS["papers"], agency_id, day.items[0].s10, day.items[1].s10)
    assert [one.match for one in told.answers] == [Match.RIGHT, Match.NOT_LISTED]
    handover = counting.end_count(build.act(session, EVENING), LISTS["papers"], agency_id, back)
    assert handover.n_present == 1
    assert scan_many(session, LISTS["papers"], agency_id).n_expected == 0
