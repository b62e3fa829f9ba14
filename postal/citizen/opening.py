"""Opening a recipient's page: by a code and four digits, by digits sent to the phone, by the label's link.

Unknown, forbidden and wrong are one answer: nothing. What follows from a try is written in the try's own transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from postal.access import devices
from postal.access.act import Act
from postal.citizen.dossiers import DossierHistory, called, history_of_dossier
from postal.citizen.guessing import (
    Brake,
    count_asked,
    count_for_code,
    count_on_known_device,
    count_wrong,
    is_all_braked,
    is_source_braked,
    keys_of,
    uncount_for_code,
)
from postal.citizen.history import PublicHistory, by_item
from postal.citizen.sent_codes import N_DIGITS, Addressee, ask_for_code, is_right
from postal.life.items import as_written, is_called
from postal.models import Consignment, Item
from postal.people import phone_tail_matches
from postal.rules.codes import bare_code

_WITH_PERSON = joinedload(Item.consignment).joinedload(Consignment.person)


@dataclass(frozen=True, kw_only=True)
class Try:
    """One try at a page: the code as it was typed, the digits, the device's cookie, and where it comes from."""

    code: str
    digits: str
    device: str
    source: str

    def __repr__(self) -> str:
        return "<Try>"


@dataclass(frozen=True)
class _Meant:
    """Somebody a code may mean, and what is shown to that person alone."""

    subject: str
    addressee: Addressee
    show: Callable[[], PublicHistory | DossierHistory | None]


def open_by_digits(act: Act, tried: Try) -> PublicHistory | DossierHistory | None:
    """Return the history for an S10 or dossier code and the phone's last four digits; None whatever was wrong.

    What is wrong is counted; a device that was right is known from then on.
    """
    meant = _meant(act, tried.code)
    brake = _brake(act, tried, meant)
    # A braked source is not judged, so it uses up nothing of a code's tries.
    is_counted = not is_source_braked(act.session, brake, act.now)
    is_open = is_counted and count_for_code(act, brake) and not is_all_braked(act.session, act.now)
    for one in meant if _are_digits(tried.digits, 4) else ():
        is_ours = devices.is_known(act.session, tried.device, one.subject, now=act.now)
        if is_ours and not is_open:
            is_ours = count_on_known_device(act, tried.device, brake)
        if (is_open or is_ours) and phone_tail_matches(act.session, one.addressee.person, tried.digits):
            if is_counted:
                uncount_for_code(act, brake)
            _know(act, tried.device, one.subject)
            return one.show()
    count_wrong(act, brake)
    return None


def send_code(act: Act, tried: Try, *, language: str) -> None:
    """Send digits to the registered phone of whoever this code is for; says nothing, whatever becomes of it.

    Where two systems use one code it is for several people: each phone gets digits of its own.

    Wrong tries from the same address do not count here: behind a carrier's one address others may have guessed. What
    one address may ask for is braked by itself, what one phone is sent by `postal.citizen.sent_codes`.
    """
    meant = _meant(act, tried.code)
    may_ask = count_asked(act, tried.source)
    by_phone: dict[str | None, Addressee | None] = {}
    for one in meant if may_ask else ():
        by_phone.setdefault(one.addressee.person.phone_hash, one.addressee)
    for to in by_phone.values() or (None,):
        ask_for_code(act, tried.code, to, language=language)


def open_by_sent_code(act: Act, tried: Try) -> PublicHistory | DossierHistory | None:
    """Return the history for a code and the digits sent to the registered phone; None whatever was wrong."""
    meant = _meant(act, tried.code)
    brake = _brake(act, tried, meant)
    sent = (
        is_right(act, [one.addressee for one in meant], tried.digits) if _are_digits(tried.digits, N_DIGITS) else None
    )
    for one in meant:
        if sent is not None and (one.addressee.consignment_id, one.addressee.dossier_id) == (
            sent.consignment_id,
            sent.dossier_id,
        ):
            _know(act, tried.device, one.subject)
            return one.show()
    count_wrong(act, brake)
    return None


def know_device(act: Act, device: str, history: PublicHistory) -> None:
    """Know a device that opened a history by the label's link."""
    _know(act, device, f"consignment:{history.consignment_id}")


def _items(act: Act, code: str) -> list[Item]:
    if not 4 <= len(bare_code(code)) <= 80:
        return []
    query = select(Item).options(_WITH_PERSON).where(is_called(code))
    # Two systems may use one dossier code, and a dossier may be collected and its result delivered.
    return list(act.session.scalars(query.order_by(as_written(code), Item.id.desc()).limit(10)))


def _meant(act: Act, code: str) -> list[_Meant]:
    """Return everybody a code may mean: who receives its item, and who handed its dossier in."""
    session, now = act.session, act.now
    items, dossiers = _items(act, code), called(session, code)
    found = [
        _Meant(
            _subject(one),
            Addressee(person=one.consignment.person, consignment_id=one.consignment_id),
            partial(by_item, session, one.id, now=now),
        )
        for one in items
    ]
    return found + [
        _Meant(
            f"dossier:{one.id}",
            Addressee(person=one.person, dossier_id=one.id),
            partial(history_of_dossier, session, one, now),
        )
        for one in dossiers
    ]


def _subject(item: Item) -> str:
    return f"consignment:{item.consignment_id}"


def _brake(act: Act, tried: Try, meant: list[_Meant]) -> Brake:
    return keys_of(act.session, bare_code(tried.code), {one.subject for one in meant}, tried.source)


def _know(act: Act, device: str, subject: str) -> None:
    if device:
        devices.remember(act.session, device, subject, now=act.now)


def _are_digits(text: str, n: int) -> bool:
    return len(text) == n and text.isascii() and text.isdigit()
