"""`tannha user`, `tannha api-key`, `tannha rotate-keys`: who may come in, and with which keys data is sealed."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.commands.opening import acting, opened, say_both, show
from api.commands.setup.changing import change
from api.commands.setup.tables import asked_name, read_text, refuse_wrong, write_passwords
from postal import NewUser, Role, Scope, chain
from postal.access import accounts, audit, factors, keys, user_rows
from postal.models import SetUpArea
from postal.people import resealing

_BATCH = 1_000


@click.group()
def user() -> None:
    """Những người được đăng nhập / the people who may sign in."""


@user.command("add")
@click.argument("username")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help="Vai trò / role.")
@click.option("--name", help="Họ và tên / full name; asked for at a terminal.")
@click.option("--office", help="Mã đơn vị / code of the office; without it the whole province.")
@click.option("--courier", help="Mã bưu tá / code of the courier (role courier).")
def add_user(username: str, role: str, name: str | None, office: str | None, courier: str | None) -> None:
    """Add a person. The password is asked for, or read as one line from standard input; never an argument."""
    full_name = asked_name(name)
    password = _password()
    with opened() as services, acting(services) as act:
        new = NewUser(
            username=username,
            password=password,
            full_name=full_name,
            role=Role(role),
            office_id=accounts.office_id_of(act.session, office) if office else None,
            courier_id=accounts.courier_id_of(act.session, courier) if courier else None,
        )
        added = accounts.add_user(act.session, new, now=act.now)
        audit.note(act, "user_added", "user", added.id)
        say_both("Đã thêm {username} ({role}).", username=added.username, role=role)


@user.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--passwords", type=click.Path(dir_okay=False, path_type=Path), help="Tệp mới để ghi mật khẩu / new file."
)
@click.option("--dry-run", is_flag=True, help="Chỉ đọc thử / say what would happen, record nothing.")
def import_users(file: Path, passwords: Path | None, *, dry_run: bool) -> None:
    """Add everybody in FILE (CSV: username,role,full_name,office_code,courier_code), wholly or not at all.

    Each gets a password made here, written to --passwords FILE, which only its owner can read: hand them out, then
    delete it.
    """
    if passwords is None and not dry_run:
        raise click.UsageError("Thiếu --passwords / --passwords is missing")
    with opened() as services, acting(services) as act:
        people, wrong = user_rows.read_users(act.session, file.name, read_text(file))
        refuse_wrong(wrong)
        if not dry_run and passwords is not None:
            write_passwords(passwords, people)
            for new in people:
                added = accounts.add_user(act.session, new, now=act.now)
                audit.note(act, "user_added", "user", added.id)
    if dry_run:
        say_both("Tệp tốt: sẽ thêm {n_people} người. Chưa ghi gì.", n_people=len(people))
    else:
        say_both("Đã thêm {n_people} người; mật khẩu trong {passwords}.", n_people=len(people), passwords=passwords)


@user.command("password")
@click.argument("username")
def set_password(username: str) -> None:
    """Give a person a new password; their sessions end."""
    password = _password()
    with opened() as services, acting(services) as act:
        found = accounts.find_user(act.session, username)
        accounts.change_password(act, found, password)
        audit.note(act, "password_set", "user", found.id)
        say_both("Đã đổi mật khẩu của {username}.", username=found.username)


@user.command("list")
def list_users() -> None:
    """List user names, roles and offices; no names of people."""
    with opened() as services, services.database.read() as session:
        rows: list[tuple[object, ...]] = [
            (one.username, str(one.role), one.office_id, one.courier_id, "" if one.is_active else "đã khóa / disabled")
            for one in accounts.users(session)
        ]
    show(("username", "role", "office", "courier", ""), rows)


@user.command("disable")
@click.argument("username")
def disable_user(username: str) -> None:
    """Keep a person from signing in and end their sessions at once."""
    with opened() as services, acting(services) as act:
        found = accounts.find_user(act.session, username)
        change(act, SetUpArea.USER, found.username, {"is_active": False})
        say_both("Đã khóa {username}.", username=found.username)


@user.command("reset-factor")
@click.argument("username")
def reset_factor(username: str) -> None:
    """Take away a person's second factors, who lost them; they are signed out and add one anew."""
    with opened() as services, acting(services) as act:
        found = accounts.find_user(act.session, username)
        factors.reset(act, found, reason=f"tannha {act.by.command}")
        say_both("Đã gỡ yếu tố thứ hai của {username}.", username=found.username)


