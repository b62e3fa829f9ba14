"""`tannha courier`, `tannha closure`: who walks, when, and which communes are cut off."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.commands.opening import acting, opened, say_both, show
from api.commands.setup.changing import change, note_absence
from api.commands.setup.tables import asked_name, read_text, refuse_wrong
from api.words import say_date
from postal import Message, under_way
from postal.access import audit
from postal.models import SetUpArea
from postal.network import closures, crew, offices, places, tables

_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_NO_BREAK = "-"


class Hours(click.ParamType[tuple[int, int] | None]):
    """A span of a day, "07:30-17:00", in seconds from midnight; "-" for none, where there may be none."""

    name = "HH:MM-HH:MM"

    def __init__(self, *, may_be_none: bool) -> None:
        self._may_be_none = may_be_none

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int] | None:
        """Return (from, until) in seconds from midnight, or None for "-"."""
        if value is None or isinstance(value, tuple):
            return value
        if value == _NO_BREAK and self._may_be_none:
            return None
        found = _HOURS.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r}: viết như 07:30-17:00 / write it like 07:30-17:00", param, ctx)
        a, b, c, d = map(int, found.groups())
        return (a * 60 + b) * 60, (c * 60 + d) * 60


class Place(click.ParamType[tuple[float, ...]]):
    """A point, "16.4632,107.5862"; "-" for the office, which is the empty place."""

    name = "LAT,LON"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Return (lat, lon), or () for "-"."""
        if value == _NO_BREAK:
            return ()
        try:
            lat, lon = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r}: viết như 16.4632,107.5862 / write it like 16.4632,107.5862", param, ctx)
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            self.fail(f"{value!r}: ngoài bản đồ / off the map", param, ctx)
        return lat, lon


_day = click.DateTime(formats=["%Y-%m-%d"])
_shift = click.option(
    "--shift", type=Hours(may_be_none=False), help="Ca làm / shift.", default="07:30-17:30", show_default=True
)
_lunch = click.option("--lunch", type=Hours(may_be_none=True), help='Nghỉ trưa, "-" nếu không / break, "-" for none.')


@click.group()
def courier() -> None:
    """Bưu tá, ca làm, ngày nghỉ / couriers, shifts, days off."""


@courier.command("add")
@click.argument("code")
@click.option("--office", required=True, help="Mã bưu cục phát / code of the delivery office.")
@click.option("--name", help="Họ và tên / full name; asked for at a terminal.")
@_shift
@_lunch
@click.option("--beat", multiple=True, metavar="COMMUNE", help="Mã xã quen đi / commune of the standing beat.")
@click.option("--skill", multiple=True, help="Được phép / a permission.")
@click.option("--litres", type=click.IntRange(1, 2_000), default=80, show_default=True, help="Sức chở / capacity.")
def add(
    code: str,
    office: str,
    name: str | None,
    shift: tuple[int, int],
    lunch: tuple[int, int] | None,
    beat: tuple[str, ...],
    skill: tuple[str, ...],
    litres: int,
) -> None:
    """Add a courier with a code of your own; the name is stored sealed."""
    full_name = asked_name(name)
    with opened() as services, acting(services) as act:
        for commune in beat:
            crew.find_commune(services.guide.register, commune)
        new = crew.NewCourier(
            code=code,
            office=crew.find_office(act.session, office),
            full_name=full_name,
            beat=beat,
            skills=skill,
            capacity_ml=litres * 1_000,
            time=crew.WorkingTime(from_s=shift[0], until_s=shift[1], lunch=lunch),
        )
        added = crew.add_courier(act.session, new, now=act.now)
        audit.note(act, "courier_added", "courier", added.id)
    say_both("Đã thêm bưu tá {code} của bưu cục {office}.", code=code, office=office)


@courier.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Sửa cả người đã có / those who are there follow their row.")
@click.option("--dry-run", is_flag=True, help="Chỉ đọc thử / say what would happen, record nothing.")
def import_couriers(file: Path, *, replace: bool, dry_run: bool) -> None:
    """Add everybody in FILE (CSV: code,office_code,full_name,beat,shift,lunch,litres,skills), wholly or not at all.

    An empty beat, shift, lunch or litres means what a courier usually has. It is the couriers.csv of tannha seed.
    """
    with opened() as services, acting(services) as act:
        known = [one.code for one in offices.offices(act.session) if one.is_active]
        rows, wrong = tables.read_couriers(file.name, read_text(file), services.guide.register, known)
        refuse_wrong(wrong)
        n_added, n_changed = places.seed_couriers(act.session, rows, now=act.now, replaces=replace)
        audit.note(act, "couriers_imported", "courier", n_added=n_added, n_changed=n_changed)
        if dry_run:
            act.session.rollback()
    would = Message("Chỉ thử, chưa ghi gì: ") if dry_run else ""
    n_left = len(rows) - n_added - n_changed
    say_both(
        "{would}thêm {n_added} bưu tá, sửa {n_changed}, giữ nguyên {n_left}.",
        would=would,
        n_added=n_added,
        n_changed=n_changed,
        n_left=n_left,
    )


@courier.command("hours")
@click.argument("code")
@_shift
@_lunch
def hours(code: str, shift: tuple[int, int], lunch: tuple[int, int] | None) -> None:
    """Change a courier's shift and break, from the next plan on."""
    with opened() as services, acting(services) as act:
        change(act, SetUpArea.COURIER, code, {"shift": list(shift), "lunch": list(lunch) if lunch else None})
    say_both("Đã đổi ca của {code}.", code=code)


