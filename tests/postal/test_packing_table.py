"""The packing table: one scan and one weight an envelope, and everything else says so and does nothing."""

import threading
from datetime import timedelta

import pytest

from postal import custody, packing
from postal.access import accounts
from postal.access.accounts import NewUser
from postal.custody import NotPacked
from postal.models import BatchItem, Role
from postal.packing import Entry, Said, WeightUnit, grams
from tests import builders as build

NOW = build.EVENING
TWO = "Giấy chứng nhận (bản chính); Trích lục (bản sao)"


@pytest.fixture
def clerks(session):
    """Return two clerks' ids."""
    return [
        accounts.add_user(
            session,
            NewUser(username=f"ban-{n}", password="Mật khẩu dài 1357", full_name=f"Người {n}", role=Role.CENTRE_CLERK),
            now=NOW,
        ).id
        for n in (1, 2)
    ]


@pytest.fixture
def batch(session):
    build.s10_range(session)
    items = build.accepted(
        session, build.result(1, documents=TWO), build.result(2), build.result(3, documents=""), build.result(4)
    )
    return custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)


@pytest.fixture
def at(session, batch, clerks):
    """Return a function that types at a clerk's table."""

    def typed(text, clerk=0, *, now=NOW, **entry):
        mine = packing.on_own_table(session, batch.id, clerks[clerk])
        told = {"item_id": mine.item_id if mine else None} | entry
        return packing.enter(build.act(session, now, user_id=clerks[clerk]), batch.id, Entry(text=text, **told))

    return typed


def code(batch, number):
    return batch.lines[number].item.dossier_code


def packed(batch):
    return [number for number, line in enumerate(batch.lines) if line.packed_at is not None]


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("64", "g", 64), ("64 g", "g", 64), ("64,4", "g", 64), ("64.5g", "g", 65), ("1.250", "g", 1250),
        ("0,064", "kg", 64), ("0.064", "kg", 64), ("1,25", "kg", 1250), ("0,0645 kg", "g", 65), ("64 g", "kg", 64),
        ("ST,GS,+  0.064kg", "g", 64), ("+   64.0 g", "kg", 64), ("1", "kg", 1000), ("0.064", "g", 0),
        ("H57.15-261120-0001", "g", None), ("EY900000005VN", "g", None), ("123456789", "g", None), ("", "g", None),
        ("12 lb", "g", None), ("1234", "kg", None), ("64,,5", "g", None), ("-5", "g", None), ("9" * 60, "g", None),
    ],
)  # fmt: skip
def test_what_a_scale_types_is_read_in_grams_and_a_code_is_no_weight(text, unit, expected):
    assert grams(text, WeightUnit(unit)) == expected


def test_an_envelope_takes_its_scan_and_the_scales_weight_and_nothing_else(session, batch, at):
    opened = at(code(batch, 0).lower().replace(".", " "))
    assert (opened.said, opened.tone, opened.open_envelope.n_documents) == (Said.OPENED, "open", 2)
    done = at("0,064 kg")
    assert (done.said, done.tone, done.n_packed, done.n_all, done.open_envelope) == (Said.PACKED, "good", 1, 4, None)
    line = batch.lines[0]
    assert (line.n_giver, line.n_receiver, line.item.weight_g, line.item.is_sealed) == (2, 2, 64, True)


def test_the_last_envelope_is_said_to_be_the_last_and_the_list_closes(session, batch, at):
    for number in range(4):
        at(code(batch, number))
        answer = at("30", counts=(1, 1) if number == 2 else None)
    assert answer.tone == "done"
    assert custody.close_batch(build.act(session, NOW), batch.id).n_items == 4


def test_a_double_an_unknown_and_a_foreign_scan_are_told_apart_and_do_nothing(session, batch, at):
    strange = build.accepted(session, build.result(9, office="Sở Xây dựng thành phố Huế"))[0]
    left_out = build.accepted(session, build.result(8))[0]
    at(code(batch, 0)), at("64")
    before = packed(batch)
    for text, said in [
        (code(batch, 0), Said.AGAIN),
        ("H57.15-999999-9999", Said.UNKNOWN),
        ("EY999999999VN", Said.UNKNOWN),
        ("???", Said.UNKNOWN),
        (strange.dossier_code, Said.OTHER_OFFICE),
        (left_out.dossier_code, Said.NOT_LISTED),
        ("64", Said.SCAN_FIRST),
    ]:
        answer = at(text)
        assert (answer.said, answer.open_envelope) == (said, None), text
        assert answer.message.filled() is not None
    assert packed(batch) == before


def test_a_second_scan_before_the_weight_is_refused_and_the_first_stays_open(session, batch, at):
    at(code(batch, 0))
    assert at(code(batch, 0)).said is Said.STILL_OPEN
    answer = at(code(batch, 1))
    assert (answer.said, answer.open_envelope.dossier_code) == (Said.WEIGH_FIRST, code(batch, 0))
    assert at("64").code == code(batch, 0)
    assert packed(batch) == [0]


