"""Many people at once, from a table: each row judged before anybody is added, with a password of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access import passwords
from postal.access.accounts import NewUser, is_username
from postal.models import Courier, Office, Role, User
from postal.network.cells import Row, Wrong, read_rows
from routing import Message

COLUMNS = ("username", "role", "full_name", "office_code", "courier_code")
_NEEDED = ("username", "role", "full_name")


@dataclass(frozen=True, kw_only=True)
class _Known:
    usernames: frozenset[str]
    offices: dict[str, int]
    couriers: dict[str, int]
    taken_couriers: frozenset[int]


def read_users(session: Session, table: str, text: str) -> tuple[list[NewUser], list[Wrong]]:
    """Read a table of people; returns those that can be added, and what is wrong with the other rows.

    Everybody gets a password made here, to be told to them and to nobody else. Raises BadPlaces for a missing column.
    """
    rows = list(read_rows(table, text, _NEEDED))
    known = _look_up(session)
    _refuse_doubles(rows)
    found = [(row, _user(row, known)) for row in rows]
    wrong = [one for row, _ in found for one in row.wrong]
    return [new for row, new in found if not row.wrong and new is not None], wrong


def _look_up(session: Session) -> _Known:
    taken = select(User.courier_id).where(User.courier_id.is_not(None), User.is_active)
    return _Known(
        usernames=frozenset(session.scalars(select(User.username))),
        offices={one.code: one.id for one in session.scalars(select(Office).where(Office.is_active))},
        couriers={one.code: one.id for one in session.scalars(select(Courier))},
        taken_couriers=frozenset(key for key in session.scalars(taken) if key is not None),
    )


def _user(row: Row, known: _Known) -> NewUser | None:
    username = row.needed("username", most=60).lower()
    if username and not is_username(username):
        row.refuse("username", Message("chỉ a–z, 0–9, dấu . _ -, từ 2 ký tự"))
    if username in known.usernames:
        row.refuse("username", Message("đã có người dùng"))
    roles = [str(role) for role in Role]
    role = row.one_of("role", roles, Message("chỉ nhận {roles}").filled(roles=", ".join(roles)))
    full_name = row.needed("full_name")
    office = _known_code(row, "office_code", known.offices)
    courier = _known_code(row, "courier_code", known.couriers)
    if role == Role.COURIER and not row.text("courier_code"):
        row.refuse("courier_code", Message("bưu tá cần mã bưu tá"))
    if role != Role.COURIER and courier is not None:
        row.refuse("courier_code", Message("chỉ dành cho vai trò courier"))
    if courier in known.taken_couriers:
        row.refuse("courier_code", Message("bưu tá này đã có tài khoản"))
    if row.wrong:
        return None
    return NewUser(
        username=username,
        password=passwords.made_up(),
        full_name=full_name,
        role=Role(role),
        office_id=office,
        courier_id=courier,
    )


def _known_code(row: Row, column: str, known: dict[str, int]) -> int | None:
    code = row.text(column)
    if code and code not in known:
        row.refuse(column, Message("không có mã này"))
    return known.get(code)


def _refuse_doubles(rows: Sequence[Row]) -> None:
    for column in ("username", "courier_code"):
        seen: set[str] = set()
        for row in rows:
            value = row.cells.get(column, "").lower()
            if value and value in seen:
                row.refuse(column, Message("đã có ở dòng khác"))
            seen.add(value)
