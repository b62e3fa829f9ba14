"""Writes judged rows in blocks: people, consignments, items, first events and the rows themselves, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from postal import people
from postal.access.act import Act
from postal.access.policy import Actor
from postal.cells.agencies import is_like_a_known_one
from postal.cells.problems import question, refusal
from postal.intake.grouping import Groups, filled_in, tells_more, what_must_be_equal
from postal.intake.guide import Guide
from postal.intake.judging import Accepted, Judged, attention_of
from postal.intake.known import (
    forbidden_procedures,
    issuing_names,
    known_dossiers,
    note_procedures,
    office_ids,
    remembered_points,
)
from postal.intake.placing import with_memory
from postal.intake.reports import RowReport, verdict
from postal.life.tracking import Scan, record_first
from postal.models import Consignment, IntakeRow, Item, PersonKind
from postal.models.keys import reserve_ids, write_many
from postal.people.vault import fold_name
from postal.rules.codes import bare_code
from postal.rules.lifecycle import Direction, EventKind
from postal.rules.working_days import local_day

_FIRST_EVENT = {Direction.RESULT: EventKind.ACCEPTED, Direction.COLLECTION: EventKind.COLLECTION_ORDERED}


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What all rows of one intake share: whose they are, what is looked up about them, who brings them in and when."""

    source_system: str
    guide: Guide
    by: Actor
    now: datetime
    direction: Direction = Direction.RESULT


