"""The chain of evidence: sound when left alone, broken by any tampering, indifferent to erasing people."""

import dataclasses
import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from postal import chain, custody
from postal.chain import BadSignature
from postal.custody import Party
from postal.doorstep.proof import ProofIn, keep_proof
from postal.life.tracking import Scan, record
from postal.models import (
    ChainLink,
    DeliverySignature,
    Handover,
    HandoverLine,
    Item,
    ManifestLine,
    Person,
    ProofOfDelivery,
    ReceiptSignature,
    TrackingEvent,
)
from postal.rules.lifecycle import EventKind
from tests import builders as build
from tests.hostile_pictures import png
from tests.scale import record_figure, scaled

NOW = build.EVENING
LATER = NOW + timedelta(hours=2)
GIVER, RECEIVER = Party(name="Lê Thị Giao", position="Cán bộ"), Party(name="Trần Văn Nhận", code="BC-1")


def _history(session, n_items=6):
    """Bring in, batch and hand over some items, deliver one of them with proof; return the receipt's id."""
    build.s10_range(session)
    items = build.accepted(session, *(build.result(i + 1) for i in range(n_items)))
    batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
    manifest = build.closed_batch(session, batch.id, now=NOW)
    codes = [line.s10 for line in manifest.lines]
    handover = custody.hand_over(build.act(session, NOW), batch.id, scanned=codes[:-1], giver=GIVER, receiver=RECEIVER)
    chain.seal(session, now=NOW + timedelta(minutes=1))
    proof = keep_proof(build.act(session, NOW), ProofIn(receiver_name="Nguyễn Văn Nhận", id_tail="1234"))
    for number, kind in enumerate((EventKind.OUT_FOR_DELIVERY, EventKind.DELIVERED), start=1):
        at = NOW + timedelta(minutes=2 * number)
        is_last = kind is EventKind.DELIVERED
        scan = Scan(kind=kind, scan_id=f"door-{number}", happened_at=at, proof=proof if is_last else None)
        record(build.act(session, at), items[0], scan)
    for side, picture in (("giver", png(60, 20)), ("receiver", png(60, 21))):
        custody.sign_receipt(build.act(session, NOW), handover.id, side, picture)
    custody.sign_delivery(build.act(session, NOW), proof.id, png(60, 22))
    return handover.id


@pytest.fixture
def receipt_id(session):
    return _history(session)


@pytest.fixture
def anchor(session, receipt_id):
    """Seal everything and sign the end, well after the last event; then let the tests do what a forger could."""
    signed = chain.sign_day(session, NOW.date(), now=LATER)
    build.lift_guards(session)
    return signed


def test_an_untouched_chain_is_sound_and_counts_every_event_and_receipt(session, anchor):
    checked = chain.check_chain(session, anchors=[anchor])
    n_events = session.scalar(select(func.count()).select_from(TrackingEvent))
    assert checked.broken is None
    assert checked.n_links == n_events + build.n_records(session) + 4  # a receipt and three signatures
    assert checked.head == anchor.head
    assert chain.check_people(session) == []


def test_sealing_twice_adds_nothing(session, anchor):
    assert chain.seal(session, now=LATER).head == anchor.head


def test_a_commit_after_a_handover_seals_by_itself(database):
    with database.write() as session:
        _history(session)
    with database.read() as session:
        checked = chain.check_chain(session)
        assert checked.broken is None
        n_events = session.scalar(select(func.count()).select_from(TrackingEvent))
        assert checked.n_links == n_events + build.n_records(session) + 4


def test_erasing_a_person_keeps_the_chain_valid(session, anchor):
    session.execute(update(Person).values(sealed=None))
    session.execute(update(Handover).values(person_salt=None))
    session.execute(update(ProofOfDelivery).values(person_salt=None))
    session.expire_all()
    assert chain.check_chain(session, anchors=[anchor]).broken is None
    assert chain.check_people(session) == []


def test_a_changed_signatory_is_found(session, anchor):
    handover = session.scalar(select(Handover))
    other = session.scalar(select(Person.id).where(Person.id != handover.giver_id).order_by(Person.id))
    giver, stranger = session.get(Person, handover.giver_id), session.get(Person, other)
    giver.sealed, giver.key_id = stranger.sealed, stranger.key_id
    session.flush()
    assert [broken.why for broken in chain.check_people(session)] == ["person_changed"]


