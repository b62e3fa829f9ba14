"""Who is bound to an office acts for that office alone; the province's staff act everywhere (B-W3)."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from postal import NewUser, Role, desk, models
from postal.access import accounts, ownership
from postal.network import crew
from tests import builders as build
from tests.api.conftest import NOW, PASSWORD, work
from tests.api.test_rights import things  # noqa: F401 - fixture

DAY = NOW.date().isoformat()
SPAN = {"from": DAY, "until": DAY}


@pytest.fixture
def bound(database, house, sign_in):
    """Return a function that signs in somebody of a role, bound to an office."""

    def signed_in(role, office_id):
        username = f"{role}-{office_id}".replace("_", "-")
        new = NewUser(username=username, password=PASSWORD, full_name="Người Khác", role=role, office_id=office_id)
        with database.write() as session:
            accounts.add_user(session, new, now=NOW)
        return sign_in(username)

    return signed_in


@pytest.fixture
def offices(database, things):  # noqa: F811
    """Return the office whose items and discrepancy there are, and one that has no part in them nor in the round."""
    with database.read() as session:
        item = session.scalars(select(models.Item).where(models.Item.s10 == things.values["code"])).one()
        taken = ownership.subject_of_item(session, item).office_ids | {things.values["office_id"]}
        query = select(models.Coverage.office_id).where(models.Coverage.office_id.not_in(taken))
        own = ownership.delivery_office_id(session, item.consignment.commune_code)
        return own, session.scalars(query.order_by(models.Coverage.office_id)).first()


def commune_of(database, office_id):
    with database.read() as session:
        query = select(models.Coverage.commune_code).where(models.Coverage.office_id == office_id)
        return session.scalars(query.order_by(models.Coverage.commune_code)).first()


def courier_of(database, office_id):
    with database.read() as session:
        query = select(models.Courier.code).where(models.Courier.office_id == office_id)
        return session.scalars(query.order_by(models.Courier.code)).first()


def test_an_offices_dispatcher_neither_plans_nor_publishes_for_others(bound, offices, things, sign_in):  # noqa: F811
    one, plan = bound(Role.DISPATCHER, offices[1]), things.values["plan_id"]
    one.get("/staff/plans")
    road = {"one_end": "16.40, 107.58", "other_end": "16.41, 107.58", "reason": "ngập", "detour_min": "20"}
    for path, fields in (
        ("/staff/plans", {"day": DAY, "seconds": "2"}),
        (f"/staff/plans/{plan}/replan", {"seconds": "2"}),
        (f"/staff/plans/{plan}/publish", {}),
        ("/staff/day-orders/road", {**road, **SPAN}),
        (f"/staff/day-orders/{things.values['order_id']}/end", {}),
    ):
        assert one.post(path, **fields).status_code == 403, path
    assert sign_in("dispatcher").post("/staff/day-orders/road", **road, **SPAN).status_code != 403


def test_orders_of_the_day_reach_the_own_office_alone(bound, offices, database):
    own, other = offices
    one = bound(Role.DISPATCHER, other)
    one.get("/staff/day-orders")
    for office_id, expected in ((own, 403), (other, 303)):
        orders = (
            ("/staff/day-orders/commune", {"commune": commune_of(database, office_id), "reason": "ngập"}),
            ("/staff/day-orders/office", {"office": str(office_id), "reason": "sửa điện"}),
            ("/staff/day-orders/away", {"courier": courier_of(database, office_id)}),
        )
        for path, fields in orders:
            assert one.post(path, **fields, **SPAN).status_code == expected, (path, office_id)
    opened = f"/staff/day-orders/commune/{commune_of(database, own)}/open"
    assert one.post(opened, day=DAY).status_code == 403


def test_what_was_ordered_for_another_office_is_not_taken_back(bound, offices, database, things):  # noqa: F811
    one = bound(Role.DISPATCHER, offices[1])
    one.get("/staff/day-orders")
    with database.write() as session:
        courier = crew.find_courier(session, courier_of(database, offices[0]))
        absence = crew.note_absence(session, courier, NOW.date(), NOW.date()).id
    assert one.post(f"/staff/day-orders/away/{absence}/end", day=DAY).status_code == 403
    assert one.post(f"/staff/day-orders/office/{things.values['closure_id']}/end", day=DAY).status_code == 403
    with database.read() as session:
        assert session.get(models.Absence, absence) is not None, "the transaction left no trace"


def test_a_discrepancy_is_settled_by_its_own_offices_alone(bound, offices, things, database):  # noqa: F811
    discrepancy = things.values["discrepancy_id"]
    stranger, own = bound(Role.POSTAL_CLERK, offices[1]), bound(Role.POSTAL_CLERK, offices[0])
    path = f"/staff/discrepancies/{discrepancy}/settle"
    assert path not in stranger.get("/staff/discrepancies").text
    assert stranger.post(path, settlement="đã tìm thấy").status_code == 403
    assert path in own.get("/staff/discrepancies").text
    assert own.post(path, settlement="đã tìm thấy").status_code == 303
    with database.read() as session:
        assert session.get_one(models.Discrepancy, discrepancy).settlement == "đã tìm thấy"


def test_a_number_of_another_offices_item_is_not_burnt(bound, offices, things, database):  # noqa: F811
    with database.write() as session:
        item = build.accepted(session, build.result(41), now=NOW)[0]
        office_id, item_id = item.consignment.issuing_office_id, item.id
        taken = session.scalars(select(models.Item.s10).where(models.Item.s10.is_not(None))).first()
        held = session.scalars(select(models.Item).where(models.Item.s10 == taken)).one()
        held.s10 = None
        session.flush()
        session.get_one(models.Item, item_id).s10 = taken
    stranger = bound(Role.CENTRE_CLERK, offices[1])
    stranger.get("/staff/prints")
    burn = {"code": taken, "reason": "rách nhãn", "sure": "1"}
    assert stranger.post("/staff/prints/spoilt", **burn).status_code == 403
    own = bound(Role.CENTRE_CLERK, office_id)
    own.get("/staff/prints")
    assert own.post("/staff/prints/spoilt", **burn).status_code == 303
    with database.read() as session:
        assert session.get(models.SpoiltS10, taken) is not None


def test_the_provinces_dispatcher_plans_for_all(sign_in, things, app):  # noqa: F811
    dispatcher = sign_in("dispatcher")
    work(app)
    dispatcher.get("/staff/plans")
    assert dispatcher.post("/staff/plans", day="2026-11-24", seconds="2").status_code in (200, 303)


def test_every_office_is_listed_its_own_discrepancies_in_few_statements(bound, offices, things, database):  # noqa: F811
    """The list's condition says the same of each as the rights do, one by one; and asks once, however long it is."""
    one = bound(Role.POSTAL_CLERK, offices[0])
    with counted(database) as few:
        one.get("/staff/discrepancies")
    with database.write() as session:
        items = session.scalars(select(models.Item.id).order_by(models.Item.id)).all()
        handovers = session.scalars(select(models.Handover.id).order_by(models.Handover.id)).all()
        for n in range(24):
            about = {"item_id": items[n % len(items)]} if n % 3 else {"handover_id": handovers[n % len(handovers)]}
            session.add(models.Discrepancy(kind="missing", noted_at=NOW, **about))
    with counted(database) as many:
        page = one.get("/staff/discrepancies").text
    assert page.count("/settle") > 1
    assert len(many) == len(few) <= 25
    with database.read() as session:
        every = [found.note for found in desk.open_discrepancies(session)]
        subjects = {note.id: ownership.subject_of_discrepancy(session, note).office_ids for note in every}
        assert len(every) > 20
        for office_id in session.scalars(select(models.Office.id)).all():
            listed = [found.note.id for found in desk.open_discrepancies(session, office_id=office_id)]
            assert listed == [note.id for note in every if office_id in subjects[note.id]]
            assert desk.n_open_discrepancies(session, office_id=office_id) == len(listed)


@contextmanager
def counted(database):
    """Yield a list of the statements that are sent meanwhile."""
    sent = []

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
