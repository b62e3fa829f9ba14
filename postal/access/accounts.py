"""Accounts of people and API keys of systems: passwords, locks, sessions, keys."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import case, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.access.policy import Actor, ActorKind, Scope
from postal.db import Database
from postal.errors import InvalidInput, NotFound, Unavailable, UsernameTaken, WeakPassword
from postal.models import ApiKey, Courier, Office, PersonKind, Role, User, UtcDateTime
from postal.people import PersonData, add_person
from routing import Message

N_FAILURES_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
PASSWORD_LENGTHS = range(10, 201)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_KEY = re.compile(r"tn_([a-z2-9]{10})_[A-Za-z0-9_-]{43}")
_PREFIX_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# RFC 9106, second recommendation: 64 MiB, three passes. One sign-in takes about 50 ms of one core.
STRONG = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
# Each check takes the memory above: so many passwords are checked at once by one process, others wait their turn.
N_CHECKED_AT_ONCE = 2
_CHECKING = BoundedSemaphore(N_CHECKED_AT_ONCE)
_CHECKED_WITHIN_S = 5.0


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """What is needed to let a person in. ``password`` lives only as long as the call."""

    username: str
    password: str
    full_name: str
    role: Role
    office_id: int | None = None
    courier_id: int | None = None

    def __repr__(self) -> str:
        return "<NewUser>"


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A person who proved who they are; a session stays good while ``session_version`` does."""

    user_id: int
    session_version: int
    actor: Actor


def add_user(session: Session, new: NewUser, *, now: datetime) -> User:
    """Add a person who may sign in. Raises UsernameTaken, WeakPassword, InvalidInput, NotFound."""
    username = _clean_username(new.username)
    _check_password(new.password, username)
    if not new.full_name.strip():
        raise InvalidInput(field="full_name")
    if (new.role is Role.COURIER) != (new.courier_id is not None):
        raise InvalidInput(field="courier_id")
    if new.office_id is not None and session.get(Office, new.office_id) is None:
        raise NotFound(what=Message("đơn vị"))
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        raise UsernameTaken(username=username)
    full_name = unicodedata.normalize("NFC", new.full_name.strip())
    person = add_person(session, PersonKind.STAFF, PersonData(full_name=full_name), now=now)
    user = User(
        username=username,
        password_hash=_hasher_of(session).hash(unicodedata.normalize("NFC", new.password)),
        role=new.role,
        office_id=new.office_id,
        courier_id=new.courier_id,
        person_id=person.id,
        added_at=now,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as exc:  # two at once: the index lets one through
        raise UsernameTaken(username=username) from exc
    return user


def is_username(text: str) -> bool:
    """Say whether this can be a user name."""
    return _USERNAME.fullmatch(text) is not None


def sign_in(database: Database, *, username: str, password: str, now: datetime) -> SignedIn | None:
    """Check a name and password; None whatever was wrong, so that nothing can be learnt from the answer.

    A try is counted before the password is looked at: many guesses at once get no more tries than one
    after another. Takes the database because hashing must not happen inside a write transaction.
    Raises Unavailable where so many sign in at once that this one was not reached in time.
    """
    name = username.strip().casefold()
    name = name if _USERNAME.fullmatch(name) else ""
    with database.write() as session:
        is_counted = _count_try(session, name, now)
        stored_hash = session.scalar(select(User.password_hash).where(User.username == name))
        hasher = _hasher_of(session)
    if not _CHECKING.acquire(timeout=_CHECKED_WITHIN_S):
        raise Unavailable(what=Message("đăng nhập"))
    try:
        is_right = _verify(hasher, stored_hash if is_counted and stored_hash else _nobody(hasher), password)
    finally:
        _CHECKING.release()
    if not (is_right and is_counted):
        return None
    with database.write() as session:
        user = session.scalars(select(User).where(User.username == name, User.is_active)).one_or_none()
        if user is None or user.password_hash != stored_hash:
            return None
        user.n_failures, user.locked_until = 0, None
        if hasher.check_needs_rehash(user.password_hash):
            user.password_hash = hasher.hash(unicodedata.normalize("NFC", password))
        return SignedIn(user_id=user.id, session_version=user.session_version, actor=actor_of(user))


def signed_in_user(session: Session, user_id: int, session_version: int) -> User | None:
    """Return the user of a running session, None once it was ended, disabled or the password changed."""
    user = session.get(User, user_id)
    if user is None or not user.is_active or user.session_version != session_version:
        return None
    return user


def actor_of(user: User) -> Actor:
    """Return the actor a user is."""
    return Actor(
        kind=ActorKind.USER,
        user_id=user.id,
        role=user.role,
        office_id=user.office_id,
        courier_id=user.courier_id,
    )


def choose_language(session: Session, user_id: int, language: str) -> None:
    """Keep the language a person reads the pages in. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(what=Message("tài khoản"))
    user.language = language


def change_password(session: Session, user: User, password: str) -> None:
    """Set a new password, end every session and lift a lock. Raises WeakPassword."""
    _check_password(password, user.username)
    user.password_hash = _hasher_of(session).hash(unicodedata.normalize("NFC", password))
    user.session_version += 1
    user.n_failures, user.locked_until = 0, None
    session.flush()


def end_sessions(session: Session, user: User) -> None:
    """Sign the user out everywhere."""
    user.session_version += 1
    session.flush()


def disable_user(session: Session, user: User) -> None:
    """Keep the user from signing in and end every session."""
    user.is_active = False
    end_sessions(session, user)


def find_user(session: Session, username: str) -> User:
    """Return a user by name. Raises NotFound."""
    user = session.scalars(select(User).where(User.username == _clean_username(username))).one_or_none()
    if user is None:
        raise NotFound(what=Message("người dùng"))
    return user


def users(session: Session) -> Sequence[User]:
    """Return everybody who may or might sign in, by user name."""
    return session.scalars(select(User).order_by(User.username)).all()


def office_id_of(session: Session, code: str) -> int:
    """Return the id of an office by its code. Raises NotFound."""
    found = session.scalar(select(Office.id).where(Office.code == code))
    if found is None:
        raise NotFound(what=Message("đơn vị {code}").filled(code=code))
    return found


def courier_id_of(session: Session, code: str) -> int:
    """Return the id of a courier by their code. Raises NotFound."""
    found = session.scalar(select(Courier.id).where(Courier.code == code))
    if found is None:
        raise NotFound(what=Message("bưu tá {code}").filled(code=code))
    return found


def api_keys(session: Session) -> Sequence[ApiKey]:
    """Return every key of a system, revoked ones included, oldest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id)).all()


