"""`tannha seed`: a province, its offices, coverage, couriers, promises and days off, as tables in and tables out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path

import click

from api.commands.opening import acting, opened, say_both, show
from api.wiring import Services
from postal import Message, chain, models
from postal.access import audit
from postal.network import draft, home, offices, places, tables
from routing import Province, Register, find_province

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--province", "name", help="Tỉnh, thành phố / the province, as people write it.")
@click.option("--post-name", help="Tên bưu điện trên giấy tờ / what papers call the post.")
@click.option("--from", "folder", type=_FOLDER, help="Thư mục chứa các bảng / folder with edited tables.")
@click.option("--export", type=_FOLDER, help="Ghi mạng lưới ra các bảng / write the network as tables and end.")
@click.option("--replace", is_flag=True, help="Các bảng là đúng: sửa cả dòng đã có / the tables are the truth.")
@click.option("--dry-run", is_flag=True, help="Chỉ nói sẽ làm gì / say what would happen, record nothing.")
def seed(
    name: str | None, post_name: str | None, folder: Path | None, export: Path | None, *, replace: bool, dry_run: bool
) -> None:
    """Set up a province: its offices, who serves which commune, couriers, delivery days, promises and days off.

    Without --province the one set up before, else Huế, which has shipped tables; any other begins as a draft. Write it
    out (--export FOLDER), put it right, bring it in again (--from FOLDER): a draft is replaced by that; later imports
    only add, unless --replace is given.
    """
    with opened() as services:
        if export is not None:
            _export(services, export)
            return
        province = find_province(name or services.ground.home.province)
        _bring_in(services, _Order(province, post_name, folder, replaces=replace, is_trial=dry_run))


@dataclass(frozen=True)
class _Order:
    """What was asked for."""

    province: Province
    post_name: str | None
    folder: Path | None
    _: KW_ONLY
    replaces: bool
    is_trial: bool

    @property
    def is_draft(self) -> bool:
        """Say whether the tables would come from nobody but the draft."""
        return self.folder is None and not draft.is_shipped(self.province)

    def tables(self, register: Register) -> tables.NetworkTables:
        """Return the tables to bring in. Raises BadPlaces, NotFound."""
        if self.folder is not None:
            return tables.read_tables(self.folder, register)
        return draft.starting_tables(register, self.province)


def _bring_in(services: Services, order: _Order) -> None:
    wanted = order.tables(services.ground.register_of(order.province))
    with acting(services) as act:
        session = act.session
        here = home.serve(session, order.province, post_name=order.post_name)
        if order.is_draft and offices.offices(session):
            done = places.Seeded()  # drafted before: what people did to it since is not drafted over
        else:
            replaces = order.replaces or (order.folder is not None and here.is_draft)
            done = places.seed(session, wanted, now=act.now, replaces=replaces)
            here.is_draft = order.is_draft
        chain.ensure_signing_key(act)
        audit.note(
            act,
            "network_seeded",
            "installation",
            province=order.province.name,
            n_offices=done.n_offices,
            n_couriers=done.n_couriers,
            n_changed=done.n_changed,
        )
        known = offices.offices(session)
        _show_offices(known, places.exported(session))
        post, is_draft = here.post_name, here.is_draft
        if order.is_trial:
            session.rollback()
    would = Message("Chỉ thử, không ghi gì. ") if order.is_trial else ""
    say_both(
        "{would}{post}: thêm {n_offices} đơn vị, {n_communes} xã, phường, {n_couriers} bưu tá; sửa "
        "{n_changed}, đóng {n_closed}.",
        would=would,
        post=post,
        n_offices=done.n_offices,
        n_communes=done.n_communes,
        n_couriers=done.n_couriers,
        n_changed=done.n_changed,
        n_closed=done.n_closed,
    )
    if is_draft:
        say_both(
            "Mạng lưới này là BẢN THẢO: tannha seed --export THƯ_MỤC, sửa các bảng, rồi tannha seed --from THƯ_MỤC.",
        )


def _show_offices(known: Sequence[models.Office], found: tables.NetworkTables) -> None:
    n_communes = Counter(row.office_code for row in found.coverage)
    n_couriers = Counter(row.office_code for row in found.couriers)
    show(
        ("Mã", "Tên", "Xã, phường", "Bưu tá"),
        [
            (one.code, one.name, n_communes[one.code] or "", n_couriers[one.code] or "")
            for one in known
            if one.is_active
        ],
    )


def _export(services: Services, folder: Path) -> None:
    with acting(services) as act:
        found = places.exported(act.session)
        audit.note(act, "network_exported", "installation", n_couriers=len(found.couriers))
    tables.write_tables(folder, found)
    say_both(
        "Đã ghi {n_offices} bưu cục, {n_coverage} xã, phường, {n_couriers} bưu tá vào {folder}. Bảng bưu tá "
        "có họ tên: giữ kín, xóa khi xong.",
        n_offices=len(found.offices),
        n_coverage=len(found.coverage),
        n_couriers=len(found.couriers),
        folder=folder,
    )
