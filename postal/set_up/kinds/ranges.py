"""Ranges of S10 numbers: granted from a day on, closed from a day on. A number that was taken stays taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import serials
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import S10Range
from postal.rules.s10 import LAST_SERIAL
from routing import Message

_CLOSES = Message("{n_taken} số đã lấy giữ nguyên; {n_left} số còn lại không cấp ra nữa. Hoàn lại thì dải cấp tiếp.")
_GRANTED = Message("Khi đã có số được lấy thì không rút lại dải này được nữa, chỉ trả lại được số chưa dùng.")


class NumbersTaken(Conflict):
    """A number on a label lives as long as the label: the grant of its range cannot be taken back."""

    code = "numbers_taken"
    says = Message("Không rút lại được: {n_taken} số của dải đã được lấy. Trả lại số chưa dùng của dải thay vào đó.")


def subject_of(indicator: str, first: int, country: str = "VN") -> str:
    """Return how a range is named: its letters, its first serial, its country. Raises InvalidInput."""
    if re.fullmatch(r"[A-Z]{2}", indicator) is None:
        raise InvalidInput(field="indicator")
    if not 0 <= first <= LAST_SERIAL:
        raise InvalidInput(field="first")
    return f"{indicator} {first:08d} {country}"


def read(session: Session, subject: str) -> dict[str, Any]:
    """Return a range's values, the row held for this transaction; ``last`` None: nothing is left. Nothing for none."""
    found = _range(session, subject)
    if found is None or found.last_serial < found.first_serial:
        return {}
    return {
        "last": found.last_serial if found.next_serial <= found.last_serial else None,
        "granted_by": found.granted_by,
        "is_fake": found.is_fake,
    }


def check(act: Act, subject: str, values: Mapping[str, Any]) -> None:
    """Refuse to take back a grant of which numbers were taken. Raises NumbersTaken."""
    found = _range(act.session, subject)
    if found is not None and _goes(values) and found.next_serial > found.first_serial:
        raise NumbersTaken(n_taken=found.next_serial - found.first_serial)


def put(session: Session, subject: str, values: Mapping[str, Any], now: datetime) -> None:
    """Grant a range, close it where it stands, or let it go on. Raises InvalidInput, NotFound, RangeOverlaps."""
    found, last = _range(session, subject), values.get("last")
    if last is None:
        if found is None:
            raise NotFound(what=Message("dải số hiệu"))
        serials.close_range(session, found)
        return
    if not isinstance(last, int):
        raise InvalidInput(field="last")
    indicator, first, country = _parts(subject)
    if found is not None and "granted_by" not in values:
        serials.reopen_range(session, found, last=last)
        return
    grant = serials.Grant(
        indicator=indicator,
        first=first,
        last=last,
        granted_by=values["granted_by"],
        country=country,
        is_fake=bool(values.get("is_fake")),
    )
    serials.grant_range(session, grant, now=now)


def tells(session: Session, subject: str, values: Mapping[str, Any]) -> Message:
    """Return what stays as it is when a range is granted or closed."""
    found = _range(session, subject)
    if found is None or values.get("last") is not None:
        return _GRANTED
    n_taken, n_left = found.next_serial - found.first_serial, found.last_serial - found.next_serial + 1
    return _CLOSES.filled(n_taken=n_taken, n_left=n_left)


def _goes(values: Mapping[str, Any]) -> bool:
    return "granted_by" in values and values["granted_by"] is None


def _parts(subject: str) -> tuple[str, int, str]:
    match = re.fullmatch(r"([A-Z]{2}) (\d{8}) ([A-Z]{2})", subject)
    if match is None:
        raise InvalidInput(field="indicator")
    return match[1], int(match[2]), match[3]


def _range(session: Session, subject: str) -> S10Range | None:
    indicator, first, country = _parts(subject)
    query = select(S10Range).where(
        S10Range.indicator == indicator, S10Range.country == country, S10Range.first_serial == first
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
