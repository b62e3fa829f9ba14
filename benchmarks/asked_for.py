"""With what pages of the desk are asked for: arguments of their routes and filters that mean the most rows."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.routing import Rule

ARGUMENT = re.compile(r"<(?:int:)?(\w+)>")
# By the arguments of a route, the values that mean the most rows, the best first; by its name where that is not enough.
_MOST: dict[str, str] = {
    "agency_id": "SELECT c.issuing_office_id FROM items i JOIN consignments c ON c.id = i.consignment_id"
    " WHERE i.state = 'returning_to_sender' GROUP BY 1 ORDER BY count(*) DESC",
    "batch_id": "SELECT batch_id FROM batch_items GROUP BY 1 ORDER BY count(*) DESC, 1",
    "staff.packing_table": "SELECT b.id FROM batches b JOIN batch_items i ON i.batch_id = b.id"
    " WHERE b.closed_at IS NULL GROUP BY 1 ORDER BY count(*) DESC, 1",
    "bulk_id": "SELECT order_id FROM bulk_lines GROUP BY 1 ORDER BY count(*) DESC, 1",
    "consignment_id": "SELECT i.consignment_id FROM tracking_events e JOIN items i ON i.id = e.item_id"
    " GROUP BY 1 ORDER BY count(*) DESC, 1",
    "courier_id": "SELECT courier_id FROM items WHERE courier_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1",
    "handover_id": "SELECT handover_id FROM handover_lines GROUP BY 1 ORDER BY count(*) DESC, 1",
    "intake_id": "SELECT intake_id FROM intake_rows GROUP BY 1 ORDER BY count(*) DESC, 1",
    "upload_id": "SELECT upload_id FROM draft_rows GROUP BY 1 ORDER BY count(*) DESC, 1",
    "upload_id row_id": "SELECT upload_id, id FROM draft_rows ORDER BY upload_id DESC, id",
    "job_id": "SELECT id FROM jobs ORDER BY id DESC",
    "move_id": "SELECT move_id FROM moved_pieces GROUP BY 1 ORDER BY count(*) DESC, 1",
    "office_id": "SELECT office_id FROM items WHERE office_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1",
    "plan_id": "SELECT r.plan_id FROM delivery_rounds r JOIN round_stops s ON s.round_id = r.id"
    " GROUP BY 1 ORDER BY count(*) DESC, 1",
    "plan_id other_id": "SELECT a.id, b.id FROM day_plans a JOIN day_plans b ON b.day = a.day AND b.id <> a.id"
    " ORDER BY a.day DESC, a.id",
    "round_id": "SELECT round_id FROM round_stops GROUP BY 1 ORDER BY count(*) DESC, 1",
    "staff.count_back": "SELECT s.round_id FROM round_stops s JOIN delivery_rounds r ON r.id = s.round_id"
    " WHERE r.status = 'started' GROUP BY 1 ORDER BY count(*) DESC, 1",
    "staff.count_load": "SELECT s.round_id FROM round_stops s JOIN delivery_rounds r ON r.id = s.round_id"
    " JOIN day_plans p ON p.id = r.plan_id WHERE r.status = 'planned' AND p.status = 'published'"
    " GROUP BY 1 ORDER BY count(*) DESC, 1",
    "reason": "SELECT 'VANG_NHA'",
    "papers": "SELECT 'forbidden'",
    "text": "SELECT 'cut_off'",
    "code": "SELECT commune_code FROM coverage ORDER BY 1",
    "user_id": "SELECT id FROM users ORDER BY 1",
    "staff.bulk_file": "SELECT id FROM bulk_orders WHERE upload_id IS NOT NULL ORDER BY id DESC",
    "staff.count_batch": "SELECT b.id FROM batches b JOIN manifests m ON m.batch_id = b.id"
    " LEFT JOIN handovers h ON h.manifest_id = m.id WHERE h.id IS NULL ORDER BY m.n_items DESC",
    "public_id": "SELECT public_id FROM pictures WHERE sealed IS NOT NULL ORDER BY id",
    "proof_id": "SELECT proof_id FROM delivery_signatures WHERE proof_id IS NOT NULL ORDER BY id DESC",
    "handover_id signature_id": "SELECT handover_id, id FROM receipt_signatures ORDER BY id DESC",
    "round_id signature_id": "SELECT round_id, id FROM delivery_signatures WHERE round_id IS NOT NULL ORDER BY id DESC",
}  # fmt: skip
_TRIES = 6
_OUT = "delivery_rounds r JOIN day_plans p ON p.id = r.plan_id AND p.status = 'published' AND r.status = 'started'"
_BESIDE = "o.plan_id = r.plan_id AND o.office_id = r.office_id AND o.id > r.id AND o.status = 'started'"
_GIVER = f"SELECT r.id FROM {_OUT} WHERE EXISTS (SELECT 1 FROM delivery_rounds o WHERE {_BESIDE}) ORDER BY r.id DESC"
# Addresses a form makes, with what the fullest of each kind is called.
_FILTERED = (
    "queue?office={office}", "queue?agency={agency}&days=3", "queue?courier={courier}", "queue?commune={commune}",
    "queue?state=at_office&promise=late", "late?office={office}", "late?agency={agency}", "late?commune={commune}",
    "late?courier={courier}&days=7", "returns?step=returning", "returns?office={office}", "returns?commune={commune}",
    "outside?step=carrier", "plans/{plan}?stop={stop}&to={round}", "plans/{plan}?stop={left}&to={round}",
    "rounds/{giver}/move?stop={moving}&to_round={taker}",
)  # fmt: skip
_NAMES = {
    "office": _MOST["office_id"],
    "agency": "SELECT issuing_office_id FROM consignments GROUP BY 1 ORDER BY count(*) DESC",
    "courier": _MOST["courier_id"],
    "commune": "SELECT commune_code FROM consignments WHERE commune_code IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC",
    "plan": "SELECT id FROM day_plans WHERE status = 'draft' ORDER BY id",
    "stop": "SELECT s.consignment_id FROM round_stops s JOIN delivery_rounds r ON r.id = s.round_id"
    " JOIN day_plans p ON p.id = r.plan_id WHERE p.status = 'draft' ORDER BY p.id, r.number, s.position",
    "round": "SELECT r.id FROM delivery_rounds r JOIN day_plans p ON p.id = r.plan_id WHERE p.status = 'draft'"
    " ORDER BY p.id, r.number DESC",
    "left": "SELECT u.consignment_id FROM plan_unserved u JOIN day_plans p ON p.id = u.plan_id WHERE p.status = 'draft'"
    " ORDER BY p.id, u.id DESC",
    "giver": _GIVER,
    "moving": f"SELECT id FROM round_stops WHERE round_id = ({_GIVER} LIMIT 1) AND passed_on_at IS NULL"
    " ORDER BY position DESC",
    "taker": f"SELECT o.id FROM delivery_rounds o JOIN delivery_rounds r ON {_BESIDE} WHERE r.id = ({_GIVER} LIMIT 1)"
    " ORDER BY o.id",
}


def paths(app: Flask, rule: Rule, engine: Engine) -> list[str]:
    """Return addresses of a route, the fullest of its kind first."""
    names = ARGUMENT.findall(rule.rule)
    if not names:
        return [rule.rule]
    query = _MOST.get(rule.endpoint) or _MOST.get(" ".join(names))
    if query is None:
        return []
    with engine.connect() as connection:
        values = connection.execute(text(f"{query} LIMIT {_TRIES}")).all()
    adapter = app.url_map.bind("localhost")
    return [adapter.build(rule.endpoint, dict(zip(names, row, strict=True))) for row in values]


def filtered(engine: Engine) -> list[str]:
    """Return the addresses that forms make."""
    with engine.connect() as connection:
        names = {name: connection.scalar(text(f"{query} LIMIT 1")) for name, query in _NAMES.items()}
    return [f"/staff/{one.format(**names)}" for one in _FILTERED]


def searched(engine: Engine) -> list[tuple[str, str]]:
    """Return what is searched for in every page's head, each with what it is."""
    with engine.connect() as connection:
        query = text("SELECT dossier_code, s10 FROM items WHERE s10 IS NOT NULL LIMIT 1")
        code, number = connection.execute(query).one()
    return [("code", code), ("S10", number), ("name", "Nguyễn Thị"), ("telephone", "0905")]
