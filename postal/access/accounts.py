"""Accounts of people: added, signed in, their password changed, disabled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from postal.access import brakes, devices, passwords, sign_ins
from postal.access.act import Act
from postal.access.policy import Actor, ActorKind
from postal.db import Database
from postal.errors import Conflict, InvalidInput, NotFound, UsernameTaken
from postal.models import Courier, EndedWhy, Office, PersonKind, Role, User
from postal.people import PersonData, add_person, open_person
from routing import Message

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
# Tries from a browser the person never used, at one account, however many ask; and from one address at any account.
OF_STRANGERS = brakes.Ladder(name="account", n_free=5)
OF_AN_ADDRESS = brakes.Ladder(name="address", n_free=30)
# Tries on a browser the person has used: only whoever sits at it can slow it, and then it is a stranger.
OF_A_DEVICE = brakes.Ladder(name="device", n_free=10)


class OwnAccount(Conflict):
    code = "own_account"
    says = Message("Không tự đổi vai trò hay khóa tài khoản của chính mình. Việc này cần một người quản trị khác.")


class LastAdministrator(Conflict):
    code = "last_administrator"
    says = Message("Đây là người quản trị cuối cùng còn dùng được. Thêm hoặc mở lại một người quản trị khác trước.")


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
    """A person whose password was right; one who has a second factor still has to show it."""

    user_id: int
    actor: Actor
    has_second_factor: bool


@dataclass(frozen=True, kw_only=True)
class Asking:
    """From where somebody tries to sign in: the network address, and the token of the browser's device cookie."""

    address: str = ""
    device: str = ""

    def __repr__(self) -> str:
        return "<Asking>"


NOWHERE = Asking()


