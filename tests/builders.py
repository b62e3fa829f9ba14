"""Data for tests, built the way the service itself builds it. Grow it; keep one builder a thing."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from postal import ANONYMOUS, Act, Actor, ActorKind, Scope, custody, intake
from postal.access import keys
from postal.chain.records import RECORDS
from postal.custody.serials import Grant, grant_range
from postal.db import Database, make_engine
from postal.migrations import upgrade
from postal.models import ApiKey, Batch, Item, Manifest, S10Range
from postal.people.vault import Vault
from routing import Register, resolver_of

# Friday 20 November 2026, 17:00 in Huế: the sample day is finished, its results wait.
EVENING = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SYSTEM = "motcua-hue"
CENTRE = "Trung tâm Phục vụ hành chính công thành phố Huế"


def vault() -> Vault:
    """Return a vault with keys good for nothing but tests."""
    return Vault([b"k" * 32], b"l" * 32)


def act(session: Session, now: datetime = EVENING, *, user_id: int | None = None, by: Actor = ANONYMOUS) -> Act:
    """Return an act in this session: of a user by id, of whoever is given, or of nobody known."""
    return Act(session, Actor(kind=ActorKind.USER, user_id=user_id) if user_id is not None else by, now)


def lift_guards(session: Session) -> None:
    """Let this session edit what is never edited, as whoever owns the database's file or server could."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def n_records(session: Session) -> int:
    """Return how many facts besides events and receipts the chain binds: discrepancies, minutes, looks and others."""
    counts = (select(func.count()).select_from(one.table).where(one.is_there) for one in RECORDS.values())
    return sum(session.scalar(count) or 0 for count in counts)


def sqlite_database(folder: Path) -> Database:
    """Make a new SQLite file with all tables in it."""
    database = Database(make_engine(f"sqlite:///{folder / 'tannha.db'}"), vault())
    upgrade(database.engine)
    return database


def s10_range(session: Session, *, first: int = 90_000_000, n: int = 100_000, indicator: str = "EY") -> S10Range:
    """Grant a clearly fake range."""
    grant = Grant(indicator=indicator, first=first, last=first + n - 1, granted_by="thử nghiệm", is_fake=True)
    return grant_range(session, grant, now=EVENING)


def api_key(
    session: Session, source_system: str, scopes: Sequence[Scope], *, now: datetime, office_id: int | None = None
) -> tuple[ApiKey, str]:
    """Issue a key; return it with its text."""
    key = keys.add_api_key(session, source_system, scopes, now=now, office_id=office_id)
    return key, keys.give_text(session, key)


def photo(*, width: int = 64, height: int = 48, form: str = "JPEG", **options: Any) -> bytes:
    """Return a photograph of no one; ``options`` are Pillow's when it is saved."""
    written = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(written, form, **options)
    return written.getvalue()


def guide(**changes: Any) -> intake.Guide:
    """Return what intake asks, with the shipped register and no geocoder."""
    register = Register.builtin()
    return intake.Guide(**{"register": register, "resolver": resolver_of(register)} | changes)


def result(number: int = 1, **changes: str) -> intake.ResultIn:
    """Return one finished result as a system tells it, in order in every cell, with a point at the door."""
    cells = {
        "dossier_code": f"H57.15-261120-{number:04d}",
        "office": CENTRE,
        "finished_at": "2026-11-20T15:00:00+07:00",
        "recipient": "Tôn Nữ Thị Diễm Hằng",
        "phone": f"0905{120_000 + number}",
        "address": f"{number} Lê Lợi, phường Thuận Hóa, thành phố Huế",
        "procedure_code": "1.004227",
        "procedure_name": "Đăng ký biến động quyền sử dụng đất",
        "documents": "Giấy chứng nhận (bản chính)",
        "fee_vnd": "0",
        "lat": "16.4632",
        "lon": "107.5862",
    }
    return intake.ResultIn(**cells | changes)


def results_csv(results: Sequence[intake.ResultIn], *, separator: str = ",") -> bytes:
    """Return a file of these results, as a one-stop system exports it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    fields = [field.name for field in dataclasses.fields(intake.ResultIn)]
    writer.writerow([intake.COLUMNS[name] for name in fields])
    writer.writerows([getattr(one, name) for name in fields] for one in results)
    return out.getvalue().encode()


def accepted(session: Session, *results: intake.ResultIn, now: datetime = EVENING, **changes: Any) -> list[Item]:
    """Bring results in the way a system sends them; return their items in order. Without any: one result."""
    report = intake.accept_results(
        act(session, now),
        results or (result(),),
        source_system=SYSTEM,
        guide=changes.pop("guide", None) or guide(),
        **changes,
    )
    assert not report.n_refused, report.rows
    return [session.get_one(Item, row.item_id) for row in report.rows if row.item_id is not None]


def packed(session: Session, batch_id: int, *, now: datetime = EVENING) -> None:
    """Count, weigh and seal every envelope of an open batch, as both sides do at the table."""
    lines = custody.lines_in(session.get_one(Batch, batch_id))
    envelopes = []
    for line in lines:
        n = len(line.item.documents) or 1
        envelopes.append(custody.Packed(item_id=line.item_id, n_giver=n, n_receiver=n, weight_g=30 + 5 * n))
    custody.pack_items(act(session, now), batch_id, envelopes)


def closed_batch(session: Session, batch_id: int, *, user_id: int | None = None, now: datetime = EVENING) -> Manifest:
    """Pack every envelope of an open batch and fix its list."""
    packed(session, batch_id, now=now)
    return custody.close_batch(act(session, now, user_id=user_id), batch_id)