def test_a_signatures_picture_replaced_or_swapped_is_found(session, anchor):
    assert chain.check_pictures(session) == []
    first, second = session.scalars(select(ReceiptSignature).order_by(ReceiptSignature.id)).all()
    first.sealed, second.sealed = second.sealed, first.sealed  # both open with the key: only the digests tell
    at_the_door = session.scalars(select(DeliverySignature)).one()
    at_the_door.sealed = at_the_door.sealed[:-1] + bytes([at_the_door.sealed[-1] ^ 1])
    session.flush()
    found = [(broken.kind, broken.subject_id, broken.why) for broken in chain.check_pictures(session)]
    assert found == [
        ("signature", first.id, "picture_changed"),
        ("signature", second.id, "picture_changed"),
        ("doorstep", at_the_door.id, "picture_changed"),
    ]


def test_rows_that_this_transaction_recorded_and_will_seal_are_no_fault(session, anchor):
    item = session.scalar(select(Item).order_by(Item.id.desc()))
    at = LATER + timedelta(minutes=1)
    record(build.act(session, at), item, Scan(kind=EventKind.BATCHED, scan_id="later", happened_at=at))
    assert chain.check_chain(session, anchors=[anchor]).broken is None


def _flip(text, chance):
    at = chance.randrange(len(text))
    return text[:at] + chance.choice([c for c in "0123456789abcdef" if c != text[at]]) + text[at + 1 :]


def _flip_event(session, chance):
    event = chance.choice(session.execute(select(TrackingEvent.__table__)).mappings().all())
    column, value = chance.choice(
        [
            ("scan_id", event["scan_id"] + "x"),
            ("kind", "found"),
            ("reason", "TU_CHOI" if event["reason"] != "TU_CHOI" else None),
            ("happened_at", event["happened_at"] + timedelta(microseconds=1)),
            ("recorded_at", event["recorded_at"] - timedelta(seconds=1)),
            ("item_id", next(i for i in session.scalars(select(Item.id)) if i != event["item_id"])),
            ("facts", {"changed": 1}),
        ]
    )
    values = {column: value} | ({"sequence": None} if column == "item_id" else {})  # the schema refuses a double number
    session.execute(update(TrackingEvent).where(TrackingEvent.id == event["id"]).values(values))


def _flip_link(session, chance):
    link = chance.choice(session.execute(select(ChainLink.__table__)).mappings().all())
    column = chance.choice(["salt", "commitment", "head"])
    session.execute(
        update(ChainLink).where(ChainLink.position == link["position"]).values({column: _flip(link[column], chance)})
    )


def _flip_receipt(session, chance):
    table, column, value = chance.choice(
        [
            (Handover, "n_present", 4711),
            (Handover, "number", "BB-2026-999999"),
            (Handover, "digest", "0" * 64),
            (HandoverLine, "found", "extra"),
            (HandoverLine, "code", "EY000000000VN"),
            (ManifestLine, "s10", "EY000000000VN"),
            (ProofOfDelivery, "fee_vnd", 1),
            (ProofOfDelivery, "relation", "neighbour"),
            (ReceiptSignature, "digest", "0" * 64),
            (ReceiptSignature, "how", "photo"),
            (ReceiptSignature, "recorded_at", NOW - timedelta(days=1)),
            (DeliverySignature, "digest", "0" * 64),
            (DeliverySignature, "proof_id", None),
        ]
    )
    one = chance.choice(session.scalars(select(table.id)).all())
    session.execute(update(table).where(table.id == one).values({column: value}))


def _delete(session, chance):
    table = chance.choice([TrackingEvent, TrackingEvent, ReceiptSignature, DeliverySignature, HandoverLine, ChainLink])
    if table is not ChainLink:
        one = chance.choice(session.scalars(select(table.id)).all())
        session.execute(delete(table).where(table.id == one))
    else:
        one = chance.choice(session.scalars(select(ChainLink.position)).all())
        session.execute(delete(ChainLink).where(ChainLink.position == one))


def _insert(session, chance):
    event = dict(chance.choice(session.execute(select(TrackingEvent.__table__)).mappings().all()))
    event |= {"id": 900_000 + chance.randrange(1_000), "scan_id": f"forged-{chance.random()}", "sequence": None}
    session.execute(insert(TrackingEvent).values(event))


