"""The demo's whole day: the morning, the couriers' rounds, the evening, and the account of every row."""

from __future__ import annotations

import json
from datetime import timedelta

from api.demo import couriers, evening, morning
from api.demo.browser import Browser
from api.demo.house import start_receiver
from api.demo.story import Story
from postal import custody, people, write_csv
from postal.desk import day_rows
from postal.life import balance, items

NOON_AT = "12:00"


def play(story: Story) -> dict[str, object]:
    """Play the whole day and return the balance, counted from the database."""
    start_receiver(story.house)
    morning.play(story)
    round_ids = morning.published(story)
    morning.load(story, round_ids)
    _walk(story, "18:00", round_ids)
    _type_back(story, round_ids)
    evening.close_rounds(story)
    evening.give_back(story)
    evening.begin_returns(story)
    evening.close_offices(story)
    _callbacks(story, "19:00")
    _tracking(story)
    evening.check_chain(story)
    counted = _account(story)
    evening.look_at_late(story)
    return counted


def play_until_noon(story: Story) -> dict[str, object]:
    """Play half of the day: half of the rounds are under way, the others wait in their offices to be loaded."""
    start_receiver(story.house)
    morning.play(story)
    round_ids = morning.published(story)[::2]
    morning.load(story, round_ids)
    _walk(story, NOON_AT, round_ids)
    _callbacks(story, NOON_AT)
    return _account(story)


def _walk(story: Story, at: str, round_ids: list[int]) -> None:
    with story.step(at, "Bưu tá đi phát, quét bằng điện thoại / couriers' scans over HTTP") as say:
        passwords = {name: word for name, word in story.house.passwords.items() if name.startswith("bt")}
        house = story.house
        tally = couriers.walk_rounds(story.services, house.clock, house.base_url, passwords, house.phones, round_ids)
        say(
            f"{tally.n_scans} lượt quét của {tally.n_couriers} bưu tá ({tally.n_phones} điện thoại đã đăng ký), "
            f"{tally.n_pictures} ảnh, {tally.n_cards} giấy mời để tại cửa, "
            f"{tally.n_offline_couriers} bưu tá gửi muộn và lộn xộn, {tally.n_doubled} lượt gửi hai lần"
        )
        say(", ".join(f"{name} {n}" for name, n in tally.outcomes.most_common()))
        say("máy chủ trả lời: " + ", ".join(f"{name} {n}" for name, n in sorted(tally.answers.items())))


def _type_back(story: Story, round_ids: list[int]) -> None:
    round_id = couriers.on_paper(story.services, round_ids)
    if round_id is None:
        return
    with story.step("18:15", "Nhập phiếu đi phát của chuyến đi bằng giấy / a route sheet is typed back") as say:
        typed = couriers.type_back(story.services, story.house.clock, story.at_desk("buuchinh"), round_id)
        say(f"{typed.n_stops} điểm từ phiếu giấy: {typed.n_done} bưu gửi xong, {typed.n_failed} chưa được")


def _callbacks(story: Story, at: str) -> None:
    with story.step(at, "Báo từng bước cho hệ thống của Trung tâm / signed callbacks") as say:
        story.house.clock.move_to(story.house.clock() + timedelta(minutes=1))
        said = story.run("send-callbacks").partition(" / ")[0]
        assert story.house.receiver is not None
        counts = story.house.receiver.counts()
        say(
            f"{said} Tiến trình nhận xác minh {counts.get('verified', 0)}, từ chối {counts.get('refused', 0)}, "
            f"sai thứ tự {counts.get('out_of_order', 0)}"
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
        fates = day_rows.row_fates(session, story.intake_id or 0)
        lines = ((fate.row_number, fate.dossier_code, fate.outcome, fate.reason, fate.s10) for fate in fates)
        write_csv(out, ("row", "ma_ho_so", "outcome", "reason", "s10"), lines)
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
