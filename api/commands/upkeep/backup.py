"""`tannha backup`, `tannha restore`, `tannha migrate`: keeping the database, and bringing it up to date."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.opening import acting, connected, say_both
from postal import chain, current_revision, upgrade
from postal.access import audit
from postal.operation import backup as backups
from postal.operation import copies, presence

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Write the whole database to FILE while everything goes on, and FILE.json with its checksum beside it.

    The keys of the settings are not in it: keep them in another place, without them nobody can read it.
    """
    with connected() as services:
        made = backups.back_up(services.database.engine, file, now=services.now())
    say_both(
        "Đã sao lưu {size} MB vào {file}, đã kiểm tra. {sha256}",
        size=f"{made.n_bytes / 1000000.0:.1f}",
        file=file,
        sha256=made.sha256,
    )


@click.command()
@click.argument("file", type=_FILE)
@click.option("--yes", is_flag=True, help="Thay dữ liệu đang có / replace the data there is.")
@click.option("--check", is_flag=True, help="Chỉ kiểm tra / only verify the file.")
def restore(file: Path, *, yes: bool, check: bool) -> None:
    """Verify FILE, then replace the database by it, wholly or not at all. Refused while the service runs.

    The copy then waits: see `tannha restored`.
    """
    if check:
        found = backups.verify(file)
        say_both("Bản sao lưu tốt: {made_at}, phiên bản {revision}.", made_at=found.made_at, revision=found.revision)
        return
    with connected() as services:
        engine = services.database.engine
        if not yes and current_revision(engine) is not None:
            raise click.ClickException(
                "Cơ sở dữ liệu đang có dữ liệu; thêm --yes để thay. / The database is not empty; --yes replaces it."
            )
        with presence.alone(engine):
            done = backups.restore(engine, file)
            upgrade(engine)
            with acting(services) as act:
                chain.begin_kinds(act.session, now=act.now)
                copies.hold(act.session, now=act.now)
                audit.note(act, "restored", "installation", made_at=done.made_at, sha256=done.sha256)
    say_both("Đã khôi phục bản sao lưu lúc {made_at}.", made_at=done.made_at)
    say_both(
        "Bản này chưa gửi tin báo và chưa cấp số: tannha restored cho biết phải khai gì.",
    )


@click.command()
def migrate() -> None:
    """Bring the tables to this version; safe to repeat. Take a backup first."""
    with connected() as services:
        before = current_revision(services.database.engine)
        upgrade(services.database.engine)
        with acting(services) as act:  # what an older version recorded and did not bind yet
            chain.begin_kinds(act.session, now=act.now)
            chain.ensure_signing_key(act)
        after = current_revision(services.database.engine)
    if before == after:
        say_both("Bảng dữ liệu đã ở phiên bản {after}.", after=after)
    else:
        say_both("Đã nâng bảng dữ liệu từ {before} lên {after}.", before=before or "–", after=after)
