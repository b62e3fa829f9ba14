"""A courier's day with a stop of each kind, and the way through every screen of the phone in either language.

Nothing is found by its words here: the walk is the same in both languages.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from playwright.sync_api import Page, expect
from sqlalchemy import select

from postal import Database, custody, intake, models, rounds, under_way
from routing import Plan, PlannedRound, Visit
from tests import builders as build
from tests.api.browser import phone
from tests.api.conftest import NOW

LONG = "Công Tằng Tôn Nữ Thị Phương Nguyệt Quế"
RESULTS = (
    {"recipient": LONG, "fee_vnd": "1250000", "landmark": "sau chùa Diệu Đế, cổng sắt xanh"},
    {"window": "08:00-10:00"},
    {"take_back": "Giấy chứng nhận cũ (bản chính)", "fee_vnd": "20000"},
    {"recipient": "Công ty TNHH Sông Hương"},
    {"documents": "Giấy chứng nhận quyền sử dụng đất (bản chính)"},
    {"documents": "Phiếu lý lịch tư pháp (bản chính)", "address": "7 Lê Lợi, phường Thuận Hóa, thành phố Huế"},
    {"address": "8 Lê Lợi, phường Thuận Hóa, thành phố Huế"},
)
N_OWN = 6
COLLECTION = intake.CollectionIn(
    dossier_code="H57.15-261123-9001",
    office=build.CENTRE,
    recipient="Trần Đình Phước",
    address="7 An Dương Vương, phường Thuận Hóa, thành phố Huế",
    phone="0905110003",
    documents="Đơn đề nghị (bản chính); Giấy khai sinh (bản sao)",
    fee_vnd="20000",
    lat="16.4632",
    lon="107.5862",
)
UNKNOWN = "EE999999995VN"
TYPED = ("xe hỏng", "Ghé bưu cục lấy thêm phiếu", "nhà khóa", "15 phút nữa")


@dataclass(frozen=True)
class Day:
    """The rounds, and where on the own one the n-th of `RESULTS` is, the collection as number 0."""

    round_id: int
    other_round_id: int
    courier_id: int
    at: dict[int, int]
    codes: dict[int, str]
    places: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Return what stays Vietnamese in any language: people, places, papers, and what is called by a law."""
        told = [dataclasses.astuple(one) for one in (*map(_result, range(len(RESULTS))), COLLECTION)]
        papers = [part.split(" (")[0] for texts in told for text in texts for part in text.split("; ")]
        return [text for text in (*chain(*told), *papers, *self.places, *TYPED, "Tận Nhà", "Tiếng Việt") if text]


def _result(n):
    where = {"lat": f"{16.4632 + n % 3 * 0.0041:.4f}", "lon": f"{107.5862 + n * 0.0023:.4f}"}
    return build.result(n + 1, **where, **RESULTS[n])


def set_up(database: Database, own_courier: tuple[int, str, int]) -> Day:
    """Publish a round of seven stops for that courier, and one of a colleague that is under way."""
    with database.write() as session:
        first = session.get_one(models.Courier, own_courier[0])
        query = select(models.Courier).where(models.Courier.office_id == first.office_id)
        other = next(one for one in session.scalars(query) if one.id != first.id and one.is_active)
        items = build.accepted(session, *map(_result, range(len(RESULTS))), now=NOW)
        intake.order_collections(build.act(session, NOW), [COLLECTION], source_system=build.SYSTEM, guide=build.guide())
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id, now=NOW).lines]
        party = custody.Party(name="Người Ký")
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=party, receiver=party)
        saved = _published(session, (first.code, other.code), str(items[-1].consignment_id))
        by_courier = {one.courier_id: one for one in saved.rounds}
        mine, theirs = by_courier[first.id], by_courier[other.id]
        rounds.start_round(build.act(session, NOW), theirs.id, scanned=[items[-1].s10])
        number = {item.consignment_id: n + 1 for n, item in enumerate(items)}
        at = {number.get(stop.consignment_id, 0): stop.position for stop in mine.stops}
        return Day(
            round_id=mine.id,
            other_round_id=theirs.id,
            courier_id=first.id,
            at=at,
            codes={at[n + 1]: item.s10 for n, item in enumerate(items[:-1])},
            places=(first.office.name, rounds.courier_party(session, theirs).name),
        )


def _published(session, couriers, apart):
    problem = rounds.planning_problem(session, NOW.date(), now=NOW)
    office = next(c.office_id for c in problem.couriers if c.courier_id == couriers[0])
    own = [stop.stop_id for stop in problem.stops if stop.stop_id != apart]
    planned = [_round(code, office, stops) for code, stops in zip(couriers, (own, [apart]), strict=True)]
    plan = Plan(
        rounds=tuple(planned), unserved=(), travel_s=6_000, cost=0, travel_source="test", degraded=None, seconds=0.1
    )
    saved = rounds.save_plan(build.act(session, NOW), NOW.date(), problem, plan)
    return rounds.publish_plan(build.act(session, NOW), saved.id)


