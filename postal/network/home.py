"""Which province this database serves, and what its post is called."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, inspect, select
from sqlalchemy.orm import Session

from postal.errors import Conflict
from postal.models import Installation, Office
from routing import Message, Province

_ROW = 1


class ProvinceFixed(Conflict):
    """Offices and items were entered by one province's register: another one would make nonsense of their codes."""

    code = "province_fixed"
    says = Message("Cơ sở dữ liệu này đã lập cho {province}; dùng cơ sở dữ liệu mới cho tỉnh khác.")


@dataclass(frozen=True, kw_only=True)
class Home:
    """The province by its name of today, the post's name as papers print it, and whether the network is a draft."""

    province: str
    post_name: str
    is_draft: bool


def home(session: Session) -> Home | None:
    """Return what this database serves; None before its tables are made."""
    if not inspect(session.connection()).has_table(Installation.__tablename__):
        return None
    row = installation(session)
    return Home(province=row.province, post_name=row.post_name, is_draft=row.is_draft)


def installation(session: Session) -> Installation:
    """Return the one row that says what this database is."""
    return session.get_one(Installation, _ROW)


def is_unconfirmed_copy(session: Session) -> bool:
    """Say whether this is a restored copy that nobody has confirmed to be the one that works on."""
    return session.scalar(select(Installation.restored_at)) is not None


def post_name_of(province: Province) -> str:
    """Return how a province's post is called unless somebody says otherwise."""
    return f"Bưu điện {province.full_name}"


def serve(session: Session, province: Province, *, post_name: str | None = None) -> Installation:
    """Make this database a province's. Raises ProvinceFixed once it holds offices of another one."""
    row = installation(session)
    if row.province != province.name:
        if session.scalar(select(exists().where(Office.id.is_not(None)))):
            raise ProvinceFixed(province=row.province)
        row.province, row.post_name = province.name, post_name_of(province)
    if post_name:
        row.post_name = post_name
    return row