@pytest.mark.parametrize(
    "wrong", [{"counts": (1, 2)}, {"counts": (3, 3)}, {"counts": (2, 1)}, {"text": "0"}, {"text": "40000"}]
)
def test_a_difference_is_said_and_the_envelope_stays_open(session, batch, at, wrong):
    at(code(batch, 0))
    answer = at(wrong.get("text", "64"), counts=wrong.get("counts"))
    assert (answer.said, answer.tone, answer.open_envelope.dossier_code) == (Said.REFUSED, "wrong", code(batch, 0))
    assert packed(batch) == []
    assert at("64").said is Said.PACKED


def test_a_dossier_without_a_list_needs_both_counts(session, batch, at):
    assert at(code(batch, 2)).said is Said.OPENED_UNLISTED
    assert at("64").said is Said.REFUSED
    assert at("64", counts=(3, 3)).said is Said.PACKED


def test_what_was_scanned_lies_on_the_table_after_a_reload_until_it_is_put_aside(session, batch, at, clerks):
    at(code(batch, 1))
    session.expire_all()
    assert packing.on_own_table(session, batch.id, clerks[0]).dossier_code == code(batch, 1)
    packing.leave(build.act(session, NOW, user_id=clerks[0]), batch.id)
    assert packing.on_own_table(session, batch.id, clerks[0]) is None
    assert at(code(batch, 0)).said is Said.OPENED


def test_an_answer_lost_on_the_way_is_given_again_and_packs_once(session, batch, at):
    item_id = at(code(batch, 0)).open_envelope.item_id
    first = at("64", item_id=item_id)
    again = at("64", item_id=item_id)
    assert (first.said, again.said, again.n_packed) == (Said.PACKED, Said.PACKED, 1)
    assert at("65", item_id=item_id).said is Said.AGAIN
    assert batch.lines[0].item.weight_g == 64


def test_two_tables_at_one_batch_never_have_the_same_envelope(session, batch, at):
    at(code(batch, 0))
    other = at(code(batch, 0), clerk=1)
    assert (other.said, other.open_envelope) == (Said.OTHER_TABLE, None)
    assert at(code(batch, 1), clerk=1).said is Said.OPENED
    assert at("64").code == code(batch, 0)
    assert at("30", clerk=1).code == code(batch, 1)
    assert at(code(batch, 0), clerk=1).said is Said.AGAIN


def test_what_a_colleague_left_lying_can_be_taken_after_a_while_and_is_the_colleagues_no_more(session, batch, at):
    item_id = at(code(batch, 0)).open_envelope.item_id
    later = NOW + packing.table.LEFT_AFTER + timedelta(seconds=1)
    assert at(code(batch, 0), clerk=1, now=later).said is Said.OPENED
    assert at("64", item_id=item_id, now=later).said is Said.SCAN_FIRST
    assert at("65", clerk=1, now=later).said is Said.PACKED


def test_a_packed_envelope_is_weighed_again_on_request_and_holds_its_weight_until_then(session, batch, at, clerks):
    item_id = at(code(batch, 1)).open_envelope.item_id
    at("64")
    packing.take_again(build.act(session, NOW, user_id=clerks[0]), batch.id, item_id)
    assert batch.lines[1].item.weight_g == 64
    assert at("71").said is Said.PACKED
    assert batch.lines[1].item.weight_g == 71
    assert [line.item_id for line in packing.packed_last(session, batch.id, limit=5)] == [item_id]


def test_the_list_does_not_close_over_an_envelope_that_only_lies_on_a_table(session, batch, at):
    for number in (0, 1, 3):
        at(code(batch, number)), at("30")
    at(code(batch, 2))
    with pytest.raises(NotPacked):
        custody.close_batch(build.act(session, NOW), batch.id)


def test_many_clerks_scanning_the_same_envelopes_at_once_pack_each_once(database):
    with database.write() as session:
        build.s10_range(session)
        items = build.accepted(session, *(build.result(n) for n in range(1, 7)))
        batch_id = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id).id
        codes = [item.dossier_code for item in items]
        new = (
            NewUser(username=f"b{n}", password="Mật khẩu dài 1357", full_name="A", role=Role.CENTRE_CLERK)
            for n in range(3)
        )
        users = [accounts.add_user(session, one, now=NOW).id for one in new]
    said = []

    def work(user_id, order):
        for text in order:
            with database.write() as session:
                act = build.act(session, NOW, user_id=user_id)
                answer = packing.enter(act, batch_id, Entry(text=text))
            if answer.open_envelope is not None:
                with database.write() as session:
                    entry = Entry(text="30", item_id=answer.open_envelope.item_id)
                    said.append(packing.enter(build.act(session, NOW, user_id=user_id), batch_id, entry).said)

    threads = [threading.Thread(target=work, args=(user_id, codes[n:] + codes[:n])) for n, user_id in enumerate(users)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert said == [Said.PACKED] * 6
    with database.read() as session:
        lines = session.query(BatchItem).filter_by(batch_id=batch_id)
        assert {line.item.weight_g for line in lines} == {30}
        assert packing.progress(session, batch_id) == (6, 6)
