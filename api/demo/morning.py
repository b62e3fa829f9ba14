"""The demo's morning: results come in, are asked about, packed, handed over, planned and loaded. Forms and commands."""

from __future__ import annotations

import re
from collections import Counter

from api.demo import clerk, couriers
from api.demo.browser import Browser
from api.demo.story import Story
from postal import Session, custody, desk, models

_AGENCY = {"giver_name": "Lê Thị Hoài Thương", "giver_position": "Cán bộ Bộ phận Một cửa"}
_POST = {"receiver_name": "Nguyễn Văn Thành", "receiver_code": "BC-017"}
_NATIONAL = {
    "giver_name": "Nguyễn Văn Thành",
    "giver_code": "BC-017",
    "receiver_name": "Phan Đình Lộc",
    "receiver_position": "Giao nhận đường trục",
}


def play(story: Story) -> None:
    """Play the morning until every round of the day is published."""
    _take_in(story)
    _answer(story)
    _collections(story)
    batches = _batches(story)
    _handovers(story, batches)
    _outside(story)
    _plan(story)


def _take_in(story: Story) -> None:
    with story.step("06:30", "Nhập kết quả trong ngày / results come in") as say:
        desk_of_clerk = story.at_desk("motcua")
        desk_of_clerk.get("/staff/intake")
        trial = desk_of_clerk.upload("/staff/intake/check", "file", story.results.name, story.results.read_bytes())
        kept = re.search(r'name="upload" value="([^"]+)"', trial)
        assert kept is not None
        work_through(story, desk_of_clerk, "/staff/intake/import", upload=kept[1])
        story.intake_id = _last_number(desk_of_clerk.at)
        with story.services.database.read() as session:
            found = desk.intake(session, story.intake_id)
            say(
                f"{found.n_in} dòng: {found.n_accepted} tiếp nhận, {found.n_attention} tiếp nhận và cần hỏi, "
                f"{found.n_refused} từ chối, {found.n_duplicate} trùng"
            )


def work_through(story: Story, browser: Browser, path: str, **fields: str) -> str:
    """Send a form that leaves long work, let the worker do it, and return the page it ends on."""
    browser.act(path, **fields)
    job = browser.at
    story.run("worker", "--once")
    return browser.get(job)


def _answer(story: Story) -> None:
    with story.step("06:45", "Nhân viên trả lời các câu hỏi / the clerk answers what can be answered") as say:
        answers = clerk.answer_questions(story.services, story.at_desk("motcua"))
        say(
            f"{answers.n_addresses} địa chỉ đã chọn xã, phường, còn {answers.n_addresses_left}; "
            f"{answers.n_released} điểm xã được chấp nhận, còn {answers.n_points_left}"
        )


def _collections(story: Story) -> None:
    with story.step("06:55", "Mười hồ sơ xin bưu chính đến nhà nhận / ten home collections by API") as say:
        answer = Browser(story.house.base_url).post_json(
            "/v1/collections",
            {"collections": story.collections},
            {"Authorization": f"Bearer {story.house.api_key}", "Idempotency-Key": "demo-collections-1"},
        )
        say(f"{answer['n_accepted'] + answer['n_attention']} tiếp nhận qua POST /v1/collections")


def _batches(story: Story) -> list[str]:
    """Gather, pack and close a batch for each office with something ready; return the pages of the batches."""
    pages = []
    with story.step("07:00", "Xếp lô, chốt danh sách, in nhãn / batches, manifests, labels") as say:
        clerks = story.at_desk("motcua")
        with story.services.database.read() as session:
            waiting = [office.id for office, _ in desk.issuing_offices_waiting(session)]
        n_labels = 0
        for office_id in waiting:
            clerks.act("/staff/batches", office_id=str(office_id))
            page = clerks.at
            with story.services.database.read() as session:
                counts = _counts(session, _last_number(page))
            clerks.act(f"{page}/pack", counts)
            clerks.act(f"{page}/close", sure="1")
            _labels(story, clerks, page)
            n_labels += len(counts) // 3
            pages.append(page)
        say(f"{len(pages)} lô, {n_labels} nhãn")
    return pages


def _counts(session: Session, batch_id: int) -> dict[str, str]:
    """Return what both sides count in every envelope, and what the scale says."""
    fields: dict[str, str] = {}
    for line in custody.lines_in(desk.batch(session, batch_id)):
        n = len(line.item.documents) or 1
        weight_g = 18 + 14 * n + line.item_id % 9  # a cover, some sheets for each paper, and what sheets weigh
        key = str(line.item_id)
        fields |= {f"giver-{key}": str(n), f"receiver-{key}": str(n), f"weight-{key}": str(weight_g)}
    return fields


def _labels(story: Story, clerks: Browser, page: str) -> None:
    printed = clerks.submit_for_file(f"{page}/labels", size="100x150")
    if "/staff/jobs/" in clerks.at:  # a large batch is printed by the worker
        job = clerks.at
        story.run("worker", "--once")
        clerks.get(job)
        printed = clerks.fetch(f"{job}/labels")
    story.keep(f"labels-batch-{_last_number(page)}.pdf", printed)


