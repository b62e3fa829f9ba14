"""Pages by audience: staff at their desks, citizens on their phones."""

from __future__ import annotations

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.account import companies, keys, looks, own, second_factor, sign_in, users
from api.pages.citizen import company, genuine, pwa
from api.pages.citizen.track import track
from api.pages.common import install_filters
from api.pages.courier import app as courier_app
from api.pages.courier import own_day
from api.pages.courier.app import courier
from api.pages.desk import (
    batches,
    consignment_acts,
    intake,
    jobs,
    late,
    one_by_one,
    packing,
    papers,
    queue,
    returns,
    signing,
    violations,
)
from api.pages.desk.counting import add_counting_pages
from api.pages.desk.home import staff
from api.pages.dispatch import (
    at_office,
    courier_notes,
    coverage,
    day_orders,
    false_couriers,
    office_day,
    offices_off,
    phones,
    photos,
    planning,
    rounds,
)
from api.pages.dispatch.under_way import held_acts, live, moves, payments, sheet_entry
from api.pages.stock import bulk, finding
from api.pages.vendor import install_maps
from api.web.auth import allow_everybody

__all__ = [
    "at_office",
    "batches",
    "bulk",
    "companies",
    "company",
    "consignment_acts",
    "courier_app",
    "courier_notes",
    "coverage",
    "day_orders",
    "false_couriers",
    "finding",
    "genuine",
    "held_acts",
    "intake",
    "jobs",
    "keys",
    "late",
    "live",
    "looks",
    "moves",
    "office_day",
    "offices_off",
    "one_by_one",
    "own",
    "own_day",
    "packing",
    "papers",
    "payments",
    "phones",
    "photos",
    "planning",
    "pwa",
    "queue",
    "register_pages",
    "returns",
    "rounds",
    "second_factor",
    "sheet_entry",
    "sign_in",
    "signing",
    "users",
    "violations",
]


def register_pages(app: Flask) -> None:
    """Add every page of the house, and the words its templates use."""
    install_filters(app)
    install_maps(app)
    app.register_blueprint(staff)
    app.register_blueprint(track)
    app.register_blueprint(courier)
    add_counting_pages(app)
    app.add_url_rule("/", "front", _front)


@allow_everybody("the front door leads citizens to tracking")
def _front() -> ResponseReturnValue:
    return redirect(url_for("track.ask"))
