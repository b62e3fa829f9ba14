"""The demo's morning: results come in, are asked about, packed, handed over, planned and loaded."""

from __future__ import annotations

from collections import Counter

from api import documents
from api.demo import clerk
from api.demo.browser import Browser
from api.demo.house import SYSTEM
from api.demo.story import Story
from api.work.here import run_here
from api.work.planning import Way, order_plan
from postal import Act, Session, custody, desk, intake, models, rounds


def play(story: Story) -> None:
    """Play the morning until every round of the day is published."""
    _take_in(story)
    _answer(story)
    _collections(story)
    batch_ids = _batches(story)
    _handovers(story, batch_ids)
    _outside(story)
    _plan(story)


def _take_in(story: Story) -> None:
    with story.step("06:30", "Nhập kết quả trong ngày / results come in") as say:
        report = intake.import_results(
            story.services.database,
            story.results.name,
            story.results.read_bytes(),
            intake.Arrival(
                source_system=SYSTEM, guide=story.services.guide, by=story.user("motcua"), now=story.services.now()
            ),
        )
        story.intake_id = report.intake_id
        say(
            f"{report.n_in} dòng: {report.n_accepted} tiếp nhận, {report.n_attention} tiếp nhận và cần hỏi, "
            f"{report.n_refused} từ chối, {report.n_duplicate} trùng"
        )


def _answer(story: Story) -> None:
    with story.step("06:45", "Nhân viên trả lời các câu hỏi / the clerk answers what can be answered") as say:
        answers = clerk.answer_questions(story.services, story.user("motcua"))
        say(
            f"{answers.n_addresses} địa chỉ đã chọn xã, phường, còn {answers.n_addresses_left}; "
            f"{answers.n_released} điểm xã được cho đi, còn {answers.n_points_left}"
        )


def _collections(story: Story) -> None:
    with story.step("06:55", "Mười hồ sơ xin bưu chính đến nhà nhận / ten home collections by API") as say:
        answer = Browser(story.house.base_url).post_json(
            "/v1/collections",
            {"collections": story.collections},
            {"Authorization": f"Bearer {story.house.api_key}", "Idempotency-Key": "demo-collections-1"},
        )
        say(f"{answer['n_accepted'] + answer['n_attention']} tiếp nhận qua POST /v1/collections")


def _batches(story: Story) -> list[int]:
    batch_ids = []
    with story.step("07:00", "Xếp lô, chốt danh sách, in nhãn / batches, manifests, labels") as say:
        with story.acting("motcua") as act:
            waiting = [office.id for office, _ in desk.issuing_offices_waiting(act.session)]
            for office_id in waiting:
                batch = custody.open_batch(act, office_id)
                _pack(act, batch)
                custody.close_batch(act, batch.id)
                batch_ids.append(batch.id)
        n_labels = 0
        for batch_id in batch_ids:
            with story.acting("motcua") as act:
                printing = documents.Printing(services=story.services, session=act.session)
                items = documents.items_of_batch(act.session, batch_id)
                pdf = documents.labels_of(printing, act, items, size="100x150").content
                manifest = desk.manifest_of(act.session, batch_id)
                assert manifest is not None
                n_labels += manifest.n_items
            story.keep(f"labels-batch-{batch_id}.pdf", pdf)
        say(f"{len(batch_ids)} lô, {n_labels} nhãn")
    return batch_ids


def _pack(act: Act, batch: models.Batch) -> None:
    """Both sides count every envelope's papers; it is put on the scale and sealed."""
    envelopes = []
    for line in batch.lines:
        n = len(line.item.documents) or 1
        weight_g = 18 + 14 * n + line.item_id % 9  # a cover, some sheets for each paper, and what sheets weigh
        envelopes.append(custody.Packed(item_id=line.item_id, n_giver=n, n_receiver=n, weight_g=weight_g))
    custody.pack_items(act, batch.id, envelopes)


