"""Companies: one code of the centre opens the list of all of a company's dossiers; a tax number opens nothing.

The centre issues it to whoever shows that he acts for the company, and can end it at once. Its 128 bits are shown once
and kept as a hash. A company's dossiers are those of its name and its registered phone together: either alone may be
somebody else's.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from postal.access.act import Act
from postal.access.audit import note
from postal.access.brakes import Ladder, count_from, take_back_from
from postal.citizen.dossiers import DossierStatus, called
from postal.errors import InvalidInput, NotFound
from postal.life.items import is_called
from postal.models import CompanyCode, Consignment, Dossier, DossierStep, Item, Person, PersonKind
from postal.people import open_person
from postal.rules.codes import bare_code
from postal.rules.lifecycle import FINAL, Direction, State
from postal.rules.working_days import local_day
from routing import Message

_N_BYTES = 16
_N_A_PAGE = 100
_TRIES = Ladder(name="company code", n_free=10)
_ALL_TRIES = Ladder(
    name="company code, all", n_free=500, waits=(timedelta(minutes=1),), forgotten_after=timedelta(hours=1)
)


@dataclass(frozen=True, kw_only=True)
class CompanyDossier:
    """One dossier of a company: where its result or paper is, or its last ``step`` where there is none yet."""

    dossier_code: str
    s10: str | None
    office_name: str
    state: State | None
    step: DossierStatus | None
    since: datetime
    promised_on: date | None


@dataclass(frozen=True, kw_only=True)
class CompanyPage:
    """One page of a company's dossiers, the latest news first, out of ``n_all``; pages count from 1."""

    lines: Sequence[CompanyDossier]
    n_all: int
    page: int
    n_pages: int


def issue_company_code(act: Act, code: str) -> tuple[CompanyCode, str]:
    """Issue a code to the company whose dossier or item has this code; return it with its text, which is kept nowhere.

    Raises InvalidInput where nobody of the own office has the code, where it means several people, and where the
    company registered no phone: by its name alone it cannot be told from others.
    """
    meant = [(one, office_id) for one, office_id in _meant(act.session, code) if act.by.office_id in (None, office_id)]
    if len({(one.name_hash, one.phone_hash) for one, _ in meant}) != 1 or meant[0][0].phone_hash is None:
        raise InvalidInput(field="code")
    person, office_id = meant[0]
    text = secrets.token_hex(_N_BYTES)
    issued = CompanyCode(
        code_hash=_hash_of(text),
        person_id=person.id,
        name_hash=person.name_hash,
        phone_hash=person.phone_hash,
        office_id=office_id,
        issued_at=act.now,
        issued_by_id=act.by.user_id,
    )
    act.session.add(issued)
    act.session.flush()
    note(act, "company_code_issued", "company_code", issued.id)
    return issued, "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def revoke_company_code(act: Act, code_id: int) -> None:
    """End a code at once, with every page it has open; safe to repeat. Raises NotFound, also for another office's."""
    found = act.session.get(CompanyCode, code_id)
    if found is None or act.by.office_id not in (None, found.office_id):
        raise NotFound(what=Message("mã tra cứu"))
    if found.revoked_at is None:
        found.revoked_at = act.now
        act.session.flush()
        note(act, "company_code_revoked", "company_code", found.id)


def company_codes(session: Session, *, office_id: int | None) -> list[tuple[CompanyCode, str]]:
    """Return an office's codes (None: everybody's) with the company's name as it may be shown, newest first."""
    query = select(CompanyCode).options(joinedload(CompanyCode.person)).order_by(CompanyCode.id.desc())
    if office_id is not None:
        query = query.where(CompanyCode.office_id == office_id)
    return [(one, open_person(session, one.person).full_name) for one in session.scalars(query)]


def open_by_company_code(act: Act, typed: str, *, source: str) -> int | None:
    """Return the id of the code that was typed, None for everything else; wrong ones from a source are slowed."""
    is_free = count_from(act.session, _TRIES, _ALL_TRIES, source, now=act.now)
    of = select(CompanyCode.id).where(
        CompanyCode.code_hash == _hash_of(bare_code(typed)), CompanyCode.revoked_at.is_(None)
    )
    found = act.session.scalar(of)
    if found is None or not is_free:
        return None
    take_back_from(act.session, _TRIES, _ALL_TRIES, source, now=act.now)
    return found