@click.group("api-key")
def api_key() -> None:
    """Khóa API của hệ thống khác / keys of other systems."""


@api_key.command("add")
@click.argument("source_system")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([str(scope) for scope in Scope]))
@click.option("--office", help="Mã đơn vị / code of the office the key is bound to.")
def add_key(source_system: str, scopes: tuple[str, ...], office: str | None) -> None:
    """Make a key for a system. Its text is printed once, alone on the last line, and stored nowhere."""
    with opened() as services, acting(services) as act:
        prefix, system = keys.new_prefix(), keys.clean_system(source_system)
        after = {"system": system, "scopes": sorted(set(scopes)), "office": office, "is_active": True}
        change(act, SetUpArea.KEY, prefix, after)
        key = keys.find_api_key(act.session, prefix)
        text = keys.give_text(act.session, key)
        said = f"{key.source_system}: {', '.join(key.scopes)}"
    say_both("Khóa của {said}. Chỉ hiện một lần:", said=said)
    click.echo(text)


@api_key.command("list")
def list_keys() -> None:
    """List keys by their public part."""
    with opened() as services, services.database.read() as session:
        rows: list[tuple[object, ...]] = [
            (key.prefix, key.source_system, " ".join(key.scopes), "đã thu hồi / revoked" if key.revoked_at else "")
            for key in keys.api_keys(session)
        ]
    show(("prefix", "source system", "scopes", ""), rows)


@api_key.command("revoke")
@click.argument("prefix")
def revoke_key(prefix: str) -> None:
    """End a key at once; PREFIX is its public part (tn_PREFIX_…)."""
    with opened() as services, acting(services) as act:
        key = keys.find_api_key(act.session, prefix.removeprefix("tn_").partition("_")[0])
        change(act, SetUpArea.KEY, key.prefix, {"is_active": False})
        say_both("Đã thu hồi {prefix} của {source_system}.", prefix=key.prefix, source_system=key.source_system)


@click.command("rotate-keys")
@click.option("--batch", default=_BATCH, show_default=True, type=click.IntRange(1, 100_000))
def rotate_keys(batch: int) -> None:
    """Seal everything again with the newest of TANNHA_VAULT_KEYS.

    Put the new key first in the settings, keep the old one behind it, restart, run this; when it is done the old
    key can go. Stop it at any moment: it goes on where it was.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with opened() as services:
        with services.database.read() as session:
            n_all = resealing.n_left(session)
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task, n_done = bar.add_task("Mã hóa lại / resealing", total=n_all), 0
            while True:
                with services.database.write() as session:
                    n_batch = resealing.reseal_batch(session, limit=batch)
                if not n_batch:
                    break
                n_done += n_batch
                bar.update(task, completed=n_done)
        with acting(services) as act:
            audit.note(act, "keys_rotated", "vault", n_records=n_done)
    say_both("Đã mã hóa lại {n_done} bản ghi.", n_done=n_done)


@click.command()
def rotate_signing_key() -> None:
    """Make a new key that signs receipts and heads from now on; what was signed before still verifies."""
    with opened() as services, acting(services) as act:
        made = chain.new_signing_key(act)
    say_both("Khóa ký mới {name}: {digest}", name=made.name, digest=chain.digest_of_key(made.text))


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt("Mật khẩu / password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")