def _round(courier, office, stops):
    at = [60_000 + n * 600 for n in range(len(stops))]
    visits = tuple(
        Visit(stop_id=stop, arrive_s=at_s, start_s=at_s, leave_s=at_s + 300)
        for stop, at_s in zip(stops, at, strict=True)
    )
    return PlannedRound(
        courier_id=courier,
        office_id=office,
        leave_at_s=59_000,
        back_at_s=70_000,
        travel_s=3_000,
        travel_m=9_000,
        visits=visits,
    )


def leave(database: Database, day: Day) -> None:
    """Let the office hand the round over, order a stop to the colleague, and write a text."""
    with database.write() as session:
        now = build.act(session, NOW)
        rounds.start_round(now, day.round_id, scanned=list(day.codes.values()))
        query = select(models.RoundStop.id).where(
            models.RoundStop.round_id == day.round_id, models.RoundStop.position == day.at[6]
        )
        under_way.move_stops(now, [session.scalars(query).one()], day.other_round_id, reason=TYPED[0])
        under_way.tell_courier(now, day.courier_id, TYPED[1])


Walk = Iterator[str]


def _press(page: Page, selector: str) -> None:
    page.locator(selector).first.click()


def _pin(page: Page, pin: str = phone.PIN) -> None:
    page.locator("[name=pin]").fill(pin)
    _press(page, "[data-form=pin] [type=submit]")


def _said(page: Page) -> None:
    expect(page.locator("[data-said].notice")).to_be_visible()


def _back(page: Page) -> None:
    _press(page, "[data-screen] [data-back]")
    expect(page.locator("[data-stop]").first).to_be_visible()


def begin(page: Page, day: Day, code: str) -> Walk:
    """From the code to the confirmed load."""
    expect(page.locator("[data-form=enrol]")).to_be_visible()
    yield "enrol"
    page.locator("[name=code]").fill("ABCD2345")
    _press(page, "[data-form=enrol] [type=submit]")
    _said(page)
    yield "enrol refused"
    page.locator("[name=code]").fill(code)
    _press(page, "[data-form=enrol] [type=submit]")
    expect(page.locator("[name=pin]")).to_be_visible()
    yield "set PIN"
    _pin(page)
    expect(page.locator("[data-act=load]")).to_be_visible()
    yield "not loaded"
    _press(page, "[data-act=load]")
    expect(page.locator("[data-missing] li")).to_have_count(len(day.codes))
    yield "load"
    for text in (UNKNOWN, *list(day.codes.values())[:-1]):
        phone.scan_as_keyboard(page, text)
        expect(page.locator("[data-scan-said]")).to_contain_text(text)
    yield "load scanned"
    phone.scan_as_keyboard(page, list(day.codes.values())[-1])
    expect(page.locator("[data-missing] li")).to_have_count(0)
    phone.sign(page)
    _press(page, "[data-confirm]")
    expect(page.locator("[data-waiting]")).to_be_visible()
    yield "load confirmed"


def open_again(page: Page) -> Walk:
    """The PIN, wrong and right, and the round."""
    page.reload()
    expect(page.locator("[name=pin]")).to_be_visible()
    yield "PIN"
    _pin(page, "000000")
    _said(page)
    yield "wrong PIN"
    _pin(page)
    expect(page.locator("[data-act=moved]")).to_be_visible()
    yield "round"
    for box in page.locator("main details").all():
        box.evaluate("(one) => (one.open = true)")
    yield "round opened"
    _press(page, "[data-act=scan]")
    yield "scan"
    phone.scan_as_keyboard(page, UNKNOWN)
    expect(page.locator("[data-scan-said]")).to_be_visible()
    yield "scan refused"
    _back(page)


def at_doors(page: Page, day: Day) -> Walk:
    """What is noted at doors: delivered, failed, collected."""
    for n, kind in ((1, "fee"), (3, "papers back"), (4, "organisation"), (5, "photo")):
        phone.act(page, "deliver", day.at[n]).click()
        expect(page.locator("[data-form=door]")).to_be_visible()
        yield f"deliver, {kind}"
        if kind != "photo":
            _back(page)
    page.locator("[name=tail]").fill("9911")
    page.locator("[data-send]").click()
    _said(page)
    yield "deliver, photo first"
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": build.photo(width=300, height=200)}
    page.locator("[data-photos] input").set_input_files(photo)
    expect(page.locator("[data-taken] img")).to_be_visible()
    phone.sign(page)
    yield "deliver, photo taken"
    page.locator("[data-send]").click()
    expect(phone.act(page, "deliver", day.at[5])).to_have_count(0)
    yield "round, delivered"
    phone.act(page, "fail", day.at[2]).click()
    yield "fail"
    page.locator("[name=reason][value=SAI_DIA_CHI]").check()
    page.locator("[name=words]").fill(TYPED[2])
    page.locator("[data-form=fail] [type=submit]").click()
    _said(page)
    yield "fail, call first"
    _back(page)


