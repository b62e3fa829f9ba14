"""A paper day typed back by keyboard and scanner: how long it takes, and that it ends as the phone's day does."""

import dataclasses
import sqlite3
from contextlib import closing

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect
from sqlalchemy import select

from api import create_app
from postal import Database, custody, make_engine, models, rounds
from postal.people import open_person
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.conftest import NOW, Person
from tests.api.test_courier_phones import CourierPhone, code_for
from tests.scale import record_figure
from tests.town import published

N_STOPS = 40
ABSENT, REFUSED = (7, 19, 31), (12, 26)
FEES = (3, 22)
SCAN_S, KEY_S = 1.0, 0.25
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def long_round(database, own_courier):
    """Publish and start a round of forty stops, two of them with a fee; return its id."""
    return _started(database, own_courier[1], N_STOPS)


def _started(database, courier_code, n_stops):
    with database.write() as session:
        results = [
            build.result(n, fee_vnd="50000" if n in FEES else "0", take_back="Sổ hộ khẩu cũ" if n == 5 else "")
            for n in range(1, n_stops + 1)
        ]
        items = build.accepted(session, *results, now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        manifest = build.closed_batch(session, batch.id, now=NOW)
        party = custody.Party(name="Người Ký")
        codes = [line.s10 for line in manifest.lines]
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=party, receiver=party)
        plan = published(session, courier_code)
        rounds.start_round(build.act(session, NOW), plan.rounds[0].id, scanned=codes)
        return plan.rounds[0].id


class Clerk:
    """Hands at the keyboard and the scanner, counted as the model counts them."""

    def __init__(self, page):
        self.page, self.n_scans, self.n_keys = page, 0, []

    def scan(self, code):
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")  # the scanner's own
        self.n_scans += 1
        self.n_keys.append(0)

    def keys(self, typed="", *, enter=True):
        self.page.keyboard.type(typed)
        if enter:
            self.page.keyboard.press("Enter")
        self.n_keys[-1] += len(typed) + enter

    @property
    def seconds(self):
        return self.n_scans * SCAN_S + sum(self.n_keys) * KEY_S


def _written(database, round_id):
    """Return what the courier wrote on the sheet, one entry a stop: time, reason number, tail, receipt, papers."""
    with database.read() as session:
        stops = session.get_one(models.DeliveryRound, round_id).stops
        found = []
        for stop in stops:
            item = stop.consignment.items[0]
            n = int(item.dossier_code[-4:])
            at = f"{8 + stop.position // 10:02}{stop.position % 10 * 6:02}"
            reason = "1" if n in ABSENT else "7" if n in REFUSED else ""
            found.append(
                {
                    "code": rounds.stop_code(round_id, stop.position),
                    "s10": item.s10,
                    "at": at,
                    "reason": reason,
                    "tail": f"{4000 + n}",
                    "receipt": f"BL{n:05}" if item.fee_vnd else "",
                    "fee": item.fee_vnd,
                    "back": [d["name"] for d in item.take_back],
                }
            )
        return found


def _type_back(clerk, lines):
    for line in lines:
        clerk.scan(line["code"])
        clerk.keys(line["reason"])  # Enter alone: delivered
        clerk.keys(line["at"])
        if line["reason"]:
            continue
        for usual in ("receiver", "relation", "document"):
            assert usual
            clerk.keys()
        clerk.keys(line["tail"])
        clerk.keys()  # as many papers as there are
        if line["receipt"]:
            clerk.keys(line["receipt"])
        for _name in line["back"]:
            clerk.keys()


def _phone_acts(lines):
    for n, line in enumerate(lines):
        scan = {
            "scan_id": f"phone-{n:03}",
            "code": line["s10"],
            "happened_at": f"2026-11-20T{line['at'][:2]}:{line['at'][2:]}:00+07:00",
        }
        if line["reason"]:
            why = {"1": "VANG_NHA", "7": "TU_CHOI"}[line["reason"]]
            tried = {"called_at": [scan["happened_at"]], "words": "gọi hai lần"}  # what the phone asks for besides
            yield scan | {"kind": "attempt_failed", "reason": why, **tried}
            continue
        yield scan | {
            "kind": "delivered",
            "proof": {
                "receiver_name": "Tôn Nữ Thị Diễm Hằng",
                "id_kind": "cccd",
                "id_tail": line["tail"],
                "n_documents": 1,
                "fee_vnd": line["fee"],
                "fee_receipt": line["receipt"] or None,
                "taken_back": line["back"],
            },
        }