def company_dossiers(session: Session, code_id: int, *, page: int = 1) -> CompanyPage | None:
    """Return a page of a company's dossiers, the latest news first; None once its code ended.

    A page that there is none of is the nearest one.
    """
    found = session.get(CompanyCode, code_id)
    if found is None or found.revoked_at is not None:
        return None
    places = _places(session, found)
    n_pages = max(1, -(-len(places) // _N_A_PAGE))
    page = min(max(page, 1), n_pages)
    shown = places[(page - 1) * _N_A_PAGE : page * _N_A_PAGE]
    items = _items(session, [one_id for _, is_item, one_id in shown if is_item])
    dossiers = _dossiers(session, [one_id for _, is_item, one_id in shown if not is_item])
    lines = [items[one_id] if is_item else dossiers[one_id] for _, is_item, one_id in shown]
    return CompanyPage(lines=lines, n_all=len(places), page=page, n_pages=n_pages)


def _meant(session: Session, code: str) -> list[tuple[Person, int]]:
    """Return whom a code may mean, each with the office its result or dossier is of."""
    if not 4 <= len(bare_code(code)) <= 80:
        return []
    items = select(Item).options(joinedload(Item.consignment).joinedload(Consignment.person)).where(is_called(code))
    found = [
        (one.consignment.person, one.consignment.issuing_office_id)
        for one in session.scalars(items.order_by(Item.id.desc()).limit(10))
    ]
    return found + [(one.person, one.office_id) for one in called(session, code)]


def _places(session: Session, code: CompanyCode) -> list[tuple[datetime, bool, int]]:
    """Return since when each of a company's dossiers is where it is, whether it is an item, and its id; newest first.

    A dossier whose result is there is that item. Only what orders the list is read of each.
    """
    is_of = (Person.name_hash == code.name_hash, Person.phone_hash == code.phone_hash)
    items = session.execute(
        select(Item.id, Item.state_since, Item.direction, Item.source_system, Item.dossier_key)
        .join(Item.consignment)
        .join(Consignment.person)
        .where(Person.kind == PersonKind.RECIPIENT, *is_of)
    ).all()
    last_step = (
        select(func.max(DossierStep.happened_at)).where(DossierStep.dossier_id == Dossier.id).correlate(Dossier)
    ).scalar_subquery()
    dossiers = session.execute(
        select(Dossier.id, func.coalesce(last_step, Dossier.added_at), Dossier.source_system, Dossier.dossier_key)
        .join(Dossier.person)
        .where(*is_of)
    )
    known = {(system, key) for _, _, direction, system, key in items if direction is Direction.RESULT}
    places = [(since, True, item_id) for item_id, since, *_ in items]
    places += [(since, False, one_id) for one_id, since, *key in dossiers if tuple(key) not in known]
    return sorted(places, reverse=True)


def _items(session: Session, ids: Sequence[int]) -> dict[int, CompanyDossier]:
    query = (
        select(Item)
        .join(Item.consignment)
        .options(contains_eager(Item.consignment).joinedload(Consignment.issuing_office))
        .where(Item.id.in_(ids))
    )
    return {one.id: _of_item(one) for one in session.scalars(query)}


def _dossiers(session: Session, ids: Sequence[int]) -> dict[int, CompanyDossier]:
    query = select(Dossier).options(joinedload(Dossier.office), selectinload(Dossier.steps)).where(Dossier.id.in_(ids))
    return {one.id: _of_dossier(one) for one in session.scalars(query)}


def _of_item(item: Item) -> CompanyDossier:
    promised = item.consignment.promised_by
    return CompanyDossier(
        dossier_code=item.dossier_code,
        s10=item.s10,
        office_name=item.consignment.issuing_office.name,
        state=item.state,
        step=None,
        since=item.state_since,
        promised_on=local_day(promised) if promised is not None and item.state not in FINAL else None,
    )


def _of_dossier(found: Dossier) -> CompanyDossier:
    last = found.steps[-1] if found.steps else None
    step = DossierStatus(status=last.status, at=last.happened_at) if last is not None else None
    return CompanyDossier(
        dossier_code=found.dossier_code,
        s10=None,
        office_name=found.office.name,
        state=None,
        step=step,
        since=step.at if step is not None else found.added_at,
        promised_on=None,
    )


def _hash_of(text: str) -> str:
    # 128 random bits: a fast hash is enough, nobody can try them.
    return hashlib.sha256(text.encode()).hexdigest()
