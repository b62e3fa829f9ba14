"""The key that signs receipts: its own, changed by command, and no receipt or head of before stops being good."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import chain
from postal.chain import BadSignature
from postal.models import Handover, SigningKey
from postal.operation import doctor
from postal.people import resealing
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY

NOW = build.EVENING


def a_receipt(session, *, now):
    a_day.handed_over(session, n=1, now=now)
    chain.seal(session, now=now)
    return session.scalars(select(Handover.id).order_by(Handover.id.desc())).first()


def test_a_receipt_says_the_same_after_any_number_of_new_keys(session):
    derived = chain.signing_keys(session)
    assert [(key.name, key.since) for key in derived] == [("", None)]
    handover_id = a_receipt(session, now=NOW)
    before = chain.receipt_code(session, handover_id)
    assert before.startswith("TN1*")
    heads = [chain.sign_day(session, DAY, now=NOW)]
    for n in (1, 2):
        chain.new_signing_key(build.act(session, NOW + timedelta(days=n)))
        heads.append(chain.sign_day(session, DAY, now=NOW + timedelta(days=n)))
    assert chain.receipt_code(session, handover_id) == before
    told = chain.read_receipt_code(before, chain.public_key_for(session, before))
    assert chain.match_receipt(session, told).is_same
    assert len({head.public_key for head in heads}) == 3
    assert {head.public_key for head in heads} == {key.text for key in chain.signing_keys(session)}


def test_a_receipt_names_the_key_of_its_time(session):
    first = chain.new_signing_key(build.act(session, NOW - timedelta(days=1)))
    handover_id = a_receipt(session, now=NOW)
    code = chain.receipt_code(session, handover_id)
    second = chain.new_signing_key(build.act(session, NOW + timedelta(days=1)))
    assert chain.receipt_code(session, handover_id) == code
    assert code.split("*")[0] == "TN2"
    assert code.split("*")[-2] == first.name
    assert chain.public_key_for(session, code) == first.text
    assert chain.read_receipt_code(code, first.text).n_expected == 1
    assert chain.signing_keys(session)[0].text == second.text
    with pytest.raises(BadSignature):
        chain.read_receipt_code(code, second.text)
    for forged in (
        code.replace(first.name, second.name),
        code.replace(first.name, "00000000"),
        code.replace("TN2", "TN1"),
    ):
        with pytest.raises(BadSignature):
            chain.read_receipt_code(forged, chain.public_key_for(session, forged))


def test_the_private_half_is_sealed_and_sealed_again_with_a_new_key(session):
    made = chain.new_signing_key(build.act(session, NOW))
    kept = session.scalars(select(SigningKey)).one()
    assert kept.public_key == made.text
    assert len(kept.sealed) > 32
    assert ("signing_keys", "sealed", "key_id") in {(t.name, data, key) for t, data, key in resealing.SEALED}


def test_the_first_key_is_made_once_and_doctor_tells_its_age(database):
    def found(now):
        return {one.check: one.level for one in doctor.examine(database, now=now)}["signing"]

    assert found(NOW) is doctor.Level.WARN
    for _ in range(2):
        with database.write() as session:
            chain.ensure_signing_key(build.act(session, NOW))
    with database.read() as session:
        assert len(chain.signing_keys(session)) == 2
    assert found(NOW) is doctor.Level.OK
    assert found(NOW + timedelta(days=800)) is doctor.Level.WARN
