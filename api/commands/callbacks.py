"""`tannha endpoint`, `tannha send-callbacks`: who is told of events, and the telling itself."""

from __future__ import annotations

import click

from api.commands.opening import acting, opened, say_both, show
from api.wiring import callback_policy
from postal import outside
from postal.access import audit


@click.group()
def endpoint() -> None:
    """Nơi nhận tin báo / receivers of callbacks."""


@endpoint.command("add")
@click.argument("source_system")
@click.argument("url")
@click.option("--kind", "kinds", multiple=True, help="item.delivered …; không chọn là mọi loại / none: every kind.")
def add_endpoint(source_system: str, url: str, kinds: tuple[str, ...]) -> None:
    """Register where SOURCE_SYSTEM is told. The secret is printed once, alone on the last line."""
    with opened() as services, acting(services) as act:
        now = act.now
        policy = callback_policy(services.settings)
        added, secret = outside.register_endpoint(act.session, source_system, url, kinds, policy=policy, now=now)
        audit.note(act, "endpoint_added", "endpoint", added.id)
        number = added.id
    say_both("Nơi nhận số {number}. Khóa ký chỉ hiện một lần:", number=number)
    click.echo(secret)


@endpoint.command("list")
def list_endpoints() -> None:
    """List endpoints and how they stand; secrets are never shown again."""
    with opened() as services, services.database.read() as session:
        rows: list[tuple[object, ...]] = [
            (one.id, one.source_system, str(one.state), one.failing_since, one.url, " ".join(one.kinds) or "*")
            for one in outside.endpoints_of(session)
        ]
    show(("id", "source system", "state", "failing since", "url", "kinds"), rows)


@endpoint.command("rotate")
@click.argument("endpoint_id", type=int)
def rotate(endpoint_id: int) -> None:
    """Give an endpoint a new secret, printed once on the last line; for 24 hours both sign."""
    with opened() as services, acting(services) as act:
        now = act.now
        secret = outside.rotate_secret(act.session, outside.find_endpoint(act.session, endpoint_id), now=now)
        audit.note(act, "secret_rotated", "endpoint", endpoint_id)
    say_both("Khóa ký mới; khóa cũ còn hiệu lực 24 giờ:")
    click.echo(secret)


@endpoint.command("change")
@click.argument("endpoint_id", type=int)
@click.option("--url", help="Địa chỉ mới / the new address; the secret stays.")
@click.option("--kind", "kinds", multiple=True, help="item.delivered …; không chọn thì giữ như cũ / none: as before.")
@click.option("--every-kind", is_flag=True, help="Nhận mọi loại / every kind.")
def change(endpoint_id: int, url: str | None, kinds: tuple[str, ...], *, every_kind: bool) -> None:
    """Send to another address, or other kinds, from now on."""
    with opened() as services, acting(services) as act:
        found = outside.find_endpoint(act.session, endpoint_id)
        wanted = () if every_kind else kinds or found.kinds
        policy = callback_policy(services.settings)
        outside.change_endpoint(act.session, found, url=url or found.url, kinds=wanted, policy=policy)
        audit.note(act, "endpoint_changed", "endpoint", endpoint_id)
    say_both("Đã sửa nơi nhận số {number}.", number=endpoint_id)


@endpoint.command("remove")
@click.argument("endpoint_id", type=int)
@click.confirmation_option(prompt="Tin chưa gửi sẽ mất, không lấy lại được / unsent messages are lost for good")
def remove(endpoint_id: int) -> None:
    """Take an endpoint away for good; what waits for it is dropped."""
    with opened() as services, acting(services) as act:
        n_dropped = outside.remove_endpoint(act.session, outside.find_endpoint(act.session, endpoint_id))
        audit.note(act, "endpoint_removed", "endpoint", endpoint_id, n_dropped=n_dropped)
    say_both("Đã bỏ nơi nhận số {number}; {n_dropped} tin không gửi nữa.", number=endpoint_id, n_dropped=n_dropped)


@endpoint.command("pause")
@click.argument("endpoint_id", type=int)
def pause(endpoint_id: int) -> None:
    """Keep what comes, send nothing."""
    with opened() as services, acting(services) as act:
        outside.pause(act.session, outside.find_endpoint(act.session, endpoint_id))
        audit.note(act, "endpoint_paused", "endpoint", endpoint_id)
    say_both("Đã tạm dừng.")


@endpoint.command("resume")
@click.argument("endpoint_id", type=int)
def resume(endpoint_id: int) -> None:
    """Send again; everything that was parked meanwhile goes first, in order, under its old ids."""
    with opened() as services, acting(services) as act:
        outside.resume(act.session, outside.find_endpoint(act.session, endpoint_id))
        n_again = outside.replay(act.session, endpoint_id, now=act.now)
        audit.note(act, "endpoint_resumed", "endpoint", endpoint_id, n_again=n_again)
    say_both("Đã mở lại; {n_again} tin sẽ được gửi lại.", n_again=n_again)


@click.command("send-callbacks")
def send_callbacks() -> None:
    """Send every callback that is due now, then end. The worker does this all the time by itself."""
    with opened() as services:
        report = outside.send_due(services.database, services.sender, now=services.now())
    say_both("Đã gửi {n_sent}, lỗi {n_failed}.", n_sent=report.n_sent, n_failed=report.n_failed)
    if report.disabled_endpoint_ids:
        say_both("Đã tắt nơi nhận {endpoints}.", endpoints=list(report.disabled_endpoint_ids))
