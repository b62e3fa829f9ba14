"""`tannha doctor`: one line for each thing that must be well, and an exit code a watchdog understands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click

from api.commands.upkeep.probing import answers
from api.settings import Settings, SettingsMissing, load_settings, unknown_settings
from api.wiring import Services, build_services
from api.words import translate
from postal import Message, desk, models
from postal.operation import doctor as doctors
from postal.rules import LOCAL
from routing import EngineUnavailable, Osrm, Point

_SIGNS = {doctors.Level.OK: "tốt  ok  ", doctors.Level.WARN: "chú ý warn", doctors.Level.BAD: "HỎNG bad "}
_COLOURS = {doctors.Level.OK: "green", doctors.Level.WARN: "yellow", doctors.Level.BAD: "red"}
_LOCAL = {"127.0.0.1", "localhost", "::1"}


@click.command()
def doctor() -> None:
    """Look the installation over. Exit code 0: well or warnings only; 1: something is broken."""
    try:
        settings = load_settings()
    except SettingsMissing as exc:
        _say([doctors.Finding(check="settings", level=doctors.Level.BAD, message=exc.message)])
        sys.exit(1)
    services = build_services(settings)
    try:
        found = [*_settings(settings), _zone(services), *_servers(settings)]
        found += doctors.examine(services.database, now=services.now())
        is_readable = not _is_broken([one for one in found if one.check in ("database", "revision")])
        if is_readable and isinstance(services.travel, Osrm):
            found.append(_roads(services, services.travel))
    finally:
        services.database.engine.dispose()
    _say(found)
    if _is_broken(found):
        sys.exit(1)


def _is_broken(found: list[doctors.Finding]) -> bool:
    return any(finding.level is doctors.Level.BAD for finding in found)


def _roads(services: Services, roads: Osrm) -> doctors.Finding:
    """Ask the road engine how the delivery offices lie: off the map, or behind a ferry."""
    with services.database.read() as session:
        offices = desk.offices(session, models.OfficeKind.DELIVERY)
        points = {o.code: Point(lat=o.lat, lon=o.lon) for o in offices if o.lat is not None and o.lon is not None}

    def finding(level: doctors.Level, message: Message) -> doctors.Finding:
        return doctors.Finding(check="roads", level=level, message=message)

    places = list(points.values())
    try:
        off_map = [c for c, away in zip(points, roads.snaps_m(places), strict=True) if away is None]
        by_ferry = set(roads.only_by_ferry(places[0], places)) if places else set()
    except EngineUnavailable:
        return finding(doctors.Level.WARN, Message("OSRM chưa trả lời, phương án sẽ tính theo đường thẳng"))
    cut_off = [code for code, point in points.items() if point in by_ferry]
    if off_map or cut_off:
        lost = Message("bưu cục ngoài bản đồ: {off_map}; chỉ đến bằng phà: {by_ferry}").filled(
            off_map=", ".join(off_map) or "–", by_ferry=", ".join(cut_off) or "–"
        )
        return finding(doctors.Level.WARN, lost)
    return finding(doctors.Level.OK, Message("OSRM biết đường đến {count} bưu cục").filled(count=len(points)))


def _say(found: list[doctors.Finding]) -> None:
    for finding in found:
        sign = click.style(_SIGNS[finding.level], fg=_COLOURS[finding.level])
        click.echo(f"{sign}  {finding.check:<10}{finding.message}. / {translate(finding.message, 'en')}.")


def _settings(settings: Settings) -> Iterator[doctors.Finding]:
    n_before = 0
    for name, doubt in _doubts(settings):
        n_before += 1
        said = Message("{setting}: {doubt}").filled(setting=f"TANNHA_{name}", doubt=doubt)
        yield doctors.Finding(check="settings", level=doctors.Level.WARN, message=said)
    if not n_before:
        yield doctors.Finding(check="settings", level=doctors.Level.OK, message=Message("cài đặt đủ"))


def _zone(services: Services) -> doctors.Finding:
    """Say what people's clocks show; days and promises are counted in Vietnam's, whatever the setting."""
    name = services.settings.timezone
    local, law = services.now().astimezone(ZoneInfo(name)), services.now().astimezone(LOCAL)
    is_law = local.utcoffset() == law.utcoffset()
    says = Message("giờ địa phương {time} ({zone})")
    if not is_law:
        says = Message("trang và giấy tờ ghi {time} ({zone}), nhưng ngày làm việc tính theo {law}")
    return doctors.Finding(
        check="timezone",
        level=doctors.Level.OK if is_law else doctors.Level.WARN,
        message=says.filled(time=f"{local:%H:%M %d/%m/%Y}", zone=name, law=LOCAL.key),
    )


def _servers(settings: Settings) -> Iterator[doctors.Finding]:
    """Ask the Redis of the rate limits and the broker of the jobs, where there are any."""
    if not settings.rate_limit_storage_url.startswith("memory"):
        yield _server(
            "redis",
            settings.rate_limit_storage_url,
            Message("Redis trả lời"),
            Message("Redis không trả lời: mỗi tiến trình tự đếm giới hạn"),
        )
    if settings.broker_url:
        yield _server(
            "broker",
            settings.broker_url,
            Message("broker trả lời"),
            Message("broker không trả lời: việc nền tìm trong bảng, chậm hơn một chút"),
        )


def _server(check: str, url: str, well: Message, silent: Message) -> doctors.Finding:
    if answers(url):
        return doctors.Finding(check=check, level=doctors.Level.OK, message=well)
    return doctors.Finding(check=check, level=doctors.Level.WARN, message=silent)


def _doubts(settings: Settings) -> Iterator[tuple[str, Message]]:
    for name in unknown_settings():
        yield name.removeprefix("TANNHA_"), Message("không có cài đặt tên này")
    url = urlsplit(settings.public_url)
    if url.scheme != "https" and url.hostname not in _LOCAL:
        yield "PUBLIC_URL", Message("người dân cần https")
    if not settings.rate_limits_enabled:
        yield "RATE_LIMITS_ENABLED", Message("đang tắt, mã tra cứu có thể bị dò")
    if settings.n_web_processes > 1 and settings.database_url.startswith("sqlite"):
        yield "N_WEB_PROCESSES", Message("nhiều tiến trình cần PostgreSQL")
    if settings.n_web_processes > 1 and settings.rate_limit_storage_url.startswith("memory"):
        yield "RATE_LIMIT_STORAGE_URL", Message("mỗi tiến trình đếm riêng; dùng redis://")
    if settings.callback_allow_http_hosts:
        yield "CALLBACK_ALLOW_HTTP_HOSTS", Message("tin báo đi không mã hóa")