def _swap(session, chance):
    first, second = chance.sample(session.execute(select(ChainLink.__table__)).mappings().all(), 2)
    spare = 1_000_000
    for old, new in (
        (first["position"], spare),
        (second["position"], first["position"]),
        (spare, second["position"]),
    ):
        session.execute(update(ChainLink).where(ChainLink.position == old).values(position=new))


def _cut_tail(session, chance):
    end = session.scalar(select(func.max(ChainLink.position)))
    keep = chance.randrange(end)
    gone = select(ChainLink.subject_id).where(ChainLink.position > keep, ChainLink.kind == "event")
    session.execute(delete(TrackingEvent).where(TrackingEvent.id.in_(gone)))
    session.execute(delete(ChainLink).where(ChainLink.position > keep))


TAMPERINGS = (_flip_event, _flip_link, _flip_receipt, _delete, _insert, _swap, _cut_tail)


def test_every_tampering_is_found(session, anchor):
    n_tamperings = scaled(210, 10_000)
    found = 0
    for number in range(n_tamperings):
        chance = random.Random(number)
        with session.begin_nested() as savepoint:
            TAMPERINGS[number % len(TAMPERINGS)](session, chance)
            found += chain.check_chain(session, anchors=[anchor]).broken is not None
            savepoint.rollback()
        session.expire_all()
    assert found == n_tamperings
    assert chain.check_chain(session, anchors=[anchor]).broken is None
    record_figure("tamperings of the chain found", found, f"of {n_tamperings}")


def test_the_first_broken_place_is_named(session, anchor):
    event = session.scalar(select(TrackingEvent).order_by(TrackingEvent.id).offset(3))
    link = session.scalar(select(ChainLink).where(ChainLink.kind == "event", ChainLink.subject_id == event.id))
    session.execute(update(TrackingEvent).where(TrackingEvent.id == event.id).values(reason="DOI"))
    broken = chain.check_chain(session).broken
    assert (broken.position, broken.subject_id, broken.why) == (link.position, event.id, "subject_changed")


def test_a_chain_made_anew_after_tampering_differs_from_the_signed_head(session, anchor):
    session.execute(delete(ChainLink))
    session.execute(update(TrackingEvent).values(reason="DOI"))
    chain.seal(session, now=LATER)
    assert chain.check_chain(session).broken is None
    assert chain.check_chain(session, anchors=[anchor]).broken.why == "anchor_differs"


def test_two_heads_of_one_place_that_differ_are_a_fault(session, anchor):
    other = dataclasses.replace(anchor, head="0" * 64)
    for both in ([anchor, other], [other, anchor]):
        assert chain.check_chain(session, anchors=both).broken.why == "anchor_differs"


def test_a_paper_receipt_is_checked_offline_with_the_public_key_alone(session, anchor, receipt_id):
    code, key = chain.receipt_code(session, receipt_id), chain.signing_keys(session)[0].text
    told = chain.read_receipt_code(code, key)
    handover = session.get(Handover, receipt_id)
    assert (told.number, told.n_expected, told.n_present) == (handover.number, 6, 5)
    assert told.digest == handover.digest
    assert chain.match_receipt(session, told) == chain.ReceiptMatch(is_known=True, is_same=True)
    assert chain.receipt_code(session, receipt_id) == code


def test_no_character_of_a_receipts_code_can_change(session, anchor, receipt_id):
    code, key = chain.receipt_code(session, receipt_id), chain.signing_keys(session)[0].text
    for at in range(len(code)):
        changed = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        with pytest.raises(BadSignature):
            chain.read_receipt_code(changed, key)


@pytest.mark.parametrize("junk", ["", "TN1", "*", "á*b", "TN1*" * 9, "\x00"])
def test_junk_is_no_receipt(session, junk):
    with pytest.raises(BadSignature):
        chain.read_receipt_code(junk, chain.signing_keys(session)[0].text)


def test_a_signed_head_survives_its_file_and_no_change(session, anchor):
    key = chain.signing_keys(session)[0].text
    assert chain.read_head(anchor.to_json(), key) == anchor
    for wrong in (anchor.to_json().replace(f'"position": {anchor.position}', '"position": 1'), "{}", "[]", "x"):
        with pytest.raises(BadSignature):
            chain.read_head(wrong, key)