def _handovers(story: Story, batch_ids: list[int]) -> None:
    with story.step("07:15", "Bàn giao cho bưu chính, đếm từng bưu gửi / counted handover") as say:
        codes = _codes_of(story, batch_ids)
        n_missing = n_extra = 0
        for number, batch_id in enumerate(batch_ids):
            scanned = codes[batch_id]
            if number == 0 and len(batch_ids) > 1 and len(scanned) > 1:
                # One envelope stayed on a desk, and one of another office slipped in.
                scanned = [*scanned[1:], codes[batch_ids[1]][0]]
            handover_id, missing, extra = _hand_over(story, batch_id, scanned)
            n_missing, n_extra = n_missing + missing, n_extra + extra
            with story.services.database.read() as session:
                printing = documents.Printing(services=story.services, session=session)
                receipt = desk.handover(session, handover_id)
                pdf = documents.HANDOVER_RECEIPT.print_for(printing, documents.HANDOVER, receipt).content
                story.keep(f"handover-{handover_id}.pdf", pdf)
        say(f"{len(batch_ids)} biên bản; thiếu {n_missing}, thừa hoặc sai {n_extra}")


def _codes_of(story: Story, batch_ids: list[int]) -> dict[int, list[str]]:
    codes = {}
    with story.services.database.read() as session:
        for batch_id in batch_ids:
            manifest = desk.manifest_of(session, batch_id)
            assert manifest is not None
            codes[batch_id] = [line.s10 for line in manifest.lines]
    return codes


def _hand_over(story: Story, batch_id: int, scanned: list[str]) -> tuple[int, int, int]:
    with story.acting("buuchinh") as act:
        handover = custody.hand_over(
            act,
            batch_id,
            scanned=scanned,
            giver=custody.Party(name="Lê Thị Hoài Thương", position="Cán bộ Bộ phận Một cửa", code=""),
            receiver=custody.Party(name="Nguyễn Văn Thành", position="Nhân viên bưu chính", code="BC-017"),
        )
        found = Counter(line.found for line in handover.lines)
        return (
            handover.id,
            found[models.Found.MISSING],
            found[models.Found.EXTRA] + found[models.Found.WRONG],
        )


def _outside(story: Story) -> None:
    with story.step("07:30", "Giao bưu gửi ngoài tỉnh cho bưu chính cả nước / out-of-province items move on") as say:
        with story.acting("buuchinh") as act:
            passed = custody.pass_to_carrier(act)
            n_passed = len(passed)
        say(f"{n_passed} bưu gửi ngoài tỉnh")


def _plan(story: Story) -> None:
    with story.step("07:35", "Lập và công bố phương án phát cho mọi bưu cục / plan all offices") as say:
        day = story.house.clock.day
        with story.acting("dieuphoi") as act:
            job_id = order_plan(act, day, Way.ANEW, seconds=story.plan_seconds).id
        plan_id = (run_here(story.services, job_id, lambda _: None).result or {})["plan_id"]
        with story.acting("dieuphoi") as act:
            rounds.publish_plan(act, plan_id)
        with story.services.database.read() as session:
            plan = desk.plan(session, plan_id)
            n_stops = sum(len(r.stops) for r in plan.rounds)
            say(
                f"{len(plan.rounds)} chuyến, {n_stops} điểm dừng, {len(plan.unserved)} chưa xếp được, "
                f"{plan.travel_s / 3600:.1f} giờ đi đường ({plan.travel_source})"
            )
            if plan.rounds:
                printing = documents.Printing(services=story.services, session=session)
                pdf = documents.ROUTE_SHEET.print_for(printing, documents.PLAN, plan).content
                story.keep("route-sheets.pdf", pdf)


def published(story: Story) -> list[int]:
    """Return the ids of the day's published rounds."""
    with story.services.database.read() as session:
        return [found.id for found in desk.published_rounds(session, story.house.clock.day)]


def load(story: Story, round_ids: list[int]) -> None:
    """Hand these rounds to their couriers, every item scanned."""
    with story.step("07:50", "Giao chuyến cho bưu tá, quét từng bưu gửi / load check") as say:
        n_loaded = 0
        with story.acting("buuchinh") as act:
            for round_id in round_ids:
                scanned = _load_of(act.session, round_id)
                rounds.start_round(act, round_id, scanned=scanned)
                n_loaded += len(scanned)
        say(f"{len(round_ids)} chuyến, {n_loaded} bưu gửi đã giao cho bưu tá")


def _load_of(session: Session, round_id: int) -> list[str]:
    stops = desk.delivery_round(session, round_id).stops
    return [item.s10 for stop in stops for item in stop.consignment.items if item.s10]