def _ended(database):
    """Return where every item is, and every event and proof of the round; and apart from them the marks."""
    with database.read() as session:
        states = dict(session.execute(select(models.Item.s10, models.Item.state)).all())
        query = select(models.TrackingEvent).where(models.TrackingEvent.kind.in_(["delivered", "attempt_failed"]))
        events, marks = [], set()
        for event in session.scalars(query.order_by(models.TrackingEvent.item_id)):
            proof = event.proof
            events.append(
                (event.item_id, event.kind, event.happened_at, event.reason, event.is_applied, event.courier_id)
                + (event.round_id, event.office_id, event.facts["cost_bearer"] if event.reason else None)
                + ((proof.relation, proof.id_kind, proof.n_documents, proof.fee_vnd) if proof else ())
                + ((proof.fee_receipt, tuple(proof.taken_back), _receiver(session, proof)) if proof else ())
            )
            marks.add((proof.entered_from if proof else None, event.facts.get("entered_from"), event.user_id))
        return states, events, marks


def _receiver(session, proof):
    data = open_person(session, session.get_one(models.Person, proof.receiver_id))
    return data.full_name, data.id_number_tail


@pytest.fixture
def twin(long_round, database, services, settings, tmp_path):
    """Return another house with the same day in it: the app, and its database."""
    copy = tmp_path / "twin.db"
    with closing(sqlite3.connect(database.engine.url.database)) as day, closing(sqlite3.connect(copy)) as twin:
        day.backup(twin)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    other = Database(make_engine(f"sqlite:///{copy}"), build.vault(), cheap)
    yield create_app(settings, dataclasses.replace(services, database=other)), other
    other.engine.dispose()


@ON_SQLITE
def test_forty_stops_are_typed_back_in_five_minutes_and_end_as_the_phones_day(
    enter, long_round, twin, database, own_courier, house
):
    lines = _written(database, long_round)
    page = enter("postal", f"/staff/rounds/{long_round}/results")
    expect(page.locator("#find-stop")).to_be_focused()
    clerk = Clerk(page)
    _type_back(clerk, lines)
    expect(page.get_by_text("Còn 0 điểm chưa có kết quả")).to_be_visible()
    expect(page.locator("[data-state]").get_by_text("đã ghi")).to_have_count(N_STOPS)
    assert clerk.n_scans == N_STOPS
    assert max(clerk.n_keys) <= 25
    assert clerk.seconds <= 300
    record_figure("seconds to type back a paper day of 40 stops", round(clerk.seconds), "s")

    app, other = twin
    phone = CourierPhone(app, code_for(Person(app, "dispatcher"), own_courier[0]))
    told = phone.scans(*_phone_acts(lines)).json["scans"]
    assert {one["status"] for one in told} == {"recorded"}
    paper, by_phone = _ended(database), _ended(other)
    assert paper[:2] == by_phone[:2]
    assert paper[2] == {("paper", "paper", house["postal"]), (None, "paper", house["postal"])}
    assert {mark[:2] for mark in by_phone[2]} == {("device", None), (None, None)}


@ON_SQLITE
def test_a_wrong_stop_is_named_keeps_what_was_typed_and_a_cut_line_loses_nothing(enter, own_round, database):
    page = enter("postal", f"/staff/rounds/{own_round}/results")
    assert violations(page) == []
    clerk = Clerk(page)
    clerk.scan("EY123456785VN")
    expect(page.get_by_text("EY123456785VN: không phải điểm dừng của chuyến này.")).to_be_visible()
    clerk.scan(rounds.stop_code(own_round, 2))
    assert violations(page) == []
    clerk.keys()
    clerk.keys("2561")
    expect(page.get_by_text("Giờ ghi như 0915 hoặc 9:15.")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Control+a")
    clerk.keys("0840")
    for _usual in range(3):
        clerk.keys()
    clerk.keys("12")
    expect(page.get_by_text("Ghi 4 ký tự cuối của giấy tờ.")).to_be_visible()
    clerk.keys("34")
    page.keyboard.press("Control+a")
    clerk.keys("3")  # the envelope holds one
    refused = page.get_by_role("alert").get_by_role("link")
    expect(refused).to_contain_text("Điểm 2: Phải kiểm đếm đủ 1 tài liệu")
    expect(page.get_by_label("4 ký tự cuối của giấy tờ").locator("visible=true")).to_have_value("1234")
    page.context.set_offline(True)
    page.get_by_label("Số tài liệu đã kiểm đếm").locator("visible=true").fill("1")
    clerk.keys()
    expect(page.get_by_text("Mất kết nối")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("[data-state]").get_by_text("đã ghi")).to_have_count(1)
    expect(page.get_by_role("alert")).to_be_hidden()
    for width, height in ((360, 740), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")  # the next stop without a scan
        expect(page.locator(".entry.current")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