def add_user(session: Session, new: NewUser, *, now: datetime) -> User:
    """Add a person who may sign in. Raises UsernameTaken, WeakPassword, InvalidInput, NotFound."""
    username = _clean_username(new.username)
    passwords.check(new.password, username=username, full_name=new.full_name)
    if not new.full_name.strip():
        raise InvalidInput(field="full_name")
    _check_rights(session, new.role, new.office_id, new.courier_id)
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        raise UsernameTaken(username=username)
    full_name = unicodedata.normalize("NFC", new.full_name.strip())
    person = add_person(session, PersonKind.STAFF, PersonData(full_name=full_name), now=now)
    user = User(
        username=username,
        password_hash=passwords.hash_of(session, new.password),
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


def sign_in(
    database: Database, *, username: str, password: str, now: datetime, asking: Asking = NOWHERE
) -> SignedIn | None:
    """Check a name and password; None whatever was wrong, so that nothing can be learnt from the answer.

    A try is counted before the password is looked at: many guesses at once get no more tries than one after
    another. Wrong tries from elsewhere never count against a browser on which the person signed in before. Takes the
    database because hashing must not happen inside a write transaction. Raises Unavailable where so many sign in at
    once that this one was not reached in time.
    """
    name = username.strip().casefold()
    name = name if _USERNAME.fullmatch(name) else ""
    with database.write() as session:
        user = session.scalars(select(User).where(User.username == name, User.is_active)).one_or_none()
        tried = _count_try(session, user, asking, now)
        stored_hash = user.password_hash if user is not None and tried else None
        hasher = passwords.hasher_of(session)
    if not passwords.is_right(hasher, stored_hash, password):
        return None
    with database.write() as session:
        user = session.scalars(select(User).where(User.username == name, User.is_active)).one_or_none()
        if user is None or stored_hash is None or user.password_hash != stored_hash:
            return None
        _forgive(session, user, asking, tried)
        user.password_hash = passwords.renewed(hasher, user.password_hash, password)
        has_factor = user.second_factor_since is not None
        return SignedIn(user_id=user.id, actor=actor_of(user), has_second_factor=has_factor)


def device_subject(user_id: int) -> str:
    """Return what a device on which this person signed in is known for."""
    return f"user:{user_id}"


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


def change_password(act: Act, user: User, password: str, *, but: int | None = None) -> None:
    """Set a new password, end every sign-in but the one it was changed in. Raises WeakPassword."""
    full_name = open_person(act.session, user.person).full_name
    passwords.check(password, username=user.username, full_name=full_name)
    user.password_hash = passwords.hash_of(act.session, password)
    sign_ins.end_all(act.session, user.id, why=EndedWhy.PASSWORD_CHANGED, now=act.now, but=but)
    brakes.clear(act.session, OF_STRANGERS, str(user.id))
    act.session.flush()


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What somebody may do, and of which office or as which courier."""

    role: Role
    office_id: int | None
    courier_id: int | None


def change_rights(session: Session, user: User, rights: Rights, *, now: datetime) -> None:
    """Give a person another role or office; every sign-in ends, so that the next one has the new rights.

    Whose account it is is asked before (`refuse_own`). Raises LastAdministrator, InvalidInput, NotFound.
    """
    if rights.role is not Role.ADMINISTRATOR:
        _keep_an_administrator(session, user)
    _check_rights(session, rights.role, rights.office_id, rights.courier_id)
    user.role, user.office_id, user.courier_id = rights.role, rights.office_id, rights.courier_id
    sign_ins.end_all(session, user.id, why=EndedWhy.RIGHTS_CHANGED, now=now)
    session.flush()


def enable_user(session: Session, user: User) -> None:
    """Let a disabled person sign in again."""
    user.is_active = True
    session.flush()


def disable_user(session: Session, user: User, *, now: datetime) -> None:
    """Keep the user from signing in and end every sign-in; no device is known for them any longer.

    Raises LastAdministrator.
    """
    _keep_an_administrator(session, user)
    user.is_active = False
    sign_ins.end_all(session, user.id, why=EndedWhy.DISABLED, now=now)
    devices.forget_all(session, device_subject(user.id))
    session.flush()


def find_user(session: Session, username: str) -> User:
    """Return a user by name. Raises NotFound."""
    user = session.scalars(select(User).where(User.username == _clean_username(username))).one_or_none()
    if user is None:
        raise NotFound(what=Message("người dùng"))
    return user


def users(session: Session, *, role: Role | None = None, after: str = "", limit: int | None = None) -> Sequence[User]:
    """Return everybody who may or might sign in, by user name; with a limit those behind the name ``after``."""
    query = select(User).where(User.username > after).options(joinedload(User.person)).order_by(User.username)
    if role is not None:
        query = query.where(User.role == role)
    return session.scalars(query.limit(limit)).all()


def office_id_of(session: Session, code: str) -> int:
    """Return the id of an office by its code. Raises NotFound."""
    found = session.scalar(select(Office.id).where(Office.code == code))
    if found is None:
        raise NotFound(what=Message("đơn vị {code}").filled(code=code))
    return found


def offices_to_choose(session: Session) -> Sequence[Office]:
    """Return the offices somebody may be bound to, by name."""
    return session.scalars(select(Office).where(Office.is_active).order_by(Office.name)).all()


def courier_id_of(session: Session, code: str) -> int:
    """Return the id of a courier by their code. Raises NotFound."""
    found = session.scalar(select(Courier.id).where(Courier.code == code))
    if found is None:
        raise NotFound(what=Message("bưu tá {code}").filled(code=code))
    return found


def _check_rights(session: Session, role: Role, office_id: int | None, courier_id: int | None) -> None:
    if (role is Role.COURIER) != (courier_id is not None):
        raise InvalidInput(field="courier_id")
    if office_id is not None and session.get(Office, office_id) is None:
        raise NotFound(what=Message("đơn vị"))


def refuse_own(act: Act, user: User) -> None:
    """Refuse somebody's change of their own role or account. Raises OwnAccount."""
    # The last administrator could lock the house by a slip; somebody else has to do it.
    if act.by.user_id == user.id:
        raise OwnAccount


def held_for_change(session: Session, username: str) -> User:
    """Return a user, held for this transaction, as of now. Raises NotFound.

    Administrators are held first, in one order: two who take each other out of use at once wait for one another.
    """
    session.scalars(select(User.id).where(User.role == Role.ADMINISTRATOR).order_by(User.id).with_for_update()).all()
    query = select(User).where(User.username == username).with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(what=Message("người dùng"))
    return found


def _keep_an_administrator(session: Session, user: User) -> None:
    """Refuse what would leave nobody to run the house."""
    if user.role is not Role.ADMINISTRATOR or not user.is_active:
        return
    able = select(User.id).where(User.role == Role.ADMINISTRATOR, User.is_active).order_by(User.id)
    if set(session.scalars(able.with_for_update())) <= {user.id}:
        raise LastAdministrator


def _count_try(session: Session, user: User | None, asking: Asking, now: datetime) -> str:
    """Count a try as wrong until it proves right; return on which ladder, nothing where the try has to wait."""
    if user is not None and devices.is_known(session, asking.device, device_subject(user.id), now=now):
        own = f"{user.id}:{devices.hash_of(asking.device)}"
        if brakes.count_try(session, OF_A_DEVICE, own, now=now):
            return OF_A_DEVICE.name
    if asking.address and not brakes.count_try(session, OF_AN_ADDRESS, asking.address, now=now):
        return ""
    if user is not None and not brakes.count_try(session, OF_STRANGERS, str(user.id), now=now):
        return ""
    return OF_STRANGERS.name


def _forgive(session: Session, user: User, asking: Asking, tried: str) -> None:
    """Take back what a right password was counted as. Right ones on a known device leave the strangers' tries."""
    if tried == OF_A_DEVICE.name:
        brakes.clear(session, OF_A_DEVICE, f"{user.id}:{devices.hash_of(asking.device)}")
        return
    brakes.clear(session, OF_STRANGERS, str(user.id))
    if asking.address:
        brakes.take_back(session, OF_AN_ADDRESS, asking.address)


def _clean_username(username: str) -> str:
    cleaned = username.strip().casefold()
    if not _USERNAME.fullmatch(cleaned):
        raise InvalidInput(field="username")
    return cleaned
