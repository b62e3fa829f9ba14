"""Passwords: which are refused, how they are hashed, how few are checked at once."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from functools import cache
from threading import BoundedSemaphore
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from postal.errors import Unavailable, WeakPassword
from postal.people.vault import fold_name
from routing import Message

LENGTHS = range(10, 201)
# RFC 9106, second recommendation: 64 MiB, three passes. One sign-in takes about 50 ms of one core.
STRONG = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
# Each check takes the memory above: so many passwords are checked at once by one process, others wait their turn.
N_CHECKED_AT_ONCE = 2
_CHECKING = BoundedSemaphore(N_CHECKED_AT_ONCE)
_CHECKED_WITHIN_S = 5.0
# Of zxcvbn's five: guessed in more than 10^8 tries, which years of the brakes on signing in do not allow.
_STRONG_ENOUGH = 3
# Its lists know no accents: a word is read once more without them, and spaces then add nothing.
_BARE_ENOUGH = 2
# It grows with the square of the length; what is longer is no common word.
_ESTIMATED_LETTERS = 60
# What people here begin a password with, besides the words its lists know.
_OUR_WORDS = ("matkhau", "tannha", "buudien", "buucuc", "buuta", "hanhchinh", "vietnam", "xinchao", "quantri")
_SHORTEST_NAME = 3


class CommonPassword(WeakPassword):
    code = "common_password"
    says = Message(
        "Mật khẩu này quá dễ đoán: nằm trong danh sách mật khẩu phổ biến, lặp lại hay nối tiếp. "
        "Hãy ghép vài từ không liên quan với nhau."
    )


class PasswordLikeName(WeakPassword):
    code = "password_like_name"
    says = Message("Mật khẩu giống tên đăng nhập hay họ tên. Hãy chọn mật khẩu khác.")


def check(password: str, *, username: str, full_name: str) -> None:
    """Refuse what is too short or long, easily guessed, or like the person's own name.

    NIST SP 800-63B, 3.1.1.2: compared with lists of common passwords and with words of the context, not with rules
    about kinds of letters. Raises WeakPassword, CommonPassword, PasswordLikeName.
    """
    # No control characters, no half of a surrogate pair.
    if len(password) not in LENGTHS or not password.isprintable():
        raise WeakPassword(field="password")
    bare = _bare(password)
    names = {_bare(username), _bare(full_name)}
    if any(_is_like(bare, name) for name in names):
        raise PasswordLikeName(field="password")
    words = [*names, *re.findall(r"\w+", fold_name(full_name)), *_OUR_WORDS]
    if _score(password, words) < _STRONG_ENOUGH or (bare and _score(bare, words) < _BARE_ENOUGH):
        raise CommonPassword(field="password")


def made_up() -> str:
    """Return a new password that is told to its person once: 96 random bits."""
    return secrets.token_urlsafe(12)


def hash_of(session: Session, password: str) -> str:
    """Return the hash to be kept of a password."""
    return hasher_of(session).hash(_composed(password))


def hasher_of(session: Session) -> PasswordHasher:
    """Return the hasher its `Database` was given, else the strong one."""
    return cast("PasswordHasher", session.info.get("passwords") or STRONG)


def is_right(hasher: PasswordHasher, password_hash: str | None, password: str) -> bool:
    """Say whether this is the password of a hash; without a hash as much work is done for nothing.

    Raises Unavailable where so many are checked at once that this one was not reached in time.
    """
    if not _CHECKING.acquire(timeout=_CHECKED_WITHIN_S):
        raise Unavailable(what=Message("đăng nhập"))
    try:
        return _verify(hasher, password_hash or _nobody(hasher), password) and password_hash is not None
    finally:
        _CHECKING.release()


def renewed(hasher: PasswordHasher, password_hash: str, password: str) -> str:
    """Return the hash to be kept from now on: made anew where the hasher grew stronger."""
    return hasher.hash(_composed(password)) if hasher.check_needs_rehash(password_hash) else password_hash


@cache
def _nobody(hasher: PasswordHasher) -> str:
    # Checked when there is no such user, so that both answers take the same time.
    return hasher.hash(secrets.token_urlsafe(16))


def _verify(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
    if len(password) > LENGTHS.stop:
        return False
    try:
        return hasher.verify(password_hash, _composed(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _composed(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def _bare(text: str) -> str:
    """Return letters and digits alone, without accents: what "Bưu-Tá" and "buuta" have in common."""
    return re.sub(r"[\W_]+", "", fold_name(text))


def _is_like(password: str, name: str) -> bool:
    """Say whether a password is a name, holds it, or is a part of it."""
    return len(name) >= _SHORTEST_NAME and (name in password or name[::-1] in password or password in name)


def _score(text: str, words: Sequence[str]) -> int:
    """Return zxcvbn's score, 0 to 4."""
    return int(zxcvbn(text[:_ESTIMATED_LETTERS], user_inputs=list(words), max_length=_ESTIMATED_LETTERS)["score"])
