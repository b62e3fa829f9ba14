"""`tannha office`: delivery offices and agencies by their codes."""

from __future__ import annotations

from collections import Counter

import click

from api.commands.opening import acting, opened, say_both, show
from api.commands.setup.changing import change
from api.commands.setup.couriers import Place
from postal import models
from postal.access import audit
from postal.models import SetUpArea
from postal.network import crew, home, offices, places

_KINDS = {"delivery": models.OfficeKind.DELIVERY, "issuing": models.OfficeKind.ISSUING}
_SAID = {models.OfficeKind.DELIVERY: "bưu cục phát", models.OfficeKind.ISSUING: "cơ quan trả kết quả"}


@click.group()
def office() -> None:
    """Bưu cục phát, cơ quan trả kết quả / delivery offices and agencies."""


@office.command("list")
def list_offices() -> None:
    """List every office by code, with how many communes it serves and how many couriers it has."""
    with opened() as services, services.database.read() as session:
        found = places.exported(session)
        n_communes = Counter(row.office_code for row in found.coverage)
        n_couriers = Counter(row.office_code for row in found.couriers)
        rows: list[tuple[object, ...]] = [
            (
                one.code,
                _SAID[one.kind],
                one.name,
                n_communes[one.code] or "",
                n_couriers[one.code] or "",
                "" if one.is_active else "đã đóng / closed",
            )
            for one in offices.offices(session)
        ]
        is_draft = home.installation(session).is_draft
    show(("Mã", "", "Tên", "Xã, phường", "Bưu tá", ""), rows)
    if is_draft:
        say_both("Mạng lưới là BẢN THẢO.")


@office.command("add")
@click.argument("code")
@click.option("--name", required=True, help="Tên đầy đủ / full name, as papers print it.")
@click.option("--kind", type=click.Choice(list(_KINDS)), default="delivery", show_default=True)
@click.option("--commune", metavar="COMMUNE", help="Mã xã nơi đặt / code of its commune.")
@click.option("--at", "at", type=Place(), help="Tọa độ; không có thì lấy điểm của xã / its point, else the commune's.")
@click.option("--zone", default="", help="Vùng tính thời hạn / promise zone.")
@click.option("--address", default="")
@click.option("--phone", default="")
@click.option("--hours", default="", help="Giờ mở cửa / opening hours.")
def add(code: str, name: str, kind: str, commune: str | None, at: tuple[float, float] | None, **told: str) -> None:
    """Add an office with a code of your own. Which communes it serves comes by table (tannha seed --from)."""
    if kind == "delivery" and commune is None and at is None:
        raise click.UsageError("Thiếu --commune hoặc --at / --commune or --at is missing")
    with opened() as services, acting(services) as act:
        lat, lon = at or (None, None)
        if commune is not None:
            point = crew.find_commune(services.guide.register, commune).point
            lat, lon = (lat, lon) if lat is not None else (point.lat, point.lon)
        new = offices.NewOffice(
            code=code,
            name=name,
            kind=_KINDS[kind],
            commune_code=commune,
            lat=lat,
            lon=lon,
            zone=told["zone"],
            address=told["address"],
            phone=told["phone"],
            opening_hours=told["hours"],
        )
        added = offices.add_office(act.session, new)
        audit.note(act, "office_added", "office", added.id)
    say_both("Đã thêm {code}: {name}.", code=code, name=name)


@office.command("rename")
@click.argument("code")
@click.argument("name")
def rename(code: str, name: str) -> None:
    """Give an office another name, on pages and papers from now on."""
    with opened() as services, acting(services) as act:
        change(act, SetUpArea.OFFICE, code, {"name": name.strip()})
    say_both("{code} nay là {name}.", code=code, name=name)


@office.command("close")
@click.argument("code")
def close(code: str) -> None:
    """Take an office out of use; refused while communes, couriers, accounts or open items depend on it."""
    with opened() as services, acting(services) as act:
        change(act, SetUpArea.OFFICE, code, {"is_active": False})
    say_both("Đã đóng {code}.", code=code)
