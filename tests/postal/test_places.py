"""Offices, coverage and promises from tables: Huế's as shipped, another province's from a folder."""

import csv
from importlib import resources

import pytest
from sqlalchemy import func, select

from postal.models import Courier, Coverage, Office
from postal.network import places, tables
from postal.network.cells import BadPlaces
from tests import builders as build

TABLES = ("offices.csv", "coverage.csv", "transit_rules.csv", "issuing_offices.csv")
NOW = build.EVENING


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a copy of the shipped tables, to be changed."""
    for name in TABLES:
        text = resources.files("postal").joinpath("data", "hue", name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def change(folder, table, column, value, *, row=0):
    path = folder / table
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    rows[row][column] = value
    names = list(dict.fromkeys(name for one in rows for name in one))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def seed(session, folder=None, **options):
    register = build.guide().register
    found = tables.read_tables(folder, register) if folder else tables.shipped_tables(register)
    return places.seed(session, found, now=NOW, **options)


def test_all_forty_communes_have_an_office_and_a_second_seeding_adds_nothing(session):
    shipped = places.with_made_up_couriers(tables.shipped_tables(build.guide().register))
    first = places.seed(session, shipped, now=NOW)
    assert first.n_communes == 40
    assert (first.n_offices, first.n_couriers) == (
        session.scalar(select(func.count()).select_from(Office)),
        session.scalar(select(func.count()).select_from(Courier)),
    )
    again = places.seed(session, shipped, now=NOW)
    assert (again.n_offices, again.n_communes, again.n_couriers) == (0, 0, 0)


def test_what_staff_changed_is_left_alone(session):
    seed(session)
    row = session.scalars(select(Coverage)).first()
    row.weekdays = "4"
    session.flush()
    seed(session)
    assert row.weekdays == "4"


def test_another_provinces_offices_bring_address_phone_and_hours(session, folder):
    change(folder, "offices.csv", "opening_hours", "Thứ Hai – thứ Bảy, 7:30–17:30")
    change(folder, "offices.csv", "phone", "0234 3820000")
    seed(session, folder)
    first, second = session.scalars(select(Office).order_by(Office.id).limit(2))
    assert (first.opening_hours, first.phone) == ("Thứ Hai – thứ Bảy, 7:30–17:30", "0234 3820000")
    assert second.opening_hours == ""


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("offices.csv", "lat", "mười sáu"),
        ("coverage.csv", "commune_code", "99999"),
        ("coverage.csv", "office_code", "BC-KHONG-CO"),
        ("coverage.csv", "weekdays", ""),
        ("coverage.csv", "weekdays", "057"),
        ("transit_rules.csv", "days", "hai"),
    ],
)
def test_a_wrong_cell_is_named_by_table_line_and_column(session, folder, table, column, value):
    change(folder, table, column, value, row=1)
    with pytest.raises(BadPlaces) as refused:
        seed(session, folder)
    for words in (table, "3", column):
        assert words in str(refused.value)


def test_a_table_without_a_column_is_named(session, folder):
    (folder / "transit_rules.csv").write_text("from_zone,to_zone\n*,*\n", encoding="utf-8")
    with pytest.raises(BadPlaces) as refused:
        seed(session, folder)
    assert "days" in str(refused.value)
