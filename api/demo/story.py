"""The day itself, step by step: each step says what it did and how long it took."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from api import documents, planning
from api.demo import clerk, couriers, evening, home_collections
from api.demo.browser import Browser
from api.demo.house import SYSTEM, House, sender, start_receiver
from postal import Session, custody, desk, intake, models, outside, people, rounds
from postal.desk import day_rows
from postal.life import balance, items
from postal.rules import reasons

PLAN_SECONDS = 20


@dataclass
class Story:
    """One day being played: the house, the paper it leaves, and what it counted."""

    house: House
    results: Path
    console: Console
    n_steps: int = 0
    intake_id: int | None = None
    papers: list[Path] = field(default_factory=list)

    @contextmanager
    def step(self, at: str, title: str) -> Iterator[Callable[[str], None]]:
        """Move the clock, run one step and print its line; the step may add what it found."""
        self.house.clock.move_to(at)
        self.n_steps += 1
        began = time.perf_counter()
        found: list[str] = []
        yield found.append
        took_s = time.perf_counter() - began
        self.console.print(f"[bold]{at}[/]  {title} [dim]({took_s:.1f} s)[/]", highlight=False)
        for line in found:
            self.console.print(f"       {line}", highlight=False)

    def keep(self, name: str, pdf: bytes) -> None:
        """Put a paper into the demo's folder."""
        path = self.house.out / "papers" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pdf)
        self.papers.append(path)

    @property
    def services(self) -> Any:
        """Return the house's services."""
        return self.house.services

    def user(self, username: str) -> int:
        """Return the id of one of the demo's people."""
        return self.house.user_ids[username]


def play(story: Story) -> dict[str, object]:
    """Play the whole day and return the balance, counted from the database."""
    start_receiver(story.house)
    _morning_intake(story)
    _clerk(story)
    _collections(story)
    batch_ids = _batches(story)
    _handovers(story, batch_ids)
    _outside(story)
    _plan(story)
    _load(story)
    _walk(story)
    evening.close_rounds(story)
    evening.give_back(story)
    evening.begin_returns(story)
    evening.close_offices(story)
    _callbacks(story)
    _tracking(story)
    evening.check_chain(story)
    return _account(story)


def _morning_intake(story: Story) -> None:
    with story.step("06:30", "Nhập kết quả trong ngày / results come in") as say:
        report = intake.import_results(
            story.services.database,
            story.results.name,
            story.results.read_bytes(),
            source_system=SYSTEM,
            guide=story.services.guide,
            user_id=story.user("motcua"),
            now=story.services.now(),
        )
        story.intake_id = report.intake_id
        say(
            f"{report.n_in} dòng: {report.n_accepted} tiếp nhận, {report.n_attention} tiếp nhận và cần hỏi, "
            f"{report.n_refused} từ chối, {report.n_duplicate} trùng"
        )


def _clerk(story: Story) -> None:
    with story.step("06:45", "Nhân viên trả lời các câu hỏi / the clerk answers what can be answered") as say:
        answers = clerk.answer_questions(story.services, user_id=story.user("motcua"))
        say(
            f"{answers.n_addresses} địa chỉ đã chọn xã, phường, còn {answers.n_addresses_left}; "
            f"{answers.n_released} điểm xã được cho đi, còn {answers.n_points_left}"
        )


def _collections(story: Story) -> None:
    with story.step("06:55", "Mười hồ sơ xin bưu chính đến nhà nhận / ten home collections by API") as say:
        answer = Browser(story.house.base_url).post_json(
            "/v1/collections",
            {"collections": home_collections.orders(f"{story.house.clock.day:%y%m%d}")},
            {"Authorization": f"Bearer {story.house.api_key}", "Idempotency-Key": "demo-collections-1"},
        )
        say(f"{answer['n_accepted'] + answer['n_attention']} tiếp nhận qua POST /v1/collections")