def collected(page: Page, day: Day) -> Walk:
    """A dossier fetched at home, and the receipt the citizen keeps."""
    phone.act(page, "collect", day.at[0]).click()
    expect(page.locator("[data-form=door] [type=checkbox]").first).to_be_visible()
    yield "collect"
    for box in page.locator("[data-form=door] [type=checkbox]").all():
        box.check()
    page.locator("[name=receipt]").fill("BL-7")
    page.locator("[name=seal]").fill("NP-0042")
    page.locator("[data-send]").click()
    expect(page.locator("[data-form=receipt] [data-facts]")).to_be_visible()
    yield "collect, receipt"
    _press(page, "[data-done]")
    expect(phone.card(page, day.at[0])).to_be_visible()


def told(page: Page, day: Day) -> Walk:
    """What is told besides: corrections, the order, violations, trouble."""
    for name in ("correct", "first", "violation"):
        phone.card(page, day.at[4]).locator("details").evaluate("(one) => (one.open = true)")
        phone.act(page, name, day.at[4]).click()
        if name == "first":
            expect(page.locator("[data-cost]")).to_have_text(re.compile(r"\d"))
        yield name
        _back(page)
    _press(page, "[data-act=trouble]")
    yield "trouble"
    _back(page)


def with_the_office(page: Page, day: Day) -> Walk:
    """Texts, what changes hands, money."""
    _press(page, "[data-act=messages]")
    yield "messages"
    page.locator("[name=words]").fill(TYPED[3])
    _press(page, "[data-form=messages] [type=submit]")
    _said(page)
    _press(page, "[data-act=moved]")
    yield "moved"
    page.locator("[name=code]").fill(day.codes[day.at[6]])
    _press(page, "[data-form=moved] [type=submit]")
    expect(page.locator("[data-scan-said]")).to_be_visible()
    yield "moved, given"
    _back(page)
    _press(page, "[data-act=transfer]")
    expect(page.locator("svg.square-code path")).to_have_attribute("d", re.compile("^M"))
    yield "transfer"
    _back(page)
    _press(page, "[data-act=cash]")
    page.locator("[data-form=cash] summary").click()
    yield "cash"
    page.locator("[data-form=cash] [name=money]").fill("10000")
    _press(page, "[data-form=cash] [type=submit]")
    expect(page.locator("[data-due]")).to_be_visible()
    yield "cash, seen"
    _back(page)


def home(page: Page, day: Day) -> Walk:
    """The end of the day, and what was refused."""
    _press(page, "[data-act=end]")
    expect(page.locator("[data-home] li").first).to_be_visible()
    phone.scan_as_keyboard(page, day.codes[day.at[1]])
    expect(page.locator("[data-scan-said]")).to_be_visible()
    page.locator("[data-open-stops] select").first.select_option("out_of_time")
    expect(page.locator("[data-saved]").first).to_be_visible()
    yield "end"
    _back(page)
    _press(page, "[data-act=map]")
    expect(page.locator(".map-point").first).to_be_visible()
    yield "map"
    _back(page)
    page.context.set_offline(True)
    phone.act(page, "fail", day.at[4]).click()
    page.locator("[name=reason][value=TU_CHOI]").check()
    page.locator("[data-form=fail] [type=submit]").click()
    expect(page.locator("[data-form=card] [data-facts]")).to_be_visible()
    yield "card left"
    _press(page, "[data-done]")
    expect(phone.card(page, day.at[4])).to_be_visible()
    yield "round without signal"


def refused(page: Page, day: Day, database: Database, revoke: Callable[[], None]) -> Walk:
    """An act that was not taken, a day that is over, and a phone that is good no more."""
    with database.write() as session:
        session.get_one(models.DeliveryRound, day.round_id).courier_id = session.get_one(
            models.DeliveryRound, day.other_round_id
        ).courier_id
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-parked] .notice")).to_be_visible()
    expect(page.locator("[data-again]")).to_be_visible()
    yield "parked, no round"
    revoke()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-form=enrol]")).to_be_visible()
    _said(page)
    yield "revoked"
