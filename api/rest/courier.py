"""A courier's phone: enrolled by a code, and the round it shows."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from flask import Response, jsonify, request, url_for
from pydantic import StringConstraints

from api.pages.common import square_code
from api.rest.common import v1
from api.rest.envelopes import envelope_key
from api.schemas.common import Body
from api.schemas.courier import CourierRoundTold, PhoneTold
from api.web import phones as at_the_edge
from api.web.auth import acting, allow, allow_everybody, current_actor
from api.wiring import services
from api.words import STATES, in_both
from postal import Action, Message, NotFound, citizen, phones
from postal.rules import LOCAL, local_day, reasons


class EnrolBody(Body):
    """The code an office gave, as it was typed or read."""

    code: Annotated[str, StringConstraints(min_length=4, max_length=40)]


@v1.post("/courier/phones", summary="Enrol a courier's phone by its office's code", responses={201: PhoneTold})
@allow_everybody("a phone that is not enrolled yet shows a code that an office gave")
def post_phone(body: EnrolBody) -> Response:
    """Bind this browser to the code's courier: a cookie that sends acts, and a key that opens the round."""
    with acting() as act:
        enrolled = phones.enrol(act, body.code)
        answer = jsonify({"courier": enrolled.phone.courier.code, "key": enrolled.key})
        at_the_edge.keep_former(act.session, answer, enrolled.phone.courier_id)
    answer.status_code = 201
    at_the_edge.give_cookie(answer, enrolled.token)
    return answer


@v1.get("/courier/round", summary="The courier's stops of today", responses={200: CourierRoundTold})
@allow(Action.SCAN_OWN_ROUND)
def get_round() -> Response:
    """Return the round of the phone's courier; 304 while it is as `If-None-Match` knows it."""
    by, now = current_actor(), services().clock()
    at_the_edge.require_key(by)
    if by.courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    with services().database.read() as session:
        told = phones.day_of(session, by.courier_id, now=now)
        day, today = told.round.plan.day if told.round is not None else local_day(now), local_day(now)
        link = url_for("track.genuine_by_square", token=citizen.badge_token(session, by.courier_id, today), lang=None)
        said = _told(told, day) | {
            "day_code": citizen.day_code(session, by.courier_id, today),
            "day_square": square_code(services().settings.public_url.rstrip("/") + link),
        }
        body = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    answer = Response(body, content_type="application/json")
    answer.add_etag()
    answer.make_conditional(request)
    answer.headers["X-Now"] = now.isoformat()
    return answer


def _told(told: phones.DayToday, day: date) -> dict[str, Any]:
    office, walked = told.office, told.round
    return {
        "day": day.isoformat(),
        "courier": told.courier_code,
        "office": {
            "name": office.name,
            "address": office.address,
            "phone": office.phone,
            "opening_hours": office.opening_hours,
        },
        "round": None
        if walked is None
        else {
            "id": walked.id,
            "number": walked.number,
            "status": str(walked.status),
            "leave_at": _at(day, walked.leave_at_s),
            "back_at": _at(day, walked.back_at_s),
            "travel_m": walked.travel_m,
            "cards": list(told.cards),
        },
        "reasons": [
            _reason(one, told.evidence[one.code].needs)
            for one in reasons.REASONS.values()
            if told.evidence[one.code].is_offered
        ],
        "envelope_key": envelope_key(),
        "takes_transfers": bool(services().settings.vietqr_account),
        "takes_messages": services().notifier is not None,
        "stops": [_stop(stop, day) for stop in told.stops],
    }


def _reason(one: reasons.Reason, needs: Collection[reasons.Need]) -> dict[str, Any]:
    asked = sorted(str(need) for need in needs)
    return {"code": one.code, "next": str(one.next), "needs": asked, "invites": one.counts, **in_both(one.says)}


def _stop(stop: phones.StopToday, day: date) -> dict[str, Any]:
    commune = services().guide.register.find(stop.commune_code or "")
    point = None
    if stop.lat is not None and stop.lon is not None:
        point = {"lat": stop.lat, "lon": stop.lon, "precision": str(stop.precision), "radius_m": stop.radius_m}
    window = None
    if stop.window_s is not None:
        window = {"from_at": _at(day, stop.window_s[0]), "until_at": _at(day, stop.window_s[1])}
    return {
        "position": stop.position,
        "positions": list(stop.positions),
        "code": stop.code,
        "codes": list(stop.codes),
        "direction": str(stop.direction),
        "planned_at": _at(day, stop.planned_s),
        "window": window,
        "must_today": stop.must_today,
        "whom": stop.person.full_name,
        "phone": stop.person.phone or "",
        "address": " / ".join(stop.addresses),
        "addresses": list(stop.addresses),
        "commune": commune.full_name if commune else "",
        "landmark": stop.person.landmark or "",
        "point": point,
        "pieces": [_piece(piece) for piece in stop.pieces],
    }


def _piece(piece: phones.Piece) -> dict[str, Any]:
    asked, invited = piece.evidence, piece.invitation
    invitation = None
    if invited is not None:
        invitation = {"n": invited.n, "is_new": invited.is_new, "try_from": _day(invited.try_from)}
        invitation["keep_until"] = _day(invited.keep_until)
    return {
        "code": piece.code,
        "position": piece.position,
        "dossier_code": piece.dossier_code,
        "state": str(piece.state),
        **in_both(STATES[piece.state]),
        "acts": [str(act) for act in piece.acts],
        "checklist": list(piece.checklist),
        "invitation": invitation,
        "evidence": {
            "relations": list(asked.relations),
            "id_kinds": list(asked.id_kinds),
            "n_documents": asked.n_documents,
            "fee_vnd": asked.fee_vnd,
            "take_back": list(asked.take_back),
            "needs_seal": asked.needs_seal,
            "photo": str(asked.photo),
        },
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _at(day: date, seconds: int) -> str:
    """Return a time of the local day as an instant."""
    return (datetime.combine(day, time(), tzinfo=LOCAL) + timedelta(seconds=seconds)).isoformat()
