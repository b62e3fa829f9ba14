"""Any province: a draft network that is whole, edited as tables, brought in again; one database, one province."""

import csv
from collections import Counter

import pytest
from sqlalchemy import select

from postal.models import Courier, Coverage, Office, OfficeKind
from postal.network import draft, home, offices, places, tables
from postal.network.cells import BadPlaces
from routing import Point, Register, find_province, great_circle_m, provinces, register_of
from tests import builders as build
from tests.scale import scaled

NOW = build.EVENING
THREE = ("Đà Nẵng", "Cần Thơ", "Lâm Đồng")
TRIED = sorted(provinces(), key=lambda one: one.name not in THREE)[: scaled(4, 34)]


@pytest.mark.parametrize("province", TRIED, ids=lambda one: one.name)
def test_a_draft_serves_every_commune_once_from_an_office_with_couriers(province):
    register = register_of(province)
    found = draft.draft_network(register, province)
    assert [row.commune_code for row in found.coverage] == sorted(commune.code for commune in register)
    assert len({row.code for row in found.offices}) == len({row.name for row in found.offices}) == len(found.offices)
    walking = Counter(row.office_code for row in found.couriers)
    assert set(walking) == {row.office_code for row in found.coverage} == {row.code for row in found.offices}
    beats = {code for row in found.couriers for code in row.beat}
    served = {row.commune_code: row.office_code for row in found.coverage}
    assert all(served[code] == row.office_code for row in found.couriers for code in row.beat)
    assert len(beats) >= len(found.offices)
    assert all(row.zone and set(row.weekdays) <= set("01234") for row in found.coverage)
    assert found.agencies[0].commune_code == province.seat_code
    assert draft.draft_network(register, province) == found