def _handovers(story: Story, batches: list[str]) -> None:
    with story.step("07:15", "Bàn giao cho bưu chính, đếm từng bưu gửi / counted handover") as say:
        codes = {page: _codes_of(story, _last_number(page)) for page in batches}
        found: Counter[models.Found] = Counter()
        post = story.at_desk("buuchinh")
        for number, page in enumerate(batches):
            scanned = codes[page]
            if number == 0 and len(batches) > 1 and len(scanned) > 1:
                # One envelope stayed on a desk, and one of another office slipped in.
                scanned = [*scanned[1:], codes[batches[1]][0]]
            handover_id = count_and_end(post, f"{page}/count", scanned, **_AGENCY, **_POST)
            with story.services.database.read() as session:
                found.update(line.found for line in desk.handover(session, handover_id).lines)
            story.keep(f"handover-{handover_id}.pdf", post.fetch(f"/staff/handovers/{handover_id}/receipt.pdf"))
        n_extra = found[models.Found.EXTRA] + found[models.Found.WRONG]
        say(f"{len(batches)} biên bản; thiếu {found[models.Found.MISSING]}, thừa hoặc sai {n_extra}")


def count_and_end(browser: Browser, path: str, codes: list[str], **fields: str) -> int:
    """Scan every code of a counted list and hand it over; return the number of the page that follows."""
    browser.get(path)
    if codes:
        browser.submit(path, codes="\n".join(codes))
    browser.act(f"{path}/hand-over", **fields)
    return _last_number(browser.at)


def _codes_of(story: Story, batch_id: int) -> list[str]:
    """Return what the labels of a closed batch say."""
    with story.services.database.read() as session:
        manifest = desk.manifest_of(session, batch_id)
        assert manifest is not None
        return [line.s10 for line in manifest.lines]


def _outside(story: Story) -> None:
    with story.step("07:30", "Bưu gửi ngoài tỉnh về bưu cục, giao đường trục / other provinces, by receipt") as say:
        with story.services.database.read() as session:
            offices = desk.offices(session, models.OfficeKind.DELIVERY)
            office_id = offices[0].id if offices else 0
            codes = [s10 for _, s10, _ in session.execute(custody.outside_pieces(office_id)) if s10]
        if not codes:
            say("hôm nay không có bưu gửi ngoài tỉnh")
            return
        post = story.at_desk("buuchinh")
        post.get("/staff/at-office")
        post.act(f"/staff/offices/{office_id}/arrivals", codes="\n".join(codes))
        handover_id = count_and_end(post, f"/staff/offices/{office_id}/outside", codes, **_NATIONAL)
        story.keep(f"handover-{handover_id}.pdf", post.fetch(f"/staff/handovers/{handover_id}/receipt.pdf"))
        say(f"{len(codes)} bưu gửi ngoài tỉnh, có biên bản")


def _plan(story: Story) -> None:
    with story.step("07:35", "Lập và công bố phương án phát cho mọi bưu cục / plan all offices") as say:
        dispatcher, day = story.at_desk("dieuphoi"), story.house.clock.day
        dispatcher.get("/staff/plans")
        work_through(story, dispatcher, "/staff/plans", day=day.isoformat(), seconds=str(story.plan_seconds))
        page = dispatcher.at
        dispatcher.act(f"{page}/publish")
        with story.services.database.read() as session:
            plan = desk.plan(session, _last_number(page))
            n_stops = sum(len(r.stops) for r in plan.rounds)
            say(
                f"{len(plan.rounds)} chuyến, {n_stops} điểm dừng, {len(plan.unserved)} chưa xếp được, "
                f"{plan.travel_s / 3600:.1f} giờ đi đường ({plan.travel_source})"
            )
            has_rounds = bool(plan.rounds)
        if has_rounds:
            story.keep("route-sheets.pdf", dispatcher.fetch(f"{page}/sheets.pdf"))


def published(story: Story) -> list[int]:
    """Return the ids of the day's published rounds."""
    with story.services.database.read() as session:
        return [found.id for found in desk.published_rounds(session, story.house.clock.day)]


def load(story: Story, round_ids: list[int]) -> None:
    """Hand these rounds to their couriers, every item scanned."""
    with story.step("07:50", "Giao chuyến cho bưu tá, quét từng bưu gửi / load check") as say:
        n_loaded = 0
        post = story.at_desk("buuchinh")
        for number, round_id in enumerate(round_ids):
            with story.services.database.read() as session:
                scanned = _load_of(session, round_id)
                courier_id = desk.delivery_round(session, round_id).courier_id
            path = f"/staff/rounds/{round_id}/load"
            if couriers.has_phone(number):
                phone = couriers.enrol(post, story.house.base_url, courier_id)
                story.house.phones[round_id] = phone
                post.get(path)
                phone.take_over(round_id, scanned)
            count_and_end(post, path, [] if couriers.has_phone(number) else scanned)
            n_loaded += len(scanned)
        say(f"{len(round_ids)} chuyến, {n_loaded} bưu gửi đã giao cho bưu tá")


def _load_of(session: Session, round_id: int) -> list[str]:
    stops = desk.delivery_round(session, round_id).stops
    return [item.s10 for stop in stops for item in stop.consignment.items if item.s10]


def _last_number(path: str) -> int:
    return int(path.rstrip("/").rsplit("/", 1)[1])
