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
    jobs,
    late,
    packing,
    packing_table,
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
from api.pages.dispatch.flood import acts as flood_acts
from api.pages.dispatch.plans import borders
from api.pages.dispatch.under_way import held_acts, live, moves, payments, sheet_entry
from api.pages.intake import asking, columns, files, mending, one_by_one
from api.pages.set_up import audit, changing, days_off, endpoints, index, ranges, rules, tariffs, zones
from api.pages.set_up import couriers as set_up_couriers
from api.pages.set_up import offices as set_up_offices
from api.pages.stock import bulk, bulk_papers, exports, finding, leaving
from api.pages.vendor import install_maps
from api.web.auth import allow_everybody

__all__ = [
    "asking",
    "at_office",
    "audit",
    "batches",
    "borders",
    "bulk",
    "bulk_papers",
    "changing",
    "columns",
    "companies",
    "company",
    "consignment_acts",
    "courier_app",
    "courier_notes",
    "coverage",
    "day_orders",
    "days_off",
    "endpoints",
    "exports",
    "false_couriers",
    "files",
    "finding",
    "flood_acts",
    "genuine",
    "held_acts",
    "index",
    "jobs",
    "keys",
    "late",
    "leaving",
    "live",
    "looks",
    "mending",
    "moves",
    "office_day",
    "offices_off",
    "one_by_one",
    "own",
    "own_day",
    "packing",
    "packing_table",
    "papers",
    "payments",
    "phones",
    "photos",
    "planning",
    "pwa",
    "queue",
    "ranges",
    "register_pages",
    "returns",
    "rounds",
    "rules",
    "second_factor",
    "set_up_couriers",
    "set_up_offices",
    "sheet_entry",
    "sign_in",
    "signing",
    "tariffs",
    "users",
    "violations",
    "zones",
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