@pytest.mark.parametrize("province", TRIED, ids=lambda one: one.name)
def test_a_drafts_offices_lie_near_what_they_serve(province):
    register = register_of(province)
    found = draft.draft_network(register, province)
    at = {row.code: Point(lat=row.lat or 0, lon=row.lon or 0) for row in found.offices}
    away = sorted(
        great_circle_m(register.commune(r.commune_code).point, at[r.office_code]) / 1000 for r in found.coverage
    )
    assert away[len(away) // 2] < 15
    assert away[-1] < 70


def lam_dong(session):
    province = find_province("Lam Dong")
    row = home.serve(session, province)
    done = places.seed(session, draft.draft_network(register_of(province), province), now=NOW)
    row.is_draft = True
    return province, done


def test_what_was_exported_comes_in_again_and_changes_nothing(session, tmp_path):
    province, done = lam_dong(session)
    assert done.n_communes == 124
    tables.write_tables(tmp_path, places.exported(session))
    assert tmp_path.joinpath("couriers.csv").stat().st_mode & 0o077 == 0
    again = tables.read_tables(tmp_path, register_of(province))
    assert again == places.exported(session)
    assert places.seed(session, again, now=NOW, replaces=True) == places.Seeded()


def edit(file, change):
    text = file.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    rows = [row for row in map(change, rows) if row is not None]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_edited_tables_replace_a_draft(session, tmp_path):
    province, _ = lam_dong(session)
    tables.write_tables(tmp_path, places.exported(session))
    first, second = session.scalars(
        select(Office).where(Office.kind == OfficeKind.DELIVERY).order_by(Office.code).limit(2)
    )
    gone, kept = first.code, second.code
    edit(tmp_path / "offices.csv", lambda row: None if row["code"] == gone else row | {"phone": "0263 3820000"})
    edit(tmp_path / "coverage.csv", lambda row: row | {"office_code": kept} if row["office_code"] == gone else row)
    edit(
        tmp_path / "couriers.csv", lambda row: None if row["office_code"] == gone else row | {"full_name": "Lê Văn Tám"}
    )
    done = places.seed(session, tables.read_tables(tmp_path, register_of(province)), now=NOW, replaces=True)
    assert done.n_changed > 50
    assert not session.get_one(Office, first.id).is_active
    assert session.get_one(Office, second.id).phone == "0263 3820000"
    assert not session.scalars(select(Coverage).where(Coverage.office_id == first.id)).all()
    assert not session.scalars(select(Courier).where(Courier.office_id == first.id, Courier.is_active)).all()
    assert {row.full_name for row in places.exported(session).couriers} == {"Lê Văn Tám"}


def test_without_replacing_what_staff_changed_stays(session, tmp_path):
    province, _ = lam_dong(session)
    tables.write_tables(tmp_path, places.exported(session))
    office = session.scalars(select(Office).order_by(Office.id)).first()
    offices.rename_office(session, office, "Bưu cục do nhân viên đổi tên")
    done = places.seed(session, tables.read_tables(tmp_path, register_of(province)), now=NOW)
    assert (done.n_changed, done.n_closed) == (0, 0)
    assert office.name == "Bưu cục do nhân viên đổi tên"


def test_every_wrong_cell_of_every_table_is_named_at_once(session, tmp_path):
    province, _ = lam_dong(session)
    tables.write_tables(tmp_path, places.exported(session))
    lines = {}

    def spoil(table, column, value):
        def change(row):
            lines[table] = lines.get(table, 1) + 1
            return row | {column: value} if lines[table] == 3 else row

        edit(tmp_path / table, change)

    spoil("offices.csv", "lat", "mười")
    spoil("coverage.csv", "weekdays", "0066")
    spoil("transit_rules.csv", "days", "-1")
    spoil("couriers.csv", "shift", "7h30")
    with pytest.raises(BadPlaces) as refused:
        tables.read_tables(tmp_path, register_of(province))
    named = {(one.table, one.line, one.column) for one in refused.value.wrong}
    assert named == {("offices.csv", 3, "lat"), ("coverage.csv", 3, "weekdays"), ("transit_rules.csv", 3, "days"),
                     ("couriers.csv", 3, "shift")}  # fmt: skip
    for table, line, column in named:
        assert f"{table}, dòng {line}, cột {column}" in str(refused.value.message)
    assert "mười" not in str(refused.value)


def test_one_database_serves_one_province(session):
    assert home.home(session) == home.Home(province="Huế", post_name="Bưu điện thành phố Huế", is_draft=False)
    home.serve(session, find_province("da nang"))
    assert home.installation(session).post_name == "Bưu điện thành phố Đà Nẵng"
    home.serve(session, find_province("Quảng Nam"), post_name="Bưu điện Đà Nẵng")
    assert home.installation(session).post_name == "Bưu điện Đà Nẵng"
    lam_dong(session)
    with pytest.raises(home.ProvinceFixed):
        home.serve(session, find_province("Huế"))


def test_zones_are_former_districts_told_apart_where_two_provinces_had_one_name():
    for one in TRIED:
        register = register_of(one)
        found = draft.zones_of(register)
        assert set(found) == {commune.code for commune in register}
    hue = draft.zones_of(Register.builtin())
    assert (hue["19753"], hue["20044"]) == ("Huế", "A Lưới")


def test_an_office_closes_once_nothing_depends_on_it(session):
    lam_dong(session)
    office = session.scalars(select(Office).where(Office.kind == OfficeKind.DELIVERY).order_by(Office.code)).first()
    with pytest.raises(offices.OfficeInUse) as refused:
        offices.close_office(session, office)
    assert office.code in str(refused.value)
    for row in session.scalars(select(Coverage).where(Coverage.office_id == office.id)):
        session.delete(row)
    for courier in session.scalars(select(Courier).where(Courier.office_id == office.id)):
        courier.is_active = False
    offices.close_office(session, office)
    assert not office.is_active


def test_an_agency_with_open_items_does_not_close(session):
    (item,) = build.accepted(session)
    with pytest.raises(offices.OfficeInUse):
        offices.close_office(session, item.consignment.issuing_office)
