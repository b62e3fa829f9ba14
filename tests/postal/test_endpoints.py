"""Endpoints: registered, changed, paused; their secrets sealed and rotated."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import outside
from postal.db import Database
from postal.errors import AddressNotAllowed, HttpsRequired, InvalidInput, NotFound
from postal.models import CallbackEndpoint
from postal.outside.endpoints import OVERLAP, EndpointExists, signing_secrets
from postal.people import vault_of
from postal.people.resealing import reseal_batch
from postal.people.vault import Vault, VaultLocked
from tests import builders as build

NOW = build.EVENING
URL = "https://motcua.hue.gov.vn/tin"
PUBLIC_ONLY = outside.AddressPolicy()


def register(session, url=URL, kinds=(), system=build.SYSTEM):
    return outside.register_endpoint(session, system, url, kinds, policy=PUBLIC_ONLY, now=NOW)


def test_the_secret_is_shown_once_and_lies_sealed_in_the_table(session):
    endpoint, secret = register(session)
    assert secret.startswith("whsec_")
    assert len(secret) == 6 + 44
    assert secret.encode() not in endpoint.secret
    assert signing_secrets(vault_of(session), endpoint, now=NOW) == (secret,)
    assert register(session, URL + "/2")[1] != secret


@pytest.mark.parametrize("url", ["http://motcua.hue.gov.vn/", "https://", "ftp://a.vn/"])
def test_an_endpoint_needs_https(session, url):
    with pytest.raises(HttpsRequired):
        register(session, url)


def test_an_endpoint_may_not_lead_inside_when_added_or_changed(session):
    with pytest.raises(AddressNotAllowed):
        register(session, "https://169.254.169.254/")
    endpoint, _ = register(session)
    with pytest.raises(AddressNotAllowed):
        outside.change_endpoint(session, endpoint, url="https://10.0.0.1/", kinds=(), policy=PUBLIC_ONLY)
    outside.change_endpoint(session, endpoint, url=URL + "/2", kinds=["item.delivered"], policy=PUBLIC_ONLY)
    assert (endpoint.url, endpoint.kinds) == (URL + "/2", ["item.delivered"])


def test_only_kinds_that_are_sent_can_be_asked_for(session):
    assert register(session, kinds=["item.delivered", "item.accepted"])[0].kinds == ["item.accepted", "item.delivered"]
    for unknown in ("item.batched", "item.eaten", "delivered", ""):
        with pytest.raises(InvalidInput):
            register(session, kinds=[unknown])


def test_after_a_rotation_both_secrets_sign_for_a_day(session):
    endpoint, old = register(session)
    new = outside.rotate_secret(session, endpoint, now=NOW)
    vault = vault_of(session)
    assert signing_secrets(vault, endpoint, now=NOW + OVERLAP - timedelta(seconds=1)) == (new, old)
    assert signing_secrets(vault, endpoint, now=NOW + OVERLAP) == (new,)


def test_another_systems_endpoint_looks_as_if_it_did_not_exist(session):
    endpoint, _ = register(session)
    assert outside.find_endpoint(session, endpoint.id, build.SYSTEM) is endpoint
    for system, number in (("khac", endpoint.id), (build.SYSTEM, 10**9)):
        with pytest.raises(NotFound):
            outside.find_endpoint(session, number, system)
    register(session, system="khac")
    assert [one.id for one in outside.endpoints_of(session, build.SYSTEM)] == [endpoint.id]
    assert len(outside.endpoints_of(session)) == 2


def test_secrets_are_resealed_in_steps_with_the_newest_key(database):
    with database.write() as session:
        kept = {}
        for n in range(3):
            endpoint, old = register(session, f"{URL}/{n}")
            kept[endpoint.id] = (outside.rotate_secret(session, endpoint, now=NOW), old)
    newer = Database(database.engine, Vault([b"n" * 32, b"k" * 32], b"l" * 32))
    steps = []
    for _ in range(5):
        with newer.write() as session:
            steps.append(reseal_batch(session, limit=2))
    assert steps == [2, 1, 2, 1, 0]  # the secrets in use, then those before them
    only_new = Vault([b"n" * 32], b"l" * 32)
    with newer.read() as session:
        for endpoint in session.scalars(select(CallbackEndpoint)):
            assert signing_secrets(only_new, endpoint, now=NOW) == kept[endpoint.id]
            with pytest.raises(VaultLocked):
                signing_secrets(build.vault(), endpoint, now=NOW)


@pytest.mark.parametrize("minutes", [(0,), (5,), (1, 2), (1, 2, 3, 4, 5, 6, 7, 8), (59,)])
def test_a_rotation_repeated_keeps_the_secret_the_receiver_has_for_a_day(session, minutes):
    endpoint, first = register(session)
    known, now = [first, outside.rotate_secret(session, endpoint, now=NOW)], NOW
    for after in minutes:
        now = NOW + timedelta(minutes=after)
        known.append(outside.rotate_secret(session, endpoint, now=now))
    vault = vault_of(session)
    almost = now + OVERLAP - timedelta(seconds=1)
    good = signing_secrets(vault, endpoint, now=almost)
    assert good[0] == known[-1]
    assert {first, known[-2]} <= set(good)
    assert len(good) <= 6
    assert signing_secrets(vault, endpoint, now=NOW + OVERLAP + timedelta(hours=1, minutes=59)) == (known[-1],)


def test_a_secret_that_leaked_does_not_live_on_by_rotating_again_and_again(session):
    endpoint, first = register(session)
    vault = vault_of(session)
    for hours in range(0, 40, 5):
        outside.rotate_secret(session, endpoint, now=NOW + timedelta(hours=hours))
    assert first not in signing_secrets(vault, endpoint, now=NOW + timedelta(hours=35, seconds=1))


@pytest.mark.parametrize("again", [URL, URL.upper().replace("/TIN", "/tin"), "https://motcua.hue.gov.vn:443/tin"])
def test_an_address_is_registered_once_for_a_system(session, again):
    endpoint, _ = register(session)
    with pytest.raises(EndpointExists):
        register(session, again)
    other, _ = register(session, URL + "/2")
    with pytest.raises(EndpointExists):
        outside.change_endpoint(session, other, url=again, kinds=(), policy=PUBLIC_ONLY)
    outside.change_endpoint(session, endpoint, url=again, kinds=["item.delivered"], policy=PUBLIC_ONLY)
    outside.remove_endpoint(session, endpoint)
    assert [one.id for one in outside.endpoints_of(session, build.SYSTEM)] == [other.id]
    register(session, again)