@dataclass
class Writer:
    """Takes one intake's rows block by block; remembers which dossiers it has seen, by their recipient's hash."""

    session: Session
    arrival: Arrival
    intake_id: int | None = None
    _seen: dict[str, str] = field(default_factory=dict)
    _forbidden: frozenset[str] | None = None
    _office_ids: dict[str, int] = field(default_factory=dict)
    _known_names: list[str] | None = None
    _is_doubtful: dict[str, bool] = field(default_factory=dict)

    def report(self, rows: Sequence[Judged]) -> list[RowReport]:
        """Return what storing would say of these rows, without storing anything."""
        return [_report(row, is_duplicate) for row, is_duplicate in self._sifted(rows)]

    def store(self, rows: Sequence[Judged]) -> list[RowReport]:
        """Store the rows that can be taken and a line for every one; return the lines in the same order."""
        reports = self.store_again(rows)
        self._store_rows(reports)
        return reports

    def store_again(self, rows: Sequence[Judged]) -> list[RowReport]:
        """Store the rows that can be taken, of which a line is there already; return what became of each, in order."""
        sifted = self._sifted(rows)
        fresh = [row for row, is_duplicate in sifted if row.accepted is not None and not is_duplicate]
        item_ids = self._store(fresh) if fresh else {}
        return [replace(_report(row, is_duplicate), item_id=item_ids.get(id(row))) for row, is_duplicate in sifted]

    # -- what cannot be taken after all ---------------------------------------------------------------

    def _sifted(self, rows: Sequence[Judged]) -> list[tuple[Judged, bool]]:
        """Pair each row with whether its dossier is here already; refuse procedures that may not travel."""
        vault = people.vault_of(self.session)
        checked = [self._allowed(row) for row in rows]
        wanted = {row.dossier_key for row in checked if row.accepted is not None}
        known = known_dossiers(self.session, self.arrival.source_system, self.arrival.direction, wanted)
        known.update({key: name for key, name in self._seen.items() if key in wanted})
        sifted = []
        for row in checked:
            if row.accepted is None:
                sifted.append((row, False))
                continue
            name_hash = vault.look_up("name", fold_name(row.accepted.person.full_name))
            if row.dossier_key not in known:
                known[row.dossier_key] = self._seen[row.dossier_key] = name_hash
                sifted.append((row, False))
                continue
            is_same = known[row.dossier_key] == name_hash
            code = "dossier_exists" if is_same else "dossier_exists_other_person"
            sifted.append((replace(row, accepted=None, problems=(refusal("ma_ho_so", code),)), True))
        return sifted

    def _allowed(self, row: Judged) -> Judged:
        if self._forbidden is None:
            self._forbidden = forbidden_procedures(self.session)
        if row.accepted is None or row.accepted.procedure_code not in self._forbidden:
            return self._asked_for_its_office(row)
        problem = refusal("ma_tthc", "postal_not_allowed")
        return replace(row, accepted=None, problems=(*row.problems, problem))

    def _asked_for_its_office(self, row: Judged) -> Judged:
        if row.accepted is None:
            return row
        name = row.accepted.office
        if name not in self._is_doubtful:
            if self._known_names is None:
                self._known_names = issuing_names(self.session)
            is_known = name.casefold() in {known.casefold() for known in self._known_names}
            self._is_doubtful[name] = not is_known and is_like_a_known_one(name, self._known_names)
        if not self._is_doubtful[name]:
            return row
        return replace(row, problems=(*row.problems, question("co_quan", "office_new")))

    # -- what is taken --------------------------------------------------------------------------------

    def _store(self, rows: Sequence[Judged]) -> dict[int, int]:
        """Store the rows and return the id of each one's item, by the row's identity."""
        arrival, session = self.arrival, self.session
        accepted = [row.accepted for row in rows if row.accepted is not None]
        self._learn(accepted)
        vault = people.vault_of(session)
        addresses = [people.address_hash(vault, one.person.address or "") for one in accepted]
        accepted = self._with_memory(accepted, addresses)
        groups = Groups(session, self._group_keys(accepted, addresses), is_on=arrival.guide.groups)
        consignment_ids = self._store_consignments(accepted, groups)
        self._ask(rows, consignment_ids, groups)
        item_ids = reserve_ids(session, Item, len(rows))
        write_many(
            session,
            Item,
            [
                self._item(item_id, row, one, consignment_id)
                for item_id, row, one, consignment_id in zip(item_ids, rows, accepted, consignment_ids, strict=True)
            ],
        )
        self._record(item_ids)
        return {id(row): item_id for row, item_id in zip(rows, item_ids, strict=True)}

    def _group_keys(self, accepted: Sequence[Accepted], addresses: Sequence[str]) -> list[str]:
        arrival, vault = self.arrival, people.vault_of(self.session)
        shared = (arrival.source_system, str(arrival.direction), str(local_day(arrival.now)))
        return [
            vault.look_up("group", "\x00".join((*shared, address, *what_must_be_equal(one))))
            for one, address in zip(accepted, addresses, strict=True)
        ]

    def _store_consignments(self, accepted: Sequence[Accepted], groups: Groups) -> list[int]:
        """Store the consignments these rows open; return the consignment of every row."""
        heads = groups.heads()
        ids = reserve_ids(self.session, Consignment, len(heads))
        wholes = [groups.whole(i, accepted) for i in heads]
        data = [one.person for one in wholes]
        person_ids = people.add_people(self.session, PersonKind.RECIPIENT, data, now=self.arrival.now)
        new = []
        for i, one, consignment_id, person_id in zip(heads, wholes, ids, person_ids, strict=True):
            groups.open(i, consignment_id)
            new.append(self._consignment(consignment_id, person_id, one, groups.keys[i]))
        write_many(self.session, Consignment, new)
        joined = [groups.consignment_id(i) for i in range(len(accepted))]
        self._add_to_known(accepted, joined, groups)
        return joined

    def _add_to_known(self, accepted: Sequence[Accepted], joined: Sequence[int], groups: Groups) -> None:
        """Add what a row tells of its recipient to a consignment of an earlier block or file that it joins."""
        for one, consignment_id in zip(accepted, joined, strict=True):
            if consignment_id in groups.attention_before and tells_more(one.person):
                person = self.session.get_one(Consignment, consignment_id).person
                known = people.unseal(self.session, person)
                if (filled := filled_in(known, one.person)) != known:
                    people.replace_person(self.session, person, filled)

    def _ask(self, rows: Sequence[Judged], consignment_ids: Sequence[int], groups: Groups) -> None:
        """Write the open questions of the rows on their consignments."""
        questions: dict[int, dict[str, None]] = {}
        for row, consignment_id in zip(rows, consignment_ids, strict=True):
            if codes := attention_of(row.problems):
                questions.setdefault(consignment_id, {}).update(dict.fromkeys(codes))
        if questions:
            before = groups.attention_before
            changes = [{"id": key, "attention": [*{**dict.fromkeys(before.get(key, ())), **codes}]}
                       for key, codes in questions.items()]  # fmt: skip
            self.session.execute(update(Consignment), changes)

    def _record(self, item_ids: Sequence[int]) -> None:
        query = select(Item).options(joinedload(Item.consignment)).where(Item.id.in_(item_ids)).order_by(Item.id)
        scan = Scan(
            kind=_FIRST_EVENT[self.arrival.direction], scan_id=f"intake-{self.intake_id}", happened_at=self.arrival.now
        )
        record_first(Act(self.session, self.arrival.by, self.arrival.now), self.session.scalars(query).all(), scan)
        self.session.flush()

    def _learn(self, accepted: Sequence[Accepted]) -> None:
        unknown = {one.office for one in accepted} - self._office_ids.keys()
        if unknown:
            self._office_ids |= office_ids(self.session, unknown, self.arrival.guide)
        note_procedures(
            self.session, {one.procedure_code: one.procedure_name for one in accepted if one.procedure_code}
        )

    def _with_memory(self, accepted: Sequence[Accepted], addresses: Sequence[str]) -> list[Accepted]:
        remembered = remembered_points(self.session, set(addresses))
        if not remembered:
            return list(accepted)
        return [
            replace(one, place=with_memory(one.place, remembered, key))
            for one, key in zip(accepted, addresses, strict=True)
        ]

    def _consignment(self, consignment_id: int, person_id: int, one: Accepted, grouping_hash: str) -> dict[str, Any]:
        where, window = one.place, one.window or (None, None)
        return {
            "id": consignment_id,
            "direction": one.direction,
            "source_system": self.arrival.source_system,
            "issuing_office_id": self._office_ids[one.office],
            "person_id": person_id,
            "accepted_at": self.arrival.now,
            "ready_at": one.ready_at,
            "address_status": where.status,
            "candidate_codes": list(where.candidate_codes),
            "commune_code": where.commune_code,
            "lat": where.point.lat if where.point else None,
            "lon": where.point.lon if where.point else None,
            "precision": where.precision,
            "radius_m": where.radius_m,
            "point_flag": where.flag,
            "window_from_s": window[0],
            "window_until_s": window[1],
            "service_level": one.service_level,
            "channel": one.channel,
            "attention": [],
            "grouping_hash": grouping_hash,
        }

    def _item(self, item_id: int, row: Judged, one: Accepted, consignment_id: int) -> dict[str, Any]:
        return {
            "id": item_id,
            "consignment_id": consignment_id,
            "direction": one.direction,
            "source_system": self.arrival.source_system,
            "dossier_code": one.dossier_code,
            "dossier_key": row.dossier_key,
            "dossier_bare": bare_code(row.dossier_code)[:80],
            "procedure_code": one.procedure_code,
            "documents": one.documents,
            "take_back": one.take_back,
            "fee_vnd": one.fee_vnd,
            "state_since": self.arrival.now,
        }

    def _store_rows(self, reports: Iterable[RowReport]) -> None:
        rows = [
            {
                "intake_id": self.intake_id,
                "row_number": report.row_number,
                "dossier_code": report.dossier_code,
                "outcome": report.outcome,
                "problems": report.problems,
                "item_id": report.item_id,
                "sheet": report.sheet,
                "mended": list(report.mended) or None,
            }
            for report in reports
        ]
        write_many(self.session, IntakeRow, rows)


def _report(row: Judged, is_duplicate: bool) -> RowReport:
    return RowReport(
        row_number=row.row_number,
        dossier_code=row.dossier_code,
        outcome=verdict(row.problems, is_duplicate=is_duplicate),
        problems=[problem.as_json() for problem in row.problems],
        sheet=row.sheet,
        mended=row.mended,
    )