@courier.command("set")
@click.argument("code")
@click.option("--start", type=Place(), help='Nơi bắt đầu, "-" là bưu cục / where rounds start, "-" for the office.')
@click.option("--end", type=Place(), help='Nơi kết thúc, "-" là bưu cục / where rounds end, "-" for the office.')
@click.option("--longest-minutes", type=click.IntRange(0, 1_440), help="Đi lâu nhất, 0: không giới hạn / time away.")
@click.option("--skill", multiple=True, help='Được phép, thay hết, "-": không / permissions, replacing all.')
@click.option("--beat", multiple=True, metavar="COMMUNE", help='Xã quen, thay hết, "-": không / beat, replacing all.')
@click.option("--litres", type=click.IntRange(1, 2_000), help="Sức chở / capacity.")
def set_conditions(code: str, **given: Any) -> None:
    """Change what holds for a courier's rounds, from the next plan on; what is not given stays."""
    with opened() as services, acting(services) as act:
        after: dict[str, Any] = {}
        for end in ("start", "end"):
            if given[end] is not None:
                after[end] = list(given[end]) or None
        if given["longest_minutes"] is not None:
            after["longest_min"] = given["longest_minutes"] or None
        if given["skill"]:
            after["skills"] = [skill for skill in given["skill"] if skill != _NO_BREAK]
        if given["beat"]:
            after["beat"] = [commune for commune in given["beat"] if commune != _NO_BREAK]
            for commune in after["beat"]:
                crew.find_commune(services.guide.register, commune)
        if given["litres"] is not None:
            after["litres"] = given["litres"]
        change(act, SetUpArea.COURIER, code, after)
    say_both("Đã đổi điều kiện của {code}.", code=code)


@courier.command("away")
@click.argument("code")
@click.argument("first", type=_day)
@click.argument("last", type=_day)
def away(code: str, first: datetime, last: datetime) -> None:
    """Keep a courier out of the plans from FIRST to LAST, both included."""
    with opened() as services, acting(services) as act:
        found = crew.find_courier(act.session, code)
        note_absence(act, found.code, first.date(), last.date())
    days = f"{say_date(first.date())} – {say_date(last.date())}"
    say_both("{code} nghỉ {days}.", code=code, days=days)


@courier.command("retire")
@click.argument("code")
def retire(code: str) -> None:
    """Plan nothing more for a courier who left; what they did stays."""
    with opened() as services, acting(services) as act:
        change(act, SetUpArea.COURIER, code, {"is_active": False})
    say_both("{code} không còn trong phương án.", code=code)


@courier.command("list")
def list_couriers() -> None:
    """List couriers by code, office, hours and beat; no names of people."""
    with opened() as services, services.database.read() as session:
        rows: list[tuple[object, ...]] = [
            (
                one.code,
                one.office.code,
                one.office.name,
                _span(one.shift_from_s, one.shift_until_s),
                _span(one.lunch_from_s, one.lunch_until_s),
                " ".join(one.beat),
                "" if one.is_active else "đã nghỉ / left",
            )
            for one in crew.couriers(session)
        ]
    show(("Mã", "", "Bưu cục", "Ca", "Nghỉ", "Xã quen", ""), rows)


@click.group()
def closure() -> None:
    """Xã, phường bị chia cắt / communes cut off by flood or landslide."""


@closure.command("add")
@click.argument("commune")
@click.argument("first", type=_day)
@click.argument("last", type=_day)
@click.option("--reason", required=True, help="Vì sao / why, such as lũ lụt.")
@click.option("--proof", default="", help="Căn cứ / the authority's notice; with it clocks stand still.")
@click.option("--tell", is_flag=True, help="Nhắn người nhận / a message to each recipient's phone.")
def add_closure(commune: str, first: datetime, last: datetime, reason: str, proof: str, tell: bool) -> None:
    """Plan no stop in COMMUNE (code) from FIRST to LAST, both included; what waits there says so."""
    with opened() as services, acting(services) as act:
        name = crew.find_commune(services.guide.register, commune).full_name
        span = {"first": first.date(), "last": last.date()}
        under_way.cut_off(act, closures.Cut(communes=(commune,), **span, reason=reason, proof=proof), tells=tell)
    say_both("{name} không phát đến hết {date}.", name=name, date=say_date(last.date()))


@closure.command("end")
@click.argument("commune")
def end_closure(commune: str) -> None:
    """Say that COMMUNE can be reached again from today."""
    with opened() as services, acting(services) as act:
        name = crew.find_commune(services.guide.register, commune).full_name
        n_ended = under_way.open_again(act, [commune], on=crew.today(act.now))
    say_both("{name}: đã bỏ {n_ended} lần đóng.", name=name, n_ended=n_ended)


@closure.command("list")
def list_closures() -> None:
    """List what is closed today or later."""
    with opened() as services, services.database.read() as session:
        rows: list[tuple[object, ...]] = [
            (
                one.commune_code,
                services.guide.register.commune(one.commune_code).full_name,
                say_date(one.from_date),
                say_date(one.until_date),
                one.reason,
                one.proof or "–",
            )
            for one in closures.closures(session, on=crew.today(services.now()))
        ]
    show(("Mã", "Xã, phường", "Từ", "Đến hết", "Vì sao", "Căn cứ"), rows)


def _span(from_s: int | None, until_s: int | None) -> str:
    if from_s is None or until_s is None:
        return "–"
    return f"{from_s // 3600:02d}:{from_s // 60 % 60:02d}–{until_s // 3600:02d}:{until_s // 60 % 60:02d}"
