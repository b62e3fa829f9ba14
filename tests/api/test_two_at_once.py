"""Two at one instant give something the same code or name: the second is refused, and what was typed is kept."""

import re
import threading
import time
from datetime import date

import pytest
from sqlalchemy import delete, func, select

from postal import models
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.shown_forms import forms_on

PLACE = {"lat": 16.46, "lon": 107.59}
DELIVERY = models.OfficeKind.DELIVERY
CHANGE = {"reason": "mở thêm"}
UNSERVED = "19789"


def office(code, name):
    return lambda _session: models.Office(code=code, name=name, kind=DELIVERY, zone="", **PLACE)


def courier(session):
    known = session.scalars(select(models.Courier).order_by(models.Courier.id)).first()
    return models.Courier(code="BT-MOI", office_id=known.office_id, person_id=known.person_id, beat=[], skills=[])


def served(session):
    there = session.scalars(select(models.Office.id).where(models.Office.kind == DELIVERY)).first()
    return models.Coverage(commune_code=UNSERVED, office_id=there, weekdays="01234", zone="")


def user(session):
    known = session.scalars(select(models.User).where(models.User.username == "admin")).one()
    return models.User(
        username="nguoi-moi", password_hash="-", role=models.Role.DISPATCHER, person_id=known.person_id, added_at=NOW
    )


# In the use case's own words where it came to look after the other; else in those for whoever was second.
TOLD = r"Người khác vừa ghi cùng mã|đã có\b|Tên này là của|đã được đăng ký|đã đổi từ lúc xem trước"

# page, what is typed into its form, the rival's row
CASES = {
    "office, code": (
        "/staff/set-up/offices",
        {"code": "BC-MOI", "name": "Bưu cục Thứ Hai", "kind": "delivery", "commune": "19789", "point": "16.46, 107.59"},
        office("BC-MOI", "Bưu cục Thứ Nhất"),
    ),
    "office, name": (
        "/staff/set-up/offices",
        {"code": "BC-HAI", "name": "Bưu cục Mới", "kind": "delivery", "commune": "19789", "point": "16.46, 107.59"},
        office("BC-MOT", "Bưu cục Mới"),
    ),
    "courier, code": (
        "/staff/set-up/couriers",
        {"code": "BT-MOI", "full_name": "Lê Thị Hoa"},
        courier,
    ),
    "commune": (
        f"/staff/set-up/coverage/{UNSERVED}",
        {"weekdays": "0", "zone": "vùng xa"} | CHANGE,
        served,
    ),
    "J+n": (
        "/staff/set-up/promises",
        {"from_zone": "Bắc", "to_zone": "Nam", "days": "3", "legal_ref": "QĐ 7"} | CHANGE,
        lambda _session: models.TransitRule(from_zone="Bắc", to_zone="Nam", days=5, legal_ref="QĐ 1"),
    ),
    "holiday": (
        "/staff/set-up/days-off",
        {"day": "2027-09-02", "kind": "off", "note": "Quốc khánh"} | CHANGE,
        lambda _session: models.CalendarDay(on_date=date(2027, 9, 2), is_working=False, note="lễ"),
    ),
    "user": (
        "/staff/users",
        {"username": "nguoi-moi", "full_name": "Người Mới", "role": "dispatcher"},
        user,
    ),
    "receiver of callbacks": (
        "/staff/set-up/endpoints",
        {"source_system": build.SYSTEM, "url": "https://motcua.example/nhan"},
        lambda _session: models.CallbackEndpoint(
            source_system=build.SYSTEM, url="https://motcua.example/nhan", secret=b"x", secret_key_id="k", added_at=NOW
        ),
    ),
}  # fmt: skip


def typed_into(page, path, typed):
    """Return the fields of the form that has these, filled; of a choice that is not made yet the last one."""
    form = next(one for one in forms_on(page, path) if typed.keys() <= {c["name"] for c in one.controls})
    data = form.data() | {name: [value] for name, value in typed.items()}
    for one in form.controls:
        if one.kind == "select" and not data.get(one["name"], [""])[0]:
            data[one["name"]] = [one.options[-1][0]]
    return form.action, data


@pytest.mark.parametrize("case", CASES)
def test_the_second_of_two_at_once_is_refused_and_keeps_what_was_typed(case, sign_in, database):
    path, typed, rival_of = CASES[case]
    with database.write() as session:
        session.execute(delete(models.Coverage).where(models.Coverage.commune_code == UNSERVED))
    admin, answers = sign_in("admin"), []
    action, data = typed_into(admin.get(path).text, path, typed)
    if "reason" in typed:  # it is shown before it is made
        preview = admin._note(admin.client.post(action, data=data, headers={"Accept": "text/html"})).text
        form = next(one for one in forms_on(preview, path) if one["seen"])
        data = form.data() | {"confirmed": ["1"]}

    def press():
        answers.append(admin.client.post(action, data=data, headers={"Accept": "text/html"}))

    pressing = threading.Thread(target=press)
    with database.write() as session:
        rival = rival_of(session)
        session.add(rival)
        session.flush()
        table = type(rival)
        n_rows = session.scalar(select(func.count()).select_from(table))
        pressing.start()
        time.sleep(0.5)  # by now it waits for this transaction, or for its turn to write
    pressing.join()
    (answer,) = answers
    assert answer.status_code in (200, 303, 400), answer.text
    page = admin.get(answer.location).text if answer.status_code == 303 else answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(table)) == n_rows
    told = " ".join(re.findall(r'id="faults-title".*?</div>|class="notice[^>]*>.*?</div>', page, re.DOTALL))
    assert re.search(TOLD, told), page
    shown = [one.data() for one in forms_on(page, path)]
    assert any(all(value in one.get(name, []) for name, value in typed.items()) for one in shown), page