def _batches(story: Story) -> list[int]:
    batch_ids = []
    with story.step("07:00", "Xếp lô, chốt danh sách, in nhãn / batches, manifests, labels") as say:
        user_id = story.user("motcua")
        with story.services.database.write() as session:
            waiting = [office.id for office, _ in desk.issuing_offices_waiting(session)]
            for office_id in waiting:
                batch = custody.open_batch(session, office_id, user_id=user_id, now=story.services.now())
                _pack(story, session, batch)
                custody.close_batch(session, batch.id, user_id=user_id, now=story.services.now())
                batch_ids.append(batch.id)
        n_labels = 0
        for batch_id in batch_ids:
            with story.services.database.write() as session:
                pdf = documents.item_labels_of_batch(
                    story.services,
                    session,
                    batch_id,
                    size="100x150",
                    user_id=user_id,
                    reason=None,
                    now=story.services.now(),
                )
                manifest = desk.manifest_of(session, batch_id)
                assert manifest is not None
                n_labels += manifest.n_items
            story.keep(f"labels-batch-{batch_id}.pdf", pdf)
        say(f"{len(batch_ids)} lô, {n_labels} nhãn")
    return batch_ids


def _pack(story: Story, session: Session, batch: models.Batch) -> None:
    """Both sides count every envelope's papers; it is put on the scale and sealed."""
    envelopes = []
    for line in batch.lines:
        n = len(line.item.documents) or 1
        weight_g = 18 + 14 * n + line.item_id % 9  # a cover, some sheets for each paper, and what sheets weigh
        envelopes.append(custody.Packed(item_id=line.item_id, n_giver=n, n_receiver=n, weight_g=weight_g))
    custody.pack_items(session, batch.id, envelopes, user_id=story.user("motcua"), now=story.services.now())


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
                story.keep(
                    f"handover-{handover_id}.pdf", documents.handover_receipt_of(story.services, session, handover_id)
                )
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
    with story.services.database.write() as session:
        handover = custody.hand_over(
            session,
            batch_id,
            scanned=scanned,
            giver=custody.Party(name="Lê Thị Hoài Thương", position="Cán bộ Bộ phận Một cửa", code=""),
            receiver=custody.Party(name="Nguyễn Văn Thành", position="Nhân viên bưu chính", code="BC-017"),
            user_id=story.user("buuchinh"),
            now=story.services.now(),
        )
        found = Counter(line.found for line in handover.lines)
        return (
            handover.id,
            found[models.Found.MISSING],
            found[models.Found.EXTRA] + found[models.Found.WRONG],
        )


def _outside(story: Story) -> None:
    with story.step("07:30", "Giao bưu gửi ngoài tỉnh cho bưu chính cả nước / out-of-province items move on") as say:
        with story.services.database.write() as session:
            passed = custody.pass_to_carrier(session, user_id=story.user("buuchinh"), now=story.services.now())
            n_passed = len(passed)
        say(f"{n_passed} bưu gửi ngoài tỉnh")


def _plan(story: Story) -> None:
    with story.step("07:35", "Lập và công bố phương án phát cho mọi bưu cục / plan all offices") as say:
        user_id = story.user("dieuphoi")
        day = story.house.clock.day
        plan_id = planning.make_plan(story.services, day, seconds=PLAN_SECONDS, user_id=user_id)
        with story.services.database.write() as session:
            rounds.publish_plan(session, plan_id, user_id=user_id, now=story.services.now())
        with story.services.database.read() as session:
            plan = desk.plan(session, plan_id)
            n_stops = sum(len(r.stops) for r in plan.rounds)
            say(
                f"{len(plan.rounds)} chuyến, {n_stops} điểm dừng, {len(plan.unserved)} chưa xếp được, "
                f"{plan.travel_s / 3600:.1f} giờ đi đường ({plan.travel_source})"
            )
            if plan.rounds:
                pdf = documents.route_sheets_of(story.services, session, [r.id for r in plan.rounds])
                story.keep("route-sheets.pdf", pdf)


