"""Numbers of documents: one series for each kind and year, without gaps, taken in the document's own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from postal.errors import Conflict
from postal.network.home import installation
from postal.rules.working_days import local_day
from routing import Message

# One statement on both databases: whoever comes second waits for the first, and a rollback gives the number back.
_TAKE = text(
    "INSERT INTO counters (name, value) VALUES (:name, :n) "
    "ON CONFLICT (name) DO UPDATE SET value = counters.value + :n RETURNING value"
)


# Every series of documents, by the letters its numbers begin with.
SERIES = {
    "BB": "biên bản bàn giao",
    "LO": "lô",
    "DS": "danh sách bàn giao",
    "SV": "biên bản sự việc",
    "PA": "phản ánh vi phạm",
    "PD": "phiếu đi phát có số điện thoại",
    "CD": "phiếu chuyển điểm",
    "BN": "biên nhận trên điện thoại bưu tá",
}


class NumbersHeld(Conflict):
    """This database is a restored copy: numbers it knows nothing of may stand on paper already."""

    code = "numbers_held"
    says = Message(
        "Bản này được khôi phục từ sao lưu: chưa cấp số {series} cho đến khi người quản trị khai số cuối đã dùng "
        "(tannha restored)."
    )


def next_number(session: Session, series: str, *, now: datetime) -> str:
    """Return the next number of a series, such as "BB-2026-000017"; a rollback gives it back. Raises NumbersHeld."""
    name, value = next_numbers(session, series, 1, now=now)
    return f"{name}-{value:06d}"


def next_numbers(session: Session, series: str, n: int, *, now: datetime) -> tuple[str, int]:
    """Return the counter's name, such as "BB-2026", and the last of its next ``n`` numbers. Raises NumbersHeld."""
    if series in installation(session).held_series:
        raise NumbersHeld(series=series)
    name = counter_name(series, now)
    return name, take_number(session, name, n=n)


def counter_name(series: str, now: datetime) -> str:
    """Return the name of a series' counter in the year of an instant: "BB-2026"."""
    assert series in SERIES, series
    return f"{series}-{local_day(now).year}"


def take_number(session: Session, name: str, *, n: int = 1) -> int:
    """Return the last of the next ``n`` numbers of a series from 1; others who want one wait for this transaction."""
    value: int = session.execute(_TAKE, {"name": name, "n": n}).scalar_one()
    return value
