"""A phone is enrolled by a short code, bound to its courier, seen at its last contact, and revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.access.policy import Actor, ActorKind
from postal.errors import InvalidInput, NotFound
from postal.models import Courier, Person, Phone, PhoneCode, Role, User
from postal.people import open_person, vault_of
from routing import Message

CODE_LASTS = timedelta(minutes=10)
SILENT_AT_MOST = timedelta(days=30)
"""A phone that was silent for longer is enrolled anew: nobody misses it, so nobody would revoke it."""
_CONTACT_EVERY = timedelta(minutes=1)
# Without letters and digits that are taken for one another; 31**8 codes, of which ten minutes' worth is alive.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_N_LETTERS = 8


class PhoneCodeWrong(InvalidInput):
    code = "phone_code_wrong"
    says = Message("Mã đăng ký không đúng, đã dùng hoặc đã quá 10 phút. Xin bưu cục cấp mã mới.")


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """A new phone with its two secrets, which are shown once and stored nowhere here."""

    phone: Phone
    token: str
    key: str

    def __repr__(self) -> str:
        return f"<Enrolled {self.phone.id}>"


@dataclass(frozen=True, kw_only=True)
class CourierPhones:
    """A courier with their phones, the newest first."""

    courier: Courier
    full_name: str
    phones: tuple[Phone, ...]

    def __repr__(self) -> str:
        return f"<CourierPhones {self.courier.id}>"


def make_code(act: Act, courier_id: int, *, lasts: timedelta = CODE_LASTS, n_uses: int = 1) -> str:
    """Return a new code that enrols ``n_uses`` phones for a courier while it lasts. Raises NotFound."""
    courier = act.session.get(Courier, courier_id)
    if courier is None or not courier.is_active:
        raise NotFound(what=Message("bưu tá"))
    act.session.execute(delete(PhoneCode).where(PhoneCode.expires_at < act.now - timedelta(days=1)))
    code = "".join(secrets.choice(_LETTERS) for _ in range(_N_LETTERS))
    made = PhoneCode(
        courier_id=courier_id,
        code_hash=_code_hash(act.session, code),
        made_at=act.now,
        made_by_id=act.by.user_id,
        expires_at=act.now + lasts,
        uses_left=n_uses,
    )
    act.session.add(made)
    audit.note(act, "make_phone_code", "courier", courier_id)
    act.session.flush()
    return code


def enrol(act: Act, code: str) -> Enrolled:
    """Use up a code and return the phone it enrols. Raises PhoneCodeWrong, whatever was wrong with it."""
    code_hash = _code_hash(act.session, re.sub(r"[^A-Z0-9]", "", code.upper()))
    used = act.session.execute(
        update(PhoneCode)
        .where(PhoneCode.code_hash == code_hash, PhoneCode.expires_at > act.now, PhoneCode.uses_left > 0)
        .values(uses_left=PhoneCode.uses_left - 1)
    )
    courier_id = act.session.scalar(select(PhoneCode.courier_id).where(PhoneCode.code_hash == code_hash))
    courier = act.session.get(Courier, courier_id) if courier_id is not None else None
    if used.rowcount != 1 or courier is None or not courier.is_active:  # type: ignore[attr-defined]
        raise PhoneCodeWrong(field="code")
    token, key = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    phone = Phone(
        courier_id=courier.id,
        token_hash=_hash(token),
        key_hash=_hash(key),
        enrolled_at=act.now,
        last_contact_at=act.now,
    )
    act.session.add(phone)
    act.session.flush()
    audit.note(act, "enrol_phone", "phone", phone.id, courier_id=courier.id)
    return Enrolled(phone=phone, token=token, key=key)


def phone_with(session: Session, token: str, *, now: datetime) -> Phone | None:
    """Return the phone this token is of; None once it was revoked, its courier left, or it was silent too long."""
    query = (
        select(Phone)
        .join(Courier)
        .where(
            Phone.token_hash == _hash(token),
            Phone.revoked_at.is_(None),
            Phone.last_contact_at > now - SILENT_AT_MOST,
            Courier.is_active,
        )
    )
    return session.scalars(query).one_or_none()


def is_key_of(session: Session, phone_id: int | None, key: str) -> bool:
    """Say whether this is the key that opens the round on a phone."""
    stored = session.scalar(select(Phone.key_hash).where(Phone.id == phone_id))
    return hmac.compare_digest(_hash(key), stored or "0" * 64)


def actor_of(session: Session, phone: Phone) -> Actor:
    """Return who acts through a phone: its courier, in the name of the courier's account where there is one."""
    user_id = session.scalar(
        select(User.id).where(User.courier_id == phone.courier_id, User.is_active).order_by(User.id).limit(1)
    )
    return Actor(
        kind=ActorKind.PHONE,
        user_id=user_id,
        role=Role.COURIER,
        office_id=phone.courier.office_id,
        courier_id=phone.courier_id,
        phone_id=phone.id,
    )


def is_contact_due(phone: Phone, now: datetime) -> bool:
    """Say whether the last noted contact is a minute old."""
    return phone.last_contact_at <= now - _CONTACT_EVERY


def note_contact(session: Session, phone_id: int, *, now: datetime) -> None:
    """Note that a phone was heard of."""
    session.execute(update(Phone).where(Phone.id == phone_id).values(last_contact_at=now))


def note_unsent(session: Session, phone_id: int, n_unsent: int) -> None:
    """Note how many acts a phone says it still has to send."""
    is_news = (Phone.id == phone_id) & (Phone.n_unsent.is_distinct_from(n_unsent))
    session.execute(update(Phone).where(is_news).values(n_unsent=n_unsent))


def revoke(act: Act, phone: Phone) -> None:
    """End a phone at once; safe to repeat."""
    if phone.revoked_at is None:
        phone.revoked_at, phone.revoked_by_id = act.now, act.by.user_id
        audit.note(act, "revoke_phone", "phone", phone.id, courier_id=phone.courier_id)
    act.session.flush()


def phone(session: Session, phone_id: int) -> Phone:
    """Return a phone. Raises NotFound."""
    found = session.get(Phone, phone_id)
    if found is None:
        raise NotFound(what=Message("điện thoại"))
    return found


def courier(session: Session, courier_id: int) -> Courier:
    """Return a courier. Raises NotFound."""
    found = session.get(Courier, courier_id)
    if found is None:
        raise NotFound(what=Message("bưu tá"))
    return found


def couriers_with_phones(session: Session, *, office_id: int | None = None) -> Sequence[CourierPhones]:
    """Return the couriers of an office (None: of all) by code, each with their phones that are not revoked."""
    query = select(Courier, Person).join(Person, Person.id == Courier.person_id).where(Courier.is_active)
    if office_id is not None:
        query = query.where(Courier.office_id == office_id)
    phones: dict[int, list[Phone]] = {}
    for found in session.scalars(select(Phone).where(Phone.revoked_at.is_(None)).order_by(Phone.id.desc())):
        phones.setdefault(found.courier_id, []).append(found)
    return [
        CourierPhones(
            courier=one,
            full_name=open_person(session, person).full_name,
            phones=tuple(phones.get(one.id, ())),
        )
        for one, person in session.execute(query.order_by(Courier.code))
    ]


def _code_hash(session: Session, code: str) -> str:
    return vault_of(session).look_up("phone code", code)


def _hash(secret: str) -> str:
    # The secrets hold 256 random bits: a fast hash is enough, nobody can try them.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
