"""Every route × every role × own and foreign objects: nobody reaches what is not theirs, no route lacks a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.web.auth import rule_of
from api.work.planning import Way, order_plan
from postal import Actor, ActorKind, NewUser, Role, Scope, bulk, citizen, custody, models, outside, phones, rounds
from postal.access import accounts, sign_ins
from postal.network import crew, days_off
from postal.outside import AddressPolicy
from routing import Point
from tests import builders as build
from tests.api.conftest import PASSWORD
from tests.api.leaks import secrets_of, shown_in
from tests.hostile_pictures import png
from tests.town import published

NOW = build.EVENING
DAY = NOW.date()
ROLES = {
    "admin": Role.ADMINISTRATOR,
    "centre": Role.CENTRE_CLERK,
    "postal": Role.POSTAL_CLERK,
    "dispatcher": Role.DISPATCHER,
    "courier": Role.COURIER,
}
# Where a foreign object must look as if it did not exist.
OF_AN_OFFICE = {
    *("batch_id", "handover_id", "round_id", "consignment_id", "office_id", "incident_id"),
    *("courier_id", "phone_id", "badge_id"),
}
PNG = png(60, 20)
# A key opens these and no page, whatever its scopes.
SEE_RECIPIENTS = {"centre", "postal", "dispatcher", "courier"}
SYSTEMS_ENTER = ("/v1/", "/metrics")
LEFT_OUT = {"staff.sign_out", "staff.sign_in", "staff.sign_in_check"}


@dataclass
class Things:
    """One of everything a route may name."""

    values: dict[str, object]

    def path(self, rule):
        path = rule.rule
        for name in rule.arguments:
            value = str(self.values[name])
            for shape in (f"<int:{name}>", f"<string:{name}>", f"<{name}>"):
                path = path.replace(shape, value)
        return path


@pytest.fixture
def things(database, house, services):
    with database.write() as session:
        items = build.accepted(session, *(build.result(n) for n in range(1, 6)), now=NOW)
        office_id = items[0].consignment.issuing_office_id
        batch = custody.open_batch(build.act(session, NOW), office_id)
        manifest = build.closed_batch(session, batch.id, now=NOW)
        party = custody.Party(name="Người Ký")
        codes = [line.s10 for line in manifest.lines]
        handover = custody.hand_over(build.act(session, NOW), batch.id, scanned=codes[:-1], giver=party, receiver=party)
        plan = published(session, "BT001")
        run = order_plan(build.act(session, NOW), DAY, Way.ANEW, seconds=2)
        ends = Point(lat=16.4, lon=107.5), Point(lat=16.5, lon=107.5)
        nobody = Actor(kind=ActorKind.ANONYMOUS)
        road = rounds.close_road(build.act(session, NOW, by=nobody), ends, (DAY, DAY), detour_s=60, reason="")
        _, secret = outside.register_endpoint(
            session, build.SYSTEM, "https://example.com/hook", (), policy=AddressPolicy(), now=NOW
        )
        assert secret
        report = build.accepted(session, build.result(9), now=NOW)
        lost = custody.note_incident(
            build.act(session, NOW), items[0].id, custody.WhatWentWrong(kind=models.IncidentKind.LOST, fault="post")
        )
        signed = custody.sign_receipt(build.act(session, NOW), handover.id, "giver", PNG)
        open_batch = custody.open_batch(build.act(session, NOW), office_id)
        ill = session.scalars(select(models.Courier).order_by(models.Courier.code)).first()
        walker = build.act(session, NOW)
        phone = phones.enrol(walker, phones.make_code(walker, plan.rounds[0].courier_id)).phone
        badge, _ = citizen.print_badge(walker, session.get_one(models.Courier, phone.courier_id))
        here = plan.rounds[0].office_id
        shut = days_off.close_office(session, here, (DAY + timedelta(days=9),) * 2, reason="sửa điện", now=NOW)
        clerk = build.act(session, NOW, user_id=house["centre"])
        many = bulk.order_deed(clerk, bulk.Deed.LABEL, [one.id for one in items], n_wanted=5, back="/staff/queue")
        elsewhere, _ = sign_ins.start(build.act(session, NOW), house["other-courier"], browser="Firefox, Windows")
        absence = crew.note_absence(session, ill, DAY, DAY)
        return Things(
            values={
                "batch_id": open_batch.id,
                "handover_id": handover.id,
                "plan_id": plan.id,
                "other_id": plan.id,
                "job_id": run.id,
                "order_id": road.id,
                "absence_id": absence.id,
                "closure_id": shut.id,
                "unserved_id": 1,
                "incident_id": lost.id,
                "signature_id": signed.id,
                "round_id": plan.rounds[0].id,
                "consignment_id": report[0].consignment_id,
                "intake_id": session.scalar(select(models.Intake.id).limit(1)),
                "discrepancy_id": session.scalar(select(models.Discrepancy.id).limit(1)),
                "endpoint_id": session.scalar(select(models.CallbackEndpoint.id).limit(1)),
                "code": items[0].s10,
                "token": "f" * 32,
                "paper": "note",
                "courier_id": phone.courier_id,
                "phone_id": phone.id,
                "badge_id": badge.id,
                "agency_id": office_id,
                "office_id": plan.rounds[0].office_id,
                "violation_id": 1,
                "bulk_id": many.id,
                "sign_in_id": elsewhere.id,
                "user_id": house["other-courier"],
                "key_id": 0,
                "passkey_id": 0,
                "report_id": 0,
                "company_code_id": 0,
                "held_id": 0,
                "upload_id": 0,
                "row_id": 0,
                "note_id": 0,
                "proof_id": 0,
                "public_id": "0" * 32,
                "move_id": 1,
                "change_id": 0,
                "reason": "TU_CHOI",
                "papers": "forbidden",
                "text": "cut_off",
                "range_id": 0,
                "payment_id": 1,
                "filename": "tannha.css",
            }
        )


def routes(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in LEFT_OUT]


def call(actor, rule, method, path):
    if hasattr(actor, "key"):
        headers = actor.headers(**{"Idempotency-Key": f"quyen-{rule.endpoint}-{method}"})
        return actor.client.open(path, method=method, json={} if method == "POST" else None, headers=headers)
    if method == "POST" and path.startswith("/v1/"):
        return actor.json(path, {})
    return actor.post(path) if method == "POST" else actor.get(path)


def test_every_route_has_a_rule_and_every_public_one_a_reason(app):
    for rule in app.url_map.iter_rules():
        found = rule_of(app, rule.endpoint)
        assert found is not None, f"{rule.endpoint} has no rule"
        assert found.actions or len(found.public_because) > 10, rule.endpoint


def test_each_role_reaches_exactly_the_routes_of_its_actions(app, things, sign_in, system, database):
    """And whoever is shown a citizen may see recipients, and the look is recorded with that very answer."""
    secrets = secrets_of(database)
    actors = {name: sign_in(name) for name in ROLES} | {"system": system, "nobody": sign_in()}
    n_asked = n_shown = 0
    for rule in routes(app):
        wanted = rule_of(app, rule.endpoint)
        for method in sorted(rule.methods & {"GET", "POST"}):
            path = things.path(rule)
            for name, actor in actors.items():
                before = n_looks(database)
                answer = call(actor, rule, method, path)
                n_asked += 1
                told = (name, method, path, answer.status_code)
                assert answer.status_code < 500, told
                if shown := shown_in(answer, secrets):
                    n_shown += 1
                    assert name in SEE_RECIPIENTS, (told, shown)
                    assert n_looks(database) == before + 1, (told, shown)
                if wanted.public_because:
                    assert answer.status_code not in (401, 403), told
                elif name == "nobody":
                    # A post without a session has no form token either: refused before anybody is asked.
                    assert answer.status_code in (400, 401, 302, 403), told
                elif may(name, wanted) and (name != "system" or path.startswith(SYSTEMS_ENTER)):
                    assert answer.status_code not in (401, 403), told
                else:
                    assert answer.status_code == 403, told
    assert n_asked > 300
    assert n_shown > 20, "pages and papers of real people were read"


def n_looks(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(models.Look))


def test_no_answer_shows_a_stranger_anybody(app, things, sign_in, database, house):
    """Every address, every method, for people of each role who have nothing to do with what it names."""
    secrets, strangers = secrets_of(database), ["stranger-clerk", "other-courier"]
    with database.write() as session:
        clerk = session.get_one(models.User, house["stranger-clerk"])
        agency = models.Office(code="XA", kind=models.OfficeKind.ISSUING, name="Cơ quan xa")
        session.add(agency)
        session.flush()
        offices = {Role.DISPATCHER: clerk.office_id, Role.CENTRE_CLERK: agency.id}
        for role, office_id in offices.items():
            strangers.append(f"far-{role.value.replace('_', '-')}")
            new = NewUser(
                username=strangers[-1], password=PASSWORD, full_name="Người Xa", role=role, office_id=office_id
            )
            accounts.add_user(session, new, now=NOW)
    code, name = things.values["code"], next(one for one in secrets if not any(c.isdigit() for c in one))
    n_asked = 0
    for who in strangers:
        person = sign_in(who)
        answers = [("find", person.post("/staff/find", person=asked)) for asked in (code, name)]
        for rule in routes(app):
            for method in sorted(rule.methods & {"GET", "POST"}):
                answers.append((rule.rule, call(person, rule, method, things.path(rule))))
        for path, answer in answers:
            n_asked += 1
            assert answer.status_code < 500, (who, path, answer.status_code)
            assert shown_in(answer, secrets - {name if path == "find" else ""}) == set(), (who, path)
    assert n_asked > 4 * 100
    with database.read() as session:
        assert n_looks(database) == 0, [(one.act, one.user_id) for one in session.query(models.Look)]


def may(name, rule):
    if name == "system":
        actor = Actor(kind=ActorKind.SYSTEM, scopes=frozenset(Scope))
    else:
        actor = Actor(kind=ActorKind.USER, role=ROLES[name])
    return any(actor.may(action) for action in rule.actions)


def test_what_belongs_to_another_office_looks_as_if_it_did_not_exist(app, things, sign_in):
    stranger = sign_in("stranger-clerk")
    n_asked = 0
    for rule in routes(app):
        wanted = rule_of(app, rule.endpoint)
        if not (rule.arguments & OF_AN_OFFICE) or not may("postal", wanted) or rule.endpoint.startswith("static"):
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = call(stranger, rule, method, things.path(rule))
            n_asked += 1
            is_hidden = answer.status_code == 404 or (
                # A form sent for a foreign thing comes back to a page that is not there.
                answer.status_code == 303 and stranger.get(answer.location).status_code == 404
            )
            assert is_hidden, (rule.endpoint, method, answer.status_code)
    assert n_asked >= 8


def test_a_system_sees_only_its_own_items_and_endpoints(things, system, foreign_system):
    code = things.values["code"]
    assert system.get(f"/v1/items/{code}").status_code == 200
    for path in (f"/v1/items/{code}", f"/v1/items/{code}/events"):
        answer = foreign_system.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert foreign_system.get("/v1/endpoints").json == {"endpoints": []}
    rotate = foreign_system.post(f"/v1/endpoints/{things.values['endpoint_id']}/rotate", {})
    assert rotate.status_code == 404


def test_a_key_with_one_scope_opens_only_that(app, house, database):

    with database.write() as session:
        _, key = build.api_key(session, build.SYSTEM, [Scope.ITEMS_READ], now=NOW)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "khoa-hep-0001"}
    answer = app.test_client().post("/v1/results", json={}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_wrong_or_broken_key_is_asked_to_sign_in(app, house):
    for key in ("", "tn_x", "tn_abcdefghjk_" + "A" * 43, "tn_" + "é" * 50):
        answer = app.test_client().get(
            "/v1/queue", headers={"Authorization": f"Bearer {key}".encode("latin-1", "replace")}
        )
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers


def test_a_courier_reports_only_on_the_own_round(things, sign_in):
    scan = {
        "scan_id": "la-1",
        "code": things.values["code"],
        "kind": "attempt_failed",
        "reason": "VANG_NHA",
        "happened_at": NOW.isoformat(),
    }
    own = sign_in("courier").json("/v1/scans", {"scans": [scan]})
    other = sign_in("other-courier").json("/v1/scans", {"scans": [scan | {"scan_id": "la-2"}]})
    assert own.json["scans"][0]["status"] in ("recorded", "held")
    assert (other.json["scans"][0]["status"], other.json["scans"][0]["code"]) == ("refused", "unknown_s10")
