"""What pages ask of the database: no more statements for more rows, and no walk through all that ever happened."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from postal import EventKind, custody, models
from postal.life.tracking import happened_on
from tests import builders as build
from tests.api.conftest import NOW

MOST = 25
LISTS = (
    "/staff/",
    "/staff/queue",
    "/staff/late",
    "/staff/items?pile=post",
    "/staff/incidents",
    "/staff/giving-back",
    "/staff/at-office",
    "/staff/office-days",
    "/staff/batches",
    "/staff/handovers",
)
# What grows without end: a page that walks through one of these is slower every year.
LEFT_OUT = {"/staff/giving-back"}  # of so few rows SQLite prefers no index; over many it takes that of what is owed
ARCHIVES = ("tracking_events", "proofs", "looks", "looked_at", "people")


@contextmanager
def asked(database):
    """Collect the statements that are asked meanwhile, with their parameters."""
    found = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        found.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)


def hand_over(database, numbers):
    """Bring results in and hand them over to the post."""
    with database.write() as session:
        items = build.accepted(session, *(build.result(n, fee_vnd="50000") for n in numbers), now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        manifest = build.closed_batch(session, batch.id, now=NOW)
        party = custody.Party(name="Người Ký")
        codes = [line.s10 for line in manifest.lines]
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=party, receiver=party)


@pytest.fixture
def desk(sign_in, clock, database):
    """Return a dispatcher who opens pages weeks after everything was handed over and nothing was delivered."""
    person = sign_in("dispatcher")
    hand_over(database, range(1, 4))
    clock.forward(days=20)
    return person


def n_statements(database, person, path):
    with asked(database) as statements:
        assert person.get(path).status_code == 200
    return len(statements)


def test_no_list_asks_more_for_more_rows(desk, database):
    for path in LISTS:
        desk.get(path)  # what is asked once a sitting is asked before
    few = {path: n_statements(database, desk, path) for path in LISTS}
    hand_over(database, range(10, 22))
    assert "Hạn phát" in desk.get("/staff/incidents").text
    many = {path: n_statements(database, desk, path) for path in LISTS}
    assert many == few
    assert max(many.values()) <= MOST, many


def test_the_page_of_a_consignment_asks_no_more_for_more_items(desk, database):
    with database.write() as session:
        one = build.accepted(session, build.result(50), now=NOW)[0]
        several = build.accepted(session, *(build.result(n) for n in (60, 61, 62, 63)), now=NOW)
        several_id = several[0].consignment_id
        for item in several[1:]:
            item.consignment_id = several_id
        one_id = one.consignment_id
    pages = [f"/staff/consignments/{consignment_id}" for consignment_id in (one_id, several_id)]
    for page in pages:
        desk.get(page)
    few, many = (n_statements(database, desk, page) for page in pages)
    assert few == many <= MOST


def test_no_page_walks_through_all_that_ever_happened(desk, database):
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL rightly walks through tables as small as these")
    with database.read() as session:
        consignment_id = session.scalar(select(models.Consignment.id).order_by(models.Consignment.id))
    with asked(database) as statements:
        for path in (*(set(LISTS) - LEFT_OUT), f"/staff/consignments/{consignment_id}"):
            assert desk.get(path).status_code == 200
    walked = set()
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        for statement, parameters in {(s, tuple(p)) for s, p in statements if s.startswith("SELECT")}:
            for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                walked |= set(re.findall(r"^SCAN (\w+)", row[3]))
    assert walked & set(ARCHIVES) == set()


def test_postage_goes_back_as_it_is_said_of_each_and_of_all(database, house):
    hand_over(database, range(1, 5))
    later = NOW + timedelta(days=20)
    with database.write() as session:
        first, second, third, _fourth = session.scalars(select(models.Item).order_by(models.Item.id)).all()
        first.first_attempt_at = first.consignment.promised_by - timedelta(hours=1)
        second.first_attempt_at = second.consignment.promised_by + timedelta(hours=1)
        third.consignment.promised_by = None
    with database.read() as session:
        all_of_them = session.scalars(select(models.Consignment).order_by(models.Consignment.id)).all()
        each = [one.id for one in all_of_them if custody.is_refund_due(session, one, now=later)]
        assert each == [all_of_them[1].id, all_of_them[3].id]
        assert [one.id for one in custody.refunds_due(session, now=later)] == each
        assert custody.refunds_due(session, now=NOW) == []


def test_events_of_a_round_are_found_by_their_round_and_by_how_their_scans_begin(database, own_round):
    with database.write() as session:
        item = session.scalar(select(models.Item))
        told = {"r77:a": None, "r77:": None, "r778:b": None, "R77:c": None, "xr77:d": None, "any": own_round}
        for scan_id, round_id in told.items():
            event_of = models.TrackingEvent(
                item_id=item.id, kind=EventKind.ATTEMPT_FAILED, scan_id=scan_id, happened_at=NOW, recorded_at=NOW
            )
            event_of.round_id = round_id
            session.add(event_of)
    with database.read() as session:

        def found(round_id):
            query = select(models.TrackingEvent.scan_id).where(happened_on(session, round_id))
            return {scan_id for scan_id in session.scalars(query) if scan_id in told}

        assert found(77) == {"r77:a", "r77:"}
        assert found(778) == {"r778:b"}
        assert found(own_round) == {"any"}


def test_what_is_drawn_of_a_batch_and_of_an_order_is_a_page_of_it(sign_in, database, clock, house):
    with database.write() as session:
        items = build.accepted(session, *(build.result(n) for n in range(1, 131)), now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        batch_id, ids = batch.id, [str(item.id) for item in items]
    clerk = sign_in("centre")
    page = clerk.get(f"/staff/batches/{batch_id}").text
    assert "130 bưu gửi" in page
    shown = re.findall(r'name="weight-(\d+)"', page)
    rest = re.findall(r'name="weight-(\d+)"', clerk.get(f"/staff/batches/{batch_id}?start=100").text)
    assert (len(shown), len(rest), set(shown) | set(rest)) == (100, 30, set(ids))
    packed = {f"{field}-{rest[0]}": "1" for field in ("giver", "receiver")} | {f"weight-{rest[0]}": "40"}
    assert clerk.post(f"/staff/batches/{batch_id}/pack?start=100", **packed).location.endswith("?start=100")
    order = clerk.post("/staff/bulk", list="queue", deed="label", item=ids).location
    first, all_of_them = clerk.get(order).text, clerk.get(f"{order}?lines=refused").text
    assert first.count('<li><a class="code"') == 50
    assert "Còn 80 bưu gửi nữa" in first
    assert all_of_them.count('<li><a class="code"') == 130
    assert "?lines=refused" in first


def test_reprints_are_named_in_as_many_statements_for_many_as_for_few(desk, database):
    def printed_again(n):
        with database.write() as session:
            item_id, user_id = session.scalar(select(models.Item.id)), session.scalar(select(models.User.id))
            session.add_all(models.LabelPrint(item_id=item_id, number=number, user_id=user_id, printed_at=NOW,
                                              reason="rách") for number in n)  # fmt: skip
        desk.get("/staff/prints")
        return n_statements(database, desk, "/staff/prints"), desk.get("/staff/prints").text.count("rách")

    few, many = printed_again(range(2, 4)), printed_again(range(4, 12))
    assert few[1] < many[1]
    assert few[0] == many[0] <= MOST
