"""`tannha doctor`: one line for each thing that must be well, and an exit code a watchdog understands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import click

from api.settings import Settings, SettingsMissing, load_settings
from api.wiring import Services, build_services
from postal import desk, models
from postal.operation import doctor as doctors
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
        _say([doctors.Finding(check="settings", level=doctors.Level.BAD, vi=exc.vi, en=exc.en)])
        sys.exit(1)
    services = build_services(settings)
    try:
        found = [*_settings(settings), *doctors.examine(services.database, now=services.now())]
        if isinstance(services.travel, Osrm) and not _is_broken(
            [f for f in found if f.check in ("database", "revision")]
        ):
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

    def finding(level: doctors.Level, vi: str, en: str) -> doctors.Finding:
        return doctors.Finding(check="roads", level=level, vi=vi, en=en)

    places = list(points.values())
    try:
        off_map = [c for c, away in zip(points, roads.snaps_m(places), strict=True) if away is None]
        by_ferry = set(roads.only_by_ferry(places[0], places)) if places else set()
    except EngineUnavailable as exc:
        vi, en = "OSRM chưa trả lời, phương án sẽ tính theo đường thẳng", "OSRM is silent: plans use the straight line"
        return finding(doctors.Level.WARN, vi, f"{en} ({exc.code})")
    cut_off = [code for code, point in points.items() if point in by_ferry]
    if off_map or cut_off:
        vi = f"bưu cục ngoài bản đồ: {', '.join(off_map) or 'không'}; chỉ đến bằng phà: {', '.join(cut_off) or 'không'}"
        en = f"offices off the map: {', '.join(off_map) or 'none'}; by ferry only: {', '.join(cut_off) or 'none'}"
        return finding(doctors.Level.WARN, vi, en)
    return finding(
        doctors.Level.OK, f"OSRM biết đường đến {len(points)} bưu cục", f"OSRM knows the roads to {len(points)} offices"
    )


def _say(found: list[doctors.Finding]) -> None:
    for finding in found:
        sign = click.style(_SIGNS[finding.level], fg=_COLOURS[finding.level])
        click.echo(f"{sign}  {finding.check:<10}{finding.vi}. / {finding.en}.")


def _settings(settings: Settings) -> Iterator[doctors.Finding]:
    n_before = 0
    for name, vi, en in _doubts(settings):
        n_before += 1
        yield doctors.Finding(check="settings", level=doctors.Level.WARN, vi=f"TANNHA_{name}: {vi}", en=en)
    if not n_before:
        yield doctors.Finding(check="settings", level=doctors.Level.OK, vi="cài đặt đủ", en="the settings are complete")


def _doubts(settings: Settings) -> Iterator[tuple[str, str, str]]:
    url = urlsplit(settings.public_url)
    if url.scheme != "https" and url.hostname not in _LOCAL:
        yield "PUBLIC_URL", "người dân cần https", "citizens need https"
    if not settings.rate_limits_enabled:
        yield "RATE_LIMITS_ENABLED", "đang tắt, mã tra cứu có thể bị dò", "off: tracking codes can be guessed at"
    if settings.n_web_processes > 1 and settings.database_url.startswith("sqlite"):
        yield "N_WEB_PROCESSES", "nhiều tiến trình cần PostgreSQL", "several processes need PostgreSQL"
    if settings.n_web_processes > 1 and settings.rate_limit_storage_url.startswith("memory"):
        yield (
            "RATE_LIMIT_STORAGE_URL",
            "mỗi tiến trình đếm riêng; dùng redis://",
            "each process counts alone; use redis://",
        )
    if settings.callback_allow_http_hosts:
        yield "CALLBACK_ALLOW_HTTP_HOSTS", "tin báo đi không mã hoá", "callbacks travel without TLS"
