"""A restored copy: no number twice, nobody told twice, no restore under a running service."""

import subprocess
import sys
import time

import pytest

from postal.custody import numbers, serials
from postal.custody.numbers import NumbersHeld
from postal.db import Database
from postal.errors import InvalidInput, NotFound, RangeExhausted
from postal.migrations import upgrade
from postal.models import CallbackEndpoint, Counter
from postal.network.home import installation, is_unconfirmed_copy
from postal.operation import backup, copies, doctor, presence
from postal.operation.copies import NumberTooLow
from postal.operation.doctor import Level
from postal.outside.due import due_endpoints
from postal.people.vault import Vault
from postal.rules.s10 import S10
from tests import builders as build
from tests.scale import scaled

NOW = build.EVENING
N = scaled(25, 699)


def restored(database, file, *, used=N):
    """Back up, use numbers that the backup does not know, restore, as `tannha restore` does. Returns the lost ones."""
    backup.back_up(database.engine, file, now=NOW)
    with database.write() as session:
        lost = set(serials.claim(session, used)) if used else set()
        lost |= {numbers.next_number(session, "BB", now=NOW) for _ in range(used)}
    with presence.alone(database.engine):
        backup.restore(database.engine, file)
        upgrade(database.engine)
        with database.write() as session:
            copies.hold(session, now=NOW)
    return lost


@pytest.fixture
def file(tmp_path):
    return tmp_path / "sao-luu.bak"


@pytest.fixture
def house(database):
    """A range, and numbers used before the backup."""
    with database.write() as session:
        build.s10_range(session, n=5_000)
        serials.claim(session, 10)
        for _ in range(3):
            numbers.next_number(session, "BB", now=NOW)
    return database


def test_no_number_is_given_until_the_operator_has_said_the_last_one(house, file):
    lost = restored(house, file)
    with house.write() as session:
        for series in numbers.SERIES:
            with pytest.raises(NumbersHeld):
                numbers.next_number(session, series, now=NOW)
        with pytest.raises(NumbersHeld):
            serials.claim(session, 1)
    with house.write() as session:
        copies.told_last(session, max(code for code in lost if code.startswith("EY")), now=NOW)
        copies.told_last(session, max(code for code in lost if code.startswith("BB")), now=NOW)
        given = set(serials.claim(session, 5)) | {numbers.next_number(session, "BB", now=NOW)}
        assert not given & lost
        assert f"BB-2026-{3 + N + 1:06d}" in given
        with pytest.raises(NumbersHeld):
            numbers.next_number(session, "LO", now=NOW)


def test_skipping_leaves_out_more_than_was_used(house, file):
    lost = restored(house, file)
    with house.write() as session:
        for one in copies.held(session, now=NOW):
            assert one.suggested_skip > 50
            copies.skip(session, one.name, max(one.suggested_skip, N), now=NOW)
        assert copies.held(session, now=NOW) == []
        given = set(serials.claim(session, 5)) | {numbers.next_number(session, "BB", now=NOW) for _ in range(5)}
        assert not given & lost
        assert numbers.next_number(session, "SV", now=NOW) > "SV-2026-000050"


def test_a_range_skipped_to_its_end_is_used_up(house, file):
    restored(house, file, used=0)
    with house.write() as session:
        (of_range,) = [one for one in copies.held(session, now=NOW) if one.what == "S10"]
        copies.skip(session, of_range.name, 1_000_000, now=NOW)
        with pytest.raises(RangeExhausted):
            serials.claim(session, 1)


def test_a_number_the_copy_itself_passed_is_not_the_last_one(house, file):
    restored(house, file)
    first = str(S10("EY", 90_000_003, "VN"))
    with house.write() as session:
        for number in (first, "BB-2026-000002"):
            with pytest.raises(NumberTooLow):
                copies.told_last(session, number, now=NOW)
        for number in ("BB-2027-000009", "XX-2026-000001", "EY900000035VN", ""):
            with pytest.raises(InvalidInput):
                copies.told_last(session, number, now=NOW)
        with pytest.raises(NotFound):
            copies.told_last(session, str(S10("EY", 10_000_003, "VN")), now=NOW)
        assert len(copies.held(session, now=NOW)) == len(numbers.SERIES) + 1


