"""The queue as a clerk sees it: what waits, why, in which order, and the answers that let it go on."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from postal import people, queue
from postal.access import ownership
from postal.errors import InvalidInput, NotFound
from postal.life.tracking import Scan, record
from postal.models import (
    AddressStatus,
    AuditEntry,
    Coverage,
    Office,
    OfficeKind,
    PointMemory,
    PointPrecision,
)
from postal.queue import questions
from postal.queue.questions import Correction
from postal.rules.lifecycle import EventKind, State
from tests import builders as build
from tests.postal import day as a_day

NOW = build.EVENING + timedelta(days=2)
GUIDE = build.guide()
THUAN_HOA = "12 Lê Lợi, phường Thuận Hóa, thành phố Huế"


def lines(session, needs=None, **more):
    return [line.dossier_code[-4:] for line in queue.waiting(session, queue.Wanted(needs=needs, **more), now=NOW)]


def found(session, text, **asked):
    return queue.find(session, queue.Asked(text=text, **asked)).items


def one(session, number=1, **changes):
    (item,) = build.accepted(session, build.result(number, **changes), now=NOW, guide=GUIDE, channel="file")
    return item


def move(session, item, *kinds, at=NOW):
    for n, kind in enumerate(kinds):
        scan = Scan(kind=kind, scan_id=f"{item.id}-{kind}-{n}", happened_at=at + timedelta(minutes=n))
        record(build.act(session, at + timedelta(minutes=n)), item, scan)


@pytest.fixture
def five(session):
    """One item for every list: ready, unclear, commune only, unprintable, elsewhere."""
    guide = build.guide(is_printable=lambda text: 3 if "😀" in text else None)
    results = [
        build.result(1),
        build.result(2, address="gần chợ", lat="", lon=""),
        build.result(3, lat="", lon=""),
        build.result(4, recipient="Lê 😀"),
        build.result(5, address="12 Lê Duẩn, Hải Châu, Đà Nẵng", lat="", lon=""),
    ]
    return build.accepted(session, *results, guide=guide, now=NOW)


def test_each_item_waits_on_the_list_of_what_it_needs(session, five):
    assert {needs: lines(session, needs) for needs in queue.NEEDS} == {
        "address": ["0002"],
        "point": ["0003"],
        "question": ["0004"],
        "ready": ["0001", "0005"],
        "outside": ["0005"],
        "post": [],
    }
    counts = queue.queue_counts(session, now=NOW)
    assert {needs: getattr(counts, needs) for needs in queue.NEEDS} == {
        needs: len(lines(session, needs)) for needs in queue.NEEDS
    }
    assert sorted(lines(session)) == ["0001", "0002", "0003", "0004", "0005"]
    with pytest.raises(InvalidInput):
        lines(session, "everything")


def test_every_reason_for_waiting_is_said_in_vietnamese(session, five):
    why = {line.dossier_code[-4:]: line.why for line in queue.waiting(session, now=NOW)}
    assert why == {
        "0001": "", "0002": "address_unknown", "0003": "point_commune_only", "0004": "unprintable",
        "0005": "outside_province",
    }  # fmt: skip
    for code in filter(None, why.values()):
        said = str(queue.say_question(code))
        assert said != code
        assert "{" not in said


def test_what_goes_elsewhere_stays_on_its_list_until_the_national_post_has_it(session, five):
    elsewhere = five[4]
    move(session, elsewhere, EventKind.BATCHED, EventKind.HANDED_OVER)
    assert lines(session, "outside") == ["0005"] == lines(session, "post")
    assert queue.queue_counts(session, now=NOW).outside == 1
    move(session, elsewhere, EventKind.PASSED_TO_CARRIER, at=NOW + timedelta(hours=1))
    assert elsewhere.state is State.WITH_CARRIER
    assert lines(session, "outside") == []


def test_the_nearest_promise_comes_first_then_the_oldest_result(session):
    young = one(session, 1, finished_at="2026-11-20T09:00:00+07:00")
    old = one(session, 2, finished_at="2026-11-18T09:00:00+07:00")
    promised, late = one(session, 3), one(session, 4)
    promised.consignment.promised_by = NOW + timedelta(days=1)
    late.consignment.promised_by = NOW - timedelta(days=1)
    session.flush()
    found = queue.waiting(session, now=NOW)
    assert [line.item_id for line in found] == [late.id, promised.id, old.id, young.id]
    assert [line.is_late for line in found] == [True, False, False, False]
    assert [line.item_id for line in queue.waiting(session, now=NOW, limit=2, offset=1)] == [promised.id, old.id]


def test_an_office_sees_what_it_issued_and_what_it_will_deliver(session):
    here, there = (
        one(session, 1),
        one(session, 2, office="Sở Xây dựng", address="thôn 3, xã A Lưới 2, Huế", lat="", lon=""),
    )
    post = Office(code="BC1", kind=OfficeKind.DELIVERY, name="Bưu cục A Lưới")
    session.add(post)
    session.flush()
    session.add(Coverage(commune_code=there.consignment.commune_code, office_id=post.id, zone="A Lưới"))
    session.flush()
    assert lines(session, office_id=here.consignment.issuing_office_id) == ["0001"]
    assert lines(session, office_id=post.id) == ["0002"]
    assert queue.queue_counts(session, queue.Wanted(office_id=post.id), now=NOW).point == 1
    assert lines(session, commune_code=here.consignment.commune_code) == ["0001"]


# -- answers ------------------------------------------------------------------------------------------


def test_an_answered_commune_lets_the_item_go_on_and_keeps_the_words_written(session):
    item = one(session, address="gần chợ")
    code = one(session, 2).consignment.commune_code
    queue.answer_address(build.act(session, NOW), item.consignment_id, code, guide=GUIDE)
    consignment = item.consignment
    assert (consignment.address_status, consignment.commune_code) == (AddressStatus.CONFIRMED, code)
    assert (consignment.attention, consignment.precision) == ([], PointPrecision.DOOR)
    assert people.open_person(session, consignment.person).address == "gần chợ"
    assert queue.is_ready(consignment)
    assert session.scalars(select(AuditEntry.action)).all() == ["answer_address"]


def test_an_answer_without_a_point_gives_the_communes_and_waits_for_that(session):
    item = one(session, address="gần chợ", lat="", lon="")
    queue.answer_address(build.act(session, NOW), item.consignment_id, "19789", guide=GUIDE)
    assert (item.consignment.precision, item.consignment.radius_m is None) == (PointPrecision.COMMUNE, False)
    assert lines(session, "point") == ["0001"]


A_LUOI_2, NEAR_A_LUOI = "20044", (16.2540, 107.2300)


def test_an_answer_that_contradicts_the_point_is_asked_about_again(session):
    item = one(session, address="gần chợ")  # with a point in the city
    queue.answer_address(build.act(session, NOW), item.consignment_id, A_LUOI_2, guide=GUIDE)
    consignment = item.consignment
    assert (consignment.attention, consignment.point_flag) == (["point_far"], "far_from_commune")
    assert not queue.is_ready(consignment)
    assert (lines(session, "question"), lines(session, "ready")) == (["0001"], [])
    conflict = queue.point_conflict(consignment, GUIDE.register)
    assert conflict.distance_m > 30_000
    assert conflict.near.name in {"Thuận Hóa", "Vỹ Dạ", "An Cựu"}
    queue.answer_address(build.act(session, NOW), item.consignment_id, conflict.near.code, guide=GUIDE)
    assert (consignment.attention, consignment.point_flag) == ([], None)
    assert queue.is_ready(consignment)
    assert queue.point_conflict(consignment, GUIDE.register) is None


def test_a_confirmed_point_far_from_the_commune_waits_and_is_not_remembered(session):
    item = one(session, address=THUAN_HOA, lat="", lon="")
    lat, lon = NEAR_A_LUOI
    queue.confirm_point(build.act(session, NOW), item.consignment_id, lat, lon, guide=GUIDE)
    assert (item.consignment.attention, queue.is_ready(item.consignment)) == (["point_far"], False)
    assert session.scalars(select(PointMemory)).all() == []
    queue.confirm_point(build.act(session, NOW), item.consignment_id, 16.4650, 107.5850, guide=GUIDE)
    assert (item.consignment.attention, queue.is_ready(item.consignment)) == ([], True)


def test_a_point_far_away_may_be_right_and_is_then_remembered(session):
    item = one(session, address=THUAN_HOA, lat="", lon="")
    queue.confirm_point(build.act(session, NOW), item.consignment_id, *NEAR_A_LUOI, guide=GUIDE)
    queue.keep_far_point(build.act(session, NOW), item.consignment_id)
    assert queue.is_ready(item.consignment)
    assert (item.consignment.lat, item.consignment.point_flag) == (NEAR_A_LUOI[0], "far_from_commune")
    assert [memory.lat for memory in session.scalars(select(PointMemory))] == [NEAR_A_LUOI[0]]
    assert "keep_far_point" in session.scalars(select(AuditEntry.action)).all()


def test_a_wrong_point_is_dropped_and_the_commune_asked_for_a_door(session):
    item = one(session, address="gần chợ")
    queue.answer_address(build.act(session, NOW), item.consignment_id, A_LUOI_2, guide=GUIDE)
    queue.drop_point(build.act(session, NOW), item.consignment_id, guide=GUIDE)
    commune = GUIDE.register.commune(A_LUOI_2)
    assert (item.consignment.lat, item.consignment.precision) == (commune.point.lat, PointPrecision.COMMUNE)
    assert (item.consignment.attention, lines(session, "point")) == ([], ["0001"])
    for answer in (queue.keep_far_point, lambda *a: queue.drop_point(*a, guide=GUIDE)):
        with pytest.raises(queue.NoConflict):
            answer(build.act(session, NOW), item.consignment_id)


def test_a_second_answer_leaves_nothing_of_the_first_communes_point(session):
    item = one(session, address="gần chợ", lat="", lon="")
    for code in (A_LUOI_2, "19789"):
        queue.answer_address(build.act(session, NOW), item.consignment_id, code, guide=GUIDE)
    commune = GUIDE.register.commune("19789")
    assert (item.consignment.lat, item.consignment.precision) == (commune.point.lat, PointPrecision.COMMUNE)
    assert item.consignment.attention == []


def test_a_point_question_is_settled_by_its_own_answers_alone(session):
    item = one(session, address="gần chợ")
    queue.answer_address(build.act(session, NOW), item.consignment_id, A_LUOI_2, guide=GUIDE)
    with pytest.raises(questions.NotAsked):
        questions.settle(build.act(session, NOW), item.consignment_id, "point_far", guide=GUIDE)


def test_only_a_commune_that_was_offered_can_be_the_answer(session):
    item = one(session, address="gần chợ")
    item.consignment.candidate_codes = ["19789", "19815"]
    for code in ("20044", "99999", ""):
        with pytest.raises(InvalidInput):
            queue.answer_address(build.act(session, NOW), item.consignment_id, code, guide=GUIDE)
    with pytest.raises(NotFound):
        queue.answer_address(build.act(session, NOW), 999_999, "19789", guide=GUIDE)


def test_a_confirmed_point_is_remembered_for_the_next_result_to_the_same_door(session):
    item = one(session, 1, address=THUAN_HOA, lat="", lon="")
    queue.confirm_point(build.act(session, NOW), item.consignment_id, 16.4650, 107.5850, guide=GUIDE)
    assert (item.consignment.precision, item.consignment.radius_m) == (PointPrecision.DOOR, None)
    assert queue.is_ready(item.consignment)
    again = one(session, 2, address=THUAN_HOA.upper(), lat="", lon="")
    assert (again.consignment.precision, again.consignment.lat) == (PointPrecision.REMEMBERED, 16.4650)
    queue.confirm_point(build.act(session, NOW), again.consignment_id, 16.4660, 107.5860, guide=GUIDE)
    assert [memory.lat for memory in session.scalars(select(PointMemory))] == [16.4660]


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (107.58, 16.46), (21.03, 105.85), (91, 181), (float("nan"), 107)])
def test_a_point_that_cannot_be_is_not_confirmed(session, lat, lon):
    item = one(session, lat="", lon="")
    with pytest.raises(InvalidInput):
        queue.confirm_point(build.act(session, NOW), item.consignment_id, lat, lon, guide=GUIDE)
    assert item.consignment.precision is PointPrecision.COMMUNE


def test_a_release_needs_a_reason(session):
    item = one(session, lat="", lon="")
    with pytest.raises(InvalidInput):
        queue.release_point(build.act(session, NOW), item.consignment_id, "  ")
    assert not queue.is_ready(item.consignment)
    queue.release_point(build.act(session, NOW), item.consignment_id, "Bưu tá quen địa bàn")
    assert queue.is_ready(item.consignment)
    assert (lines(session, "point"), lines(session, "ready")) == ([], ["0001"])


def test_what_has_left_the_agency_cannot_be_changed_here(session):
    item = one(session)
    move(session, item, EventKind.BATCHED, EventKind.HANDED_OVER)
    with pytest.raises(queue.Withheld):
        queue.confirm_point(build.act(session, NOW), item.consignment_id, 16.465, 107.585, guide=GUIDE)


def test_a_name_that_cannot_be_printed_is_corrected_before_it_goes(session, five):
    item, guide = five[3], build.guide(is_printable=lambda text: 3 if "😀" in text else None)
    ask = {"guide": guide}
    with pytest.raises(questions.StillUnprintable):
        questions.settle(build.act(session, NOW), item.consignment_id, "unprintable", **ask)
    with pytest.raises(InvalidInput):
        questions.settle(
            build.act(session, NOW),
            item.consignment_id,
            "unprintable",
            correction=Correction(full_name="\u200b"),
            **ask,
        )
    questions.settle(
        build.act(session, NOW),
        item.consignment_id,
        "unprintable",
        correction=Correction(full_name="Lê Hoàng Sao"),
        **ask,
    )
    assert queue.is_ready(item.consignment)
    assert [one.id for one in found(session, "hoang sao")] == [item.id]


@pytest.mark.parametrize(("cell", "code"), [("#N/A", "bad_money"), ("35", "odd_money")])
def test_a_sum_that_was_asked_about_is_answered_by_the_sum(session, cell, code):
    item = one(session, fee_vnd=cell)
    other = one(session, 1, dossier_code="H57.15-261120-0777", fee_vnd="20.000")
    assert other.consignment_id == item.consignment_id
    assert not queue.is_ready(item.consignment)
    for wrong in (None, Correction(), Correction(fee="35"), Correction(fee="mười")):
        with pytest.raises(InvalidInput):
            questions.settle(build.act(session, NOW), item.consignment_id, code, correction=wrong, guide=GUIDE)
    answer = Correction(fee="35.000 đ")
    questions.settle(build.act(session, NOW), item.consignment_id, code, correction=answer, guide=GUIDE)
    assert (item.fee_vnd, other.fee_vnd, queue.is_ready(item.consignment)) == (35_000, 20_000, True)


def test_a_name_typed_raw_is_corrected(session):
    item = one(session, recipient="Nguyeenx Thij Hoaf")
    assert item.consignment.attention == ["typing_suspected"]
    correction = Correction(full_name="Nguyễn Thị Hòa")
    questions.settle(
        build.act(session, NOW), item.consignment_id, "typing_suspected", correction=correction, guide=GUIDE
    )
    assert [one.id for one in found(session, "thi hoa")] == [item.id]
    assert queue.is_ready(item.consignment)


def test_a_date_is_settled_and_a_phone_corrected(session):
    item = one(session, finished_at="2026-12-20T09:00:00+07:00", phone="09123")
    ask = {"guide": GUIDE}
    assert not queue.is_ready(item.consignment)
    questions.settle(build.act(session, NOW), item.consignment_id, "date_in_future", **ask)
    assert queue.is_ready(item.consignment)
    questions.settle(
        build.act(session, NOW), item.consignment_id, "bad_phone", correction=Correction(phone="0912 345 678"), **ask
    )
    assert (item.consignment.attention, found(session, "+84912345678")) == ([], [item])
    with pytest.raises(questions.NotAsked):
        questions.settle(build.act(session, NOW), item.consignment_id, "bad_phone", **ask)


def test_an_unclear_address_can_turn_out_to_be_elsewhere(session):
    item = one(session, address="gần chợ")
    questions.answer_outside(build.act(session, NOW), item.consignment_id)
    assert lines(session, "outside") == ["0001"] == lines(session, "ready")
    assert item.consignment.lat is None
    with pytest.raises(questions.NotAsked):
        questions.answer_outside(build.act(session, NOW), item.consignment_id)


# -- finding ------------------------------------------------------------------------------------------


def test_an_item_is_found_by_everything_a_clerk_may_be_told(session):
    item, other = one(session, 1), one(session, 2, recipient="Đặng Quỳnh Thủy")
    item.s10 = "EY900000019VN"
    session.flush()
    for text in ("EY900000019VN", "ey 900 000 019 vn", "H57.15-261120-0001", " h57.15-261120-0001 ", "0905120001",
                 "+84 905 120 001", "Diễm Hằng", "diem hang", "HẰNG tôn"):  # fmt: skip
        assert found(session, text) == [item], text
    for text in ("", "   ", "%", "_", "0905999999", "Hằng Thủy", "EY900000028VN", "H57.15-261120-%", "'; DROP TABLE"):
        assert found(session, text) == [], text
    assert found(session, "quỳnh") == [other]


def test_a_search_keeps_to_an_office_says_what_is_exact_and_ends_with_what_is_over(session):
    over, item = one(session, 1), one(session, 2, recipient="Tôn Nữ Thị Diễm Hằng")
    over.state = State.DELIVERED
    session.flush()
    own, foreign = (
        item.consignment.issuing_office_id,
        one(session, 3, office="Sở Xây dựng").consignment.issuing_office_id,
    )
    assert found(session, "diem hang", office_id=own) == [item, over]
    assert item not in found(session, "diem hang", office_id=foreign)
    assert found(session, "diem hang", by_person=False) == []
    assert found(session, over.dossier_code, by_person=False) == [over]
    ask = [queue.Asked(text=text) for text in ("diem hang", "0905120001", over.dossier_code)]
    assert [queue.find(session, one).is_exact for one in ask] == [False, True, True]
    assert "Hằng" not in repr(queue.Asked(text="Hằng"))


def test_an_office_finds_whatever_its_page_opens(session):
    """With its couriers, scanned in there, sent by it, of a commune it serves, or at the post in no served commune."""
    item, (office, couriers) = one(session, 1), a_day.set_up(session)
    session.execute(delete(Coverage))

    def is_found():
        session.flush()
        session.expire_all()
        its = office.id in ownership.subject_of_item(session, item).office_ids
        assert (found(session, item.dossier_code, office_id=office.id) == [item]) is its
        return its

    assert not is_found()
    item.courier_id, item.state = couriers[0].id, State.ON_ROUND
    assert is_found()
    item.courier_id, item.office_id, item.state = None, office.id, State.AT_OFFICE
    assert is_found()
    item.office_id, item.state = None, State.HANDED_OVER
    assert is_found()
    item.state = State.WAITING
    assert not is_found()


def test_a_line_does_not_print_a_person_by_accident(session):
    one(session)
    assert "Hằng" not in repr(queue.waiting(session, now=NOW))
    assert "Hằng" not in repr(build.result(1))
