"""A whole round without signal: 150 stops, 60 photos, 8 hours, the phone killed in between; then all of it arrives."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from postal import State, custody, models, people, rounds
from postal.people import vault_of
from routing import Plan, PlannedRound, Visit
from tests import builders as build
from tests.api.browser.phone import PHONE, act, card, enter_pin, unsent
from tests.api.browser.test_courier_photos import on_disk
from tests.api.test_courier_phones import code_for
from tests.scale import scaled

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # 08:00 in Huế
PHONE_START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # nobody set this phone's clock
HOURS = timedelta(hours=8)
N_STOPS = scaled(10, 150)
WITH_PHOTO = (0, 2)  # of five stops in a row: 60 photos of 150
KILL_EVERY = scaled(4, 40)
STEP = 16  # grey levels apart: more than JPEG takes off one


@pytest.fixture
def long_round(database, own_courier, clock):
    """Start a round of many doors at eight in the morning; return the code at each position."""
    clock.now = START
    with database.write() as session:
        results = [build.result(n + 1, finished_at="2026-11-19T15:00:00+07:00") for n in range(N_STOPS)]
        items = build.accepted(session, *results, now=START)
        batch = custody.open_batch(build.act(session, START), items[0].consignment.issuing_office_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id, now=START).lines]
        party = custody.Party(name="Người Ký")
        custody.hand_over(build.act(session, START), batch.id, scanned=codes, giver=party, receiver=party)
        problem = rounds.planning_problem(session, START.date(), now=START)
        courier = next(c for c in problem.couriers if c.courier_id == own_courier[1])
        visits = tuple(
            Visit(stop_id=stop.stop_id, arrive_s=29_000 + n * 190, start_s=29_000 + n * 190, leave_s=29_100 + n * 190)
            for n, stop in enumerate(problem.stops)
        )
        walked = PlannedRound(
            courier_id=courier.courier_id,
            office_id=courier.office_id,
            leave_at_s=28_800,
            back_at_s=60_000,
            travel_s=3_000,
            travel_m=9_000,
            visits=visits,
        )
        plan = Plan(
            rounds=(walked,), unserved=(), travel_s=3_000, cost=0, travel_source="test", degraded=None, seconds=0.1
        )
        saved = rounds.save_plan(build.act(session, START), START.date(), problem, plan)
        (made,) = rounds.publish_plan(build.act(session, START), saved.id).rounds
        rounds.start_round(build.act(session, START), made.id, scanned=codes)
        return {stop.position: stop.consignment.items[0].s10 for stop in made.stops}


def photo_of(position):
    """Return a picture that says by its two halves which stop it was taken at."""
    image = Image.new("L", (320, 240), position % 12 * STEP + 8)
    image.paste(position // 12 * STEP + 8, (160, 0, 320, 240))
    written = io.BytesIO()
    image.convert("RGB").save(written, "JPEG", quality=95)
    return {"name": f"{position}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def position_on(data):
    image = Image.open(io.BytesIO(data)).convert("L")
    units, twelves = (image.getpixel((x, image.height // 2)) // STEP for x in (40, image.width - 40))
    return twelves * 12 + units


def has_photo(position):
    return position % 5 in WITH_PHOTO


def at_a_door(page, position):
    act(page, "deliver", position).click()
    page.locator("[name=tail]").fill(f"{position:04}")
    if has_photo(position):
        page.locator("[data-photos] input").set_input_files(photo_of(position))
        expect(page.locator("[data-taken] img")).to_be_visible()
    page.locator("[data-send]").click()
    expect(act(page, "deliver", position)).to_have_count(0)
    expect(card(page, position)).to_contain_text("chờ gửi")


def opened_again(context, page):
    """Kill the app and start it anew without signal."""
    page.close()
    page = context.new_page()
    page.goto("/courier/")
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(N_STOPS)
    return page


@ON_SQLITE
def test_nothing_is_lost_or_mixed_in_a_day_without_signal(open_page, sign_in, own_courier, long_round, database, clock):
    page = open_page("/courier/", viewport=PHONE)
    context = page.context
    context.clock.set_fixed_time(PHONE_START)
    page.goto(f"/courier/#{code_for(sign_in('dispatcher'), own_courier[0])}")
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(N_STOPS)
    page.evaluate("navigator.serviceWorker.ready")
    context.set_offline(True)
    done_at = {}
    for n, position in enumerate(long_round, 1):
        done_at[position] = n * HOURS / N_STOPS
        context.clock.set_fixed_time(PHONE_START + done_at[position])
        at_a_door(page, position)
        expect(unsent(page)).to_have_text(f"Còn {n} mục chưa gửi")
        if n % KILL_EVERY == 0:
            page = opened_again(context, page)
            expect(unsent(page)).to_have_text(f"Còn {n} mục chưa gửi")
    n_photos = sum(map(has_photo, long_round))
    assert len(on_disk(page)) == n_photos
    clock.now = START + HOURS + timedelta(minutes=5)
    context.clock.set_fixed_time(PHONE_START + HOURS + timedelta(minutes=5))
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(unsent(page)).to_have_text("Đã gửi hết", timeout=180_000)
    assert on_disk(page) == []
    seen = _as_the_server_has_it(database)
    assert sorted(seen) == sorted(long_round.values())
    for position, code in long_round.items():
        state, tail, at, shown = seen[code]
        assert (state, tail) == (State.DELIVERED, f"{position:04}")
        assert abs(at - (START + done_at[position])) < timedelta(minutes=1)
        assert shown == ([position] if has_photo(position) else [])


def _as_the_server_has_it(database):
    """Return for each code its state, the document's end, when it was delivered, and which photos are its evidence."""
    with database.read() as session:
        vault = vault_of(session)
        photos = {
            one.client_id: vault.open_bytes(one.sealed, one.key_id) for one in session.scalars(select(models.Picture))
        }
        named = session.scalars(select(models.EventPicture)).all()
        events = session.scalars(select(models.TrackingEvent).where(models.TrackingEvent.kind == "delivered")).all()
        assert len(events) == len({event.item_id for event in events})
        return {
            event.item.s10: (
                event.item.state,
                people.unseal(session, session.get_one(models.Person, event.proof.receiver_id)).id_number_tail,
                event.happened_at,
                [position_on(photos[one.client_id]) for one in named if one.event_id == event.id],
            )
            for event in events
        }
