"""`tannha verify`: is every event and receipt still there, unchanged and in its place?"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from api.commands.opening import connected
from api.wiring import Services
from api.words import translate
from postal import chain
from postal.life import check_items

_HEADS = "head-*.json"


@click.command()
@click.option("--heads", type=click.Path(exists=True, path_type=Path), help="Mốc đã ký / signed heads.")
@click.option("--anchor", type=click.Path(file_okay=False, path_type=Path), help="Ghi mốc hôm nay / sign today's head.")
@click.option("--receipt", help="Nội dung mã vuông trên biên bản / the text of a receipt's square code.")
@click.option("--public-key", help="Khóa công khai; để trống là khóa của hệ thống / without it the house's own.")
@click.option("--show-key", is_flag=True, help="In khóa công khai / print the public key.")
def verify(
    heads: Path | None, anchor: Path | None, receipt: str | None, public_key: str | None, show_key: bool
) -> None:
    """Check the chain of custody and name the first broken place; exit code 1 where something is wrong.

    A single paper receipt is checked by --receipt and --public-key alone: no database and no settings are needed.
    """
    if receipt is not None and public_key is not None:
        _say_receipt(chain.read_receipt_code(receipt, public_key))
        return
    with connected() as services:
        if show_key:
            for key in _own_keys(services):
                since = f"{key.since:%Y-%m-%d}" if key.since else "–"
                click.echo(f"{key.text}\n{chain.digest_of_key(key.text)}\n{key.name or 'TN1'}, {since}")
        elif receipt is not None:
            _match(services, receipt)
        else:
            if anchor is not None:
                _anchor(services, anchor)
            _check(services, heads or anchor, public_key)


def _own_keys(services: Services) -> list[chain.PublicKey]:
    with services.database.read() as session:
        return chain.signing_keys(session)


def _anchor(services: Services, folder: Path) -> None:
    """Seal everything and leave today's signed head in a folder that should not live beside the database."""
    now = services.now()
    day = now.astimezone(ZoneInfo(services.settings.timezone)).date()
    with services.database.write() as session:
        head = chain.sign_day(session, day, now=now)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"head-{day:%Y-%m-%d}.json"
    part = path.with_suffix(".part")
    part.write_text(head.to_json(), encoding="utf-8")
    os.replace(part, path)
    click.echo(f"Mốc {head.position} đã ký: {path} / signed head")


def _check(services: Services, heads: Path | None, public_key: str | None) -> None:
    anchors = _read_heads(heads, [public_key] if public_key else [key.text for key in _own_keys(services)])
    began = time.perf_counter()
    with services.database.read() as session:
        checked = chain.check_chain(session, anchors=anchors)
        others = [*chain.check_people(session), *chain.check_pictures(session), *check_items(session)]
    took_s = time.perf_counter() - began
    for broken in [checked.broken, *others]:
        if broken is not None:
            why = chain.WHY[broken.why]
            where = f"{broken.kind or 'chain'} {broken.subject_id or ''}".strip()
            place = f"mắt xích {broken.position}, {where}" if broken.position else where
            click.echo(f"HỎNG ở {place}: {why} / {translate(why, 'en')}")
    click.echo(f"{checked.n_links} mắt xích, {len(anchors)} mốc đã ký, {took_s:.1f} s. Đầu / head: {checked.head}")
    if checked.broken is not None or others:
        sys.exit(1)


def _read_heads(heads: Path | None, public_keys: Sequence[str]) -> list[chain.SignedHead]:
    if heads is None:
        return []
    files = sorted(heads.glob(_HEADS)) if heads.is_dir() else [heads]
    return [_read_head(file.read_text(encoding="utf-8"), public_keys) for file in files]


def _read_head(content: str, public_keys: Sequence[str]) -> chain.SignedHead:
    """Return a head signed by one of these keys, present or past. Raises BadSignature."""
    named = chain.read_head(content).public_key
    return chain.read_head(content, named if named in public_keys else public_keys[0])


def _match(services: Services, receipt: str) -> None:
    with services.database.read() as session:
        sealed = chain.read_receipt_code(receipt, chain.public_key_for(session, receipt))
        match = chain.match_receipt(session, sealed)
    _say_receipt(sealed)
    if not match.is_same:
        say = "không có trong cơ sở dữ liệu / unknown here" if not match.is_known else "khác bản đã ghi / not the same"
        click.echo(f"HỎNG: biên bản {sealed.number} {say}")
        sys.exit(1)
    click.echo("Khớp với cơ sở dữ liệu. / The database holds the same receipt.")


def _say_receipt(sealed: chain.SealedReceipt) -> None:
    click.echo(
        f"Chữ ký đúng / signature good: {sealed.number}, {sealed.leg}, {sealed.handed_over_at:%Y-%m-%d %H:%M} UTC, "
        f"{sealed.n_present}/{sealed.n_expected} bưu gửi, mắt xích {sealed.position}"
    )