def _load(story: Story) -> None:
    with story.step("07:50", "Giao chuyến cho bưu tá, quét từng bưu gửi / load check") as say:
        n_rounds = n_loaded = 0
        with story.services.database.write() as session:
            for found in desk.published_rounds(session, story.house.clock.day):
                scanned = _load_of(session, found.id)
                rounds.start_round(
                    session, found.id, scanned=scanned, user_id=story.user("buuchinh"), now=story.services.now()
                )
                n_rounds, n_loaded = n_rounds + 1, n_loaded + len(scanned)
        say(f"{n_rounds} chuyến, {n_loaded} bưu gửi đã giao cho bưu tá")


def _load_of(session: Session, round_id: int) -> list[str]:
    stops = desk.delivery_round(session, round_id).stops
    return [item.s10 for stop in stops for item in stop.consignment.items if item.s10]


def _walk(story: Story) -> None:
    with story.step("18:00", "Bưu tá phát cả ngày, quét bằng điện thoại / couriers' scans over HTTP") as say:
        passwords = {name: word for name, word in story.house.passwords.items() if name.startswith("bt")}
        tally = couriers.walk_rounds(
            story.services, story.house.clock, story.house.base_url, passwords, set(reasons.REASONS)
        )
        say(
            f"{tally.n_scans} lượt quét của {tally.n_couriers} bưu tá, {tally.n_offline_couriers} bưu tá gửi muộn và "
            f"lộn xộn, {tally.n_doubled} lượt gửi hai lần"
        )
        say(", ".join(f"{name} {n}" for name, n in tally.outcomes.most_common()))
        say("máy chủ trả lời: " + ", ".join(f"{name} {n}" for name, n in sorted(tally.answers.items())))


def _callbacks(story: Story) -> None:
    with story.step("19:00", "Báo từng bước cho hệ thống của Trung tâm / signed callbacks") as say:
        clock = story.house.clock
        report = outside.send_due(story.services.database, sender(), now=clock() + timedelta(minutes=1))
        assert story.house.receiver is not None
        counts = story.house.receiver.counts()
        say(
            f"{report.n_sent} tin đã gửi, {report.n_failed} lỗi; tiến trình nhận xác minh {counts.get('verified', 0)}, "
            f"từ chối {counts.get('refused', 0)}, sai thứ tự {counts.get('out_of_order', 0)}"
        )


def _tracking(story: Story) -> None:
    with story.step("19:05", "Người dân tra cứu bằng điện thoại / a citizen looks") as say:
        found = _somebody_delivered(story)
        if found is None:
            say("hôm nay chưa ai có số điện thoại nhận được kết quả")
            return
        item_code, tail, token = found
        phone = Browser(story.house.base_url)
        phone.get("/track")
        page = phone.submit("/track", code=item_code, tail=tail)
        (story.house.out / "tracking.html").write_text(page, encoding="utf-8")
        by_label = phone.get(f"/t/{token}")
        say(f"trang tra cứu {len(page)} ký tự; bằng mã vuông trên nhãn {len(by_label)} ký tự")


def _somebody_delivered(story: Story) -> tuple[str, str, str] | None:
    """Return dossier code, last four digits and label token of somebody served who has a phone, if any."""

    with story.services.database.read() as session:
        for fate in day_rows.row_fates(session, story.intake_id or 0):
            if fate.outcome == "delivered":
                item = items.by_code(session, fate.s10)
                person = people.open_person(session, item.consignment.person)
                if person.phone:
                    digits = people.bare_phone(person.phone)
                    return fate.dossier_code, digits[-4:], custody.token_of(session, item)
    return None


def _account(story: Story) -> dict[str, object]:
    with (
        story.services.database.read() as session,
        (story.house.out / "day.csv").open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        writer.writerow(["row", "ma_ho_so", "outcome", "reason", "s10"])
        for fate in day_rows.row_fates(session, story.intake_id or 0):
            writer.writerow([fate.row_number, fate.dossier_code, fate.outcome, fate.reason, fate.s10])
        total = balance.balance(session, story.intake_id)
        return {
            "in": total.n_in,
            "delivered": total.delivered,
            "returning": total.returning,
            "waiting": total.waiting,
            "refused": total.refused,
            "balanced": total.is_balanced,
        }


def last_line(counted: dict[str, object]) -> str:
    """Return the demo's very last line."""
    return json.dumps(counted)