def test_saying_the_last_number_twice_is_saying_it_once(house, file):
    restored(house, file, used=4)
    with house.write() as session:
        for _ in range(2):
            copies.told_last(session, "BB-2026-000007", now=NOW)
        assert session.get(Counter, "BB-2026").value == 7
        assert numbers.next_number(session, "BB", now=NOW) == "BB-2026-000008"


def test_a_range_granted_after_the_restore_may_be_used_at_once(house, file):
    restored(house, file)
    with house.write() as session:
        build.s10_range(session, first=95_000_000, n=10)
        assert serials.claim(session, 2)[0].startswith("EY95000000")


def test_a_copy_tells_nobody_until_it_is_confirmed(house, file):
    with house.write() as session:
        build.accepted(session)
        session.add(
            CallbackEndpoint(
                source_system=build.SYSTEM, url="https://motcua.vn/cb", secret=b"", secret_key_id="", added_at=NOW
            )
        )
    with house.write() as session:
        build.accepted(session, build.result(2))
    with house.read() as session:
        assert due_endpoints(session, NOW)
    restored(house, file, used=0)
    with house.read() as session:
        assert is_unconfirmed_copy(session)
        assert due_endpoints(session, NOW) == []
    with house.write() as session:
        copies.confirm(session)
        assert due_endpoints(session, NOW)


def test_doctor_names_a_copy_that_waits(house, file):
    def level():
        return next(one for one in doctor.examine(house, now=NOW) if one.check == "copy").level

    assert level() is Level.OK
    restored(house, file)
    assert level() is Level.BAD
    with house.write() as session:
        copies.confirm(session)
    assert level() is Level.BAD
    with house.write() as session:
        for one in copies.held(session, now=NOW):
            copies.skip(session, one.name, 10, now=NOW)
    assert level() is Level.OK


def refused(held, kind):
    try:
        with held:
            return False
    except kind:
        return True


def test_nothing_is_restored_under_a_running_service(database):
    engine = database.engine
    with presence.serving(engine), presence.serving(engine):
        assert refused(presence.alone(engine), presence.ServiceRunning)
    with presence.alone(engine):
        assert refused(presence.serving(engine), presence.BeingRestored)
    assert not refused(presence.alone(engine), presence.ServiceRunning)


def test_a_killed_service_does_not_stand_in_the_way(database, database_url):
    script = (
        "import sys, time\nfrom postal import make_engine\nfrom postal.operation import presence\n"
        f"with presence.serving(make_engine({database_url!r})):\n    print('ready', flush=True)\n    time.sleep(60)\n"
    )
    service = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert service.stdout.readline() == "ready\n"
    assert refused(presence.alone(database.engine), presence.ServiceRunning)
    service.kill()
    service.wait()
    until_s = time.monotonic() + 20  # PostgreSQL notices a client's death a moment later
    while refused(presence.alone(database.engine), presence.ServiceRunning):
        assert time.monotonic() < until_s
        time.sleep(0.1)


def test_a_normal_database_holds_nothing_back(session):
    assert installation(session).held_series == []
    assert not is_unconfirmed_copy(session)
    assert copies.held(session, now=NOW) == []


def test_a_wrong_lookup_key_is_found(database):
    with database.write() as session:
        build.accepted(session)
    found = {one.check: one.level for one in doctor.examine(database, now=NOW)}
    assert found["lookup"] is Level.OK
    other = Database(database.engine, Vault([b"k" * 32], b"x" * 32))
    assert {one.check: one.level for one in doctor.examine(other, now=NOW)}["lookup"] is Level.BAD
