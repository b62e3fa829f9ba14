"""Offices, coverage, promises and couriers as data: seeded for Huế, imported from the same tables elsewhere.

The shipped layout of delivery offices and delivery days is an assumption for Huế to start from (docs/operations.md);
the zones are the nine former districts, because no text has re-drawn the zones of TT 17/2017 Đ7 since July 2025.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.errors import PostalError
from postal.models import CalendarDay, Courier, Coverage, Office, OfficeKind, TransitRule
from postal.network.crew import NewCourier, add_courier
from routing import Register

_TABLES: dict[str, tuple[str, ...]] = {
    "hue_offices.csv": ("code", "name", "commune_code", "lat", "lon", "zone"),
    "hue_coverage.csv": ("commune_code", "office_code", "weekdays", "zone"),
    "transit_rules.csv": ("from_zone", "to_zone", "days", "legal_ref"),
    "issuing_offices.csv": ("code", "name", "commune_code", "address", "phone", "zone"),
}
# Off since 2026 (Ngày Văn hóa Việt Nam); written down so that a calendar that does not know it yet is corrected.
_KNOWN_DAYS_OFF = ((date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),)
_DEMO_NAMES = (
    "Nguyễn Văn An", "Trần Quốc Bảo", "Lê Hữu Cường", "Phan Đình Dũng", "Hồ Xuân Đức", "Võ Thị Giang",
    "Đặng Thị Hà", "Hoàng Minh Khang", "Tôn Thất Lâm", "Ngô Thị Mai", "Cao Văn Nam", "Bùi Thị Oanh",
    "Dương Quang Phúc", "Mai Thị Quỳnh", "Trương Công Sơn", "Huỳnh Thị Thu", "Châu Văn Út", "Đoàn Thị Xuân",
)  # fmt: skip


class BadPlaces(PostalError):
    code = "bad_places"
    vi = "Bảng {table}, dòng {line}, cột {column}: thiếu hoặc sai giá trị."
    en = "Table {table}, line {line}, column {column}: missing or wrong value."


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """How many rows a seeding added; what was there already is left alone."""

    n_offices: int
    n_communes: int
    n_couriers: int


def seed(
    session: Session, register: Register, *, now: datetime, is_demo: bool = False, folder: Path | None = None
) -> Seeded:
    """Add offices, coverage, transit rules and days off that are not there yet; safe to repeat.

    ``folder`` holds another province's tables under the shipped names; None takes Huế's. ``is_demo`` adds
    couriers with made-up names. Raises BadPlaces naming table, line and column.
    """
    tables = {name: _read(name, columns, folder) for name, columns in _TABLES.items()}
    n_offices = _seed_offices(session, tables)
    n_communes = _seed_coverage(session, tables["hue_coverage.csv"], register)
    _seed_rules(session, tables["transit_rules.csv"])
    for day, note in _KNOWN_DAYS_OFF:
        if session.get(CalendarDay, day) is None:
            session.add(CalendarDay(on_date=day, is_working=False, note=note))
    n_couriers = _seed_couriers(session, tables["hue_offices.csv"], now) if is_demo else 0
    session.flush()
    return Seeded(n_offices=n_offices, n_communes=n_communes, n_couriers=n_couriers)


def _seed_offices(session: Session, tables: Mapping[str, list[dict[str, str]]]) -> int:
    known = set(session.scalars(select(Office.code))) | set(session.scalars(select(Office.name)))
    wanted = [(row, OfficeKind.DELIVERY, "hue_offices.csv") for row in tables["hue_offices.csv"]]
    wanted += [(row, OfficeKind.ISSUING, "issuing_offices.csv") for row in tables["issuing_offices.csv"]]
    new = [one for one in wanted if not {one[0]["code"], one[0]["name"]} & known]
    session.add_all(
        Office(
            code=row["code"],
            kind=kind,
            name=row["name"],
            address=row.get("address", ""),
            phone=row.get("phone", ""),
            opening_hours=row.get("opening_hours", ""),
            commune_code=row["commune_code"] or None,
            lat=_degrees(table, row, "lat"),
            lon=_degrees(table, row, "lon"),
            zone=row["zone"],
        )
        for row, kind, table in new
    )
    session.flush()
    return len(new)


def _seed_coverage(session: Session, rows: list[dict[str, str]], register: Register) -> int:
    offices = {office.code: office.id for office in session.scalars(select(Office))}
    known = set(session.scalars(select(Coverage.commune_code)))
    n_added = 0
    for row in rows:
        line = int(row["_line"])
        if row["commune_code"] not in register:
            raise BadPlaces(table="hue_coverage.csv", line=line, column="commune_code")
        if row["office_code"] not in offices:
            raise BadPlaces(table="hue_coverage.csv", line=line, column="office_code")
        if not row["weekdays"] or set(row["weekdays"]) - set("0123456"):
            raise BadPlaces(table="hue_coverage.csv", line=line, column="weekdays")
        if row["commune_code"] not in known:
            n_added += 1
            session.add(
                Coverage(
                    commune_code=row["commune_code"],
                    office_id=offices[row["office_code"]],
                    weekdays=row["weekdays"],
                    zone=row["zone"],
                )
            )
    session.flush()
    return n_added


def _seed_rules(session: Session, rows: list[dict[str, str]]) -> None:
    known = {(rule.from_zone, rule.to_zone) for rule in session.scalars(select(TransitRule))}
    for row in rows:
        if not row["days"].isdigit():
            raise BadPlaces(table="transit_rules.csv", line=row["_line"], column="days")
        if (row["from_zone"], row["to_zone"]) not in known:
            session.add(
                TransitRule(
                    from_zone=row["from_zone"],
                    to_zone=row["to_zone"],
                    days=int(row["days"]),
                    legal_ref=row["legal_ref"],
                )
            )
    session.flush()


def _seed_couriers(session: Session, rows: list[dict[str, str]], now: datetime) -> int:
    known = set(session.scalars(select(Courier.code)))
    beats: dict[int, list[str]] = {}
    for row in session.scalars(select(Coverage).order_by(Coverage.commune_code)):
        beats.setdefault(row.office_id, []).append(row.commune_code)
    offices = {office.code: office for office in session.scalars(select(Office))}
    number = n_added = 0
    for office_row in rows:
        office = offices[office_row["code"]]
        communes = beats.get(office.id, [])
        for nth in range(int(office_row.get("n_couriers") or 2)):
            number += 1
            code = f"BT{number:03d}"
            if code in known:
                continue
            beat = [communes[nth % len(communes)]] if communes else []
            name = _DEMO_NAMES[number % len(_DEMO_NAMES)]
            add_courier(session, NewCourier(code=code, office=office, full_name=name, beat=beat), now=now)
            n_added += 1
    return n_added


def _read(name: str, columns: tuple[str, ...], folder: Path | None) -> list[dict[str, str]]:
    source = folder / name if folder is not None else resources.files("postal") / "data" / name
    reader = csv.DictReader(io.StringIO(source.read_text(encoding="utf-8-sig")))
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise BadPlaces(table=name, line=1, column=missing[0])
    return [
        {key: (value or "").strip() for key, value in row.items() if key} | {"_line": str(reader.line_num)}
        for row in reader
    ]


def _degrees(table: str, row: dict[str, str], column: str) -> float | None:
    if not row.get(column):
        return None
    try:
        return float(row[column])
    except ValueError:
        raise BadPlaces(table=table, line=row["_line"], column=column) from None