def find_api_key(session: Session, prefix: str) -> ApiKey:
    """Return a key by the public part of its text. Raises NotFound."""
    found = session.scalars(select(ApiKey).where(ApiKey.prefix == prefix)).one_or_none()
    if found is None:
        raise NotFound(what=Message("khóa API"))
    return found


def add_api_key(
    session: Session,
    source_system: str,
    scopes: Iterable[Scope],
    *,
    now: datetime,
    office_id: int | None = None,
) -> tuple[ApiKey, str]:
    """Add a key for a system; return it with its text, which is shown once and stored nowhere."""
    name = unicodedata.normalize("NFC", source_system.strip())
    if not re.fullmatch(r"[\w.-]{1,60}", name):
        raise InvalidInput(field="source_system")
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(10))
    text = f"tn_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        prefix=prefix,
        key_hash=_key_hash(text),
        source_system=name,
        scopes=sorted(set(scopes)),
        office_id=office_id,
        added_at=now,
    )
    session.add(key)
    session.flush()
    return key, text


def api_key_for(session: Session, text: str) -> Actor | None:
    """Return the system a key stands for, None for a key that is malformed, unknown or revoked."""
    match = _KEY.fullmatch(text)
    key = session.scalars(select(ApiKey).where(ApiKey.prefix == match[1])).one_or_none() if match else None
    is_right = hmac.compare_digest(_key_hash(text), key.key_hash if key else "0" * 64)
    if key is None or not is_right or key.revoked_at is not None:
        return None
    known = set(Scope)
    return Actor(
        kind=ActorKind.SYSTEM,
        api_key_id=key.id,
        source_system=key.source_system,
        office_id=key.office_id,
        scopes=frozenset(Scope(scope) for scope in key.scopes if scope in known),
    )


def revoke_api_key(session: Session, key: ApiKey, *, now: datetime) -> None:
    """End a key at once; safe to repeat."""
    key.revoked_at = key.revoked_at or now
    session.flush()


def _count_try(session: Session, username: str, now: datetime) -> bool:
    """Count a try as wrong until it proves right; False where there is nobody or a lock holds."""
    failures = User.n_failures + 1
    statement = update(User).where(
        User.username == username, User.is_active, or_(User.locked_until.is_(None), User.locked_until <= now)
    )
    locked_until = case((failures >= N_FAILURES_BEFORE_LOCK, literal(now + LOCKED_FOR, UtcDateTime())), else_=None)
    counted = session.execute(
        statement.values(n_failures=failures, locked_until=locked_until).execution_options(synchronize_session=False)
    )
    return bool(counted.rowcount == 1)  # type: ignore[attr-defined]


def _hasher_of(session: Session) -> PasswordHasher:
    """Return the hasher its `Database` was given, else the strong one."""
    return cast("PasswordHasher", session.info.get("passwords") or STRONG)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    # Checked when there is no such user, so that both answers take the same time.
    return hasher.hash(secrets.token_urlsafe(16))


def _verify(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
    if len(password) > PASSWORD_LENGTHS.stop:
        return False
    try:
        return hasher.verify(password_hash, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _clean_username(username: str) -> str:
    cleaned = username.strip().casefold()
    if not _USERNAME.fullmatch(cleaned):
        raise InvalidInput(field="username")
    return cleaned


def _check_password(password: str, username: str) -> None:
    is_text = password.isprintable()  # no control characters, no half of a surrogate pair
    if len(password) not in PASSWORD_LENGTHS or not is_text or username in password.casefold():
        raise WeakPassword(field="password")


def _key_hash(text: str) -> str:
    # The secret holds 256 random bits: a fast hash is enough, nobody can try them.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
