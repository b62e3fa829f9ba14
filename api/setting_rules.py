"""What a setting must look like: each rule returns the value, or says what is wrong with it.

The sentences never repeat the value: some of them are secrets.
"""

from __future__ import annotations

import json
import re
import ssl
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic_core import ErrorDetails

from labels import is_printable
from postal import Message, Role
from postal.rules import is_account, is_bank

_STORES = ("memory", "redis", "rediss")
_BROKERS = ("redis", "rediss", "amqp", "amqps")
_PLACES = re.compile(r"\{[^}]*\}")
_WARNING_LETTERS = 60
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


class Wrong(ValueError):
    """A setting that cannot be used, and why; ``name`` where the rule looks at several at once."""

    def __init__(self, why: Message, name: str = "", **values: object) -> None:
        self.why = why.filled(**values)
        self.name = name
        super().__init__(str(self.why))


# Pydantic's own findings, by the beginning of their type; the places are its limits.
_SAID: tuple[tuple[str, Message], ...] = (
    ("missing", Message("thiếu")),
    ("int_", Message("phải là số nguyên")),
    ("float_", Message("phải là số")),
    ("bool_", Message("phải là true hoặc false")),
    ("literal_error", Message("chỉ được là {expected}")),
    ("greater_than_equal", Message("phải từ {ge} trở lên")),
    ("greater_than", Message("phải lớn hơn {gt}")),
    ("less_than_equal", Message("không quá {le}")),
)
_OTHERWISE = Message("sai cách viết")


def said(error: ErrorDetails) -> tuple[str, Message]:
    """Return which setting is wrong, in small letters, and why."""
    limits = error.get("ctx", {})
    name = str(error["loc"][0]) if error["loc"] else ""
    if isinstance(ours := limits.get("error"), Wrong):
        return name or ours.name, ours.why
    why = next((says for kind, says in _SAID if error["type"].startswith(kind)), _OTHERWISE)
    return name, why.filled(**{key: str(value).replace(" or ", ", ") for key, value in limits.items()})


def zone(name: str) -> str:
    """Check the name of a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as exc:  # not found; a folder's name; no name at all
        raise Wrong(Message("không có múi giờ này")) from exc
    return name


def bank(number: str) -> str:
    """Check a bank's number with NAPAS; empty for none."""
    if number and not is_bank(number):
        raise Wrong(Message("phải là 6 chữ số"))
    return number


def account(number: str) -> str:
    """Check the number of a bank account; empty for none."""
    if number and not is_account(number):
        raise Wrong(Message("phải là số tài khoản, tối đa 19 chữ và số"))
    return number


def database_address(url: str) -> str:
    """Check the address of a database: SQLite or PostgreSQL, with a name."""
    scheme, colon, rest = url.partition("://")
    if not colon or scheme not in _DATABASES:
        raise Wrong(Message("chỉ nhận sqlite:///… hoặc postgresql+psycopg://…"))
    if scheme == "sqlite" and (not rest.startswith("/") or rest.strip("/") in ("", ":memory:")):
        raise Wrong(Message("thiếu tên tệp, viết như sqlite:///tannha.db"))
    if scheme != "sqlite":
        _port(url)
        if not urlsplit(url).path.strip("/"):
            raise Wrong(Message("thiếu tên cơ sở dữ liệu"))
    return url


def host_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Check names of hosts: what no name service could look up, no request could carry."""
    wrong = Message("có tên máy viết sai")
    for name in names:
        if set(name) & set("/\\@?# "):
            raise Wrong(wrong)
        try:
            name.partition(":")[0].removeprefix(".").encode("idna")
        except UnicodeError as exc:
            raise Wrong(wrong) from exc
    return names


def authority_file(path: str) -> str:
    """Check the file of a certificate authority; empty for none."""
    try:
        if path:
            ssl.create_default_context(cafile=path)
    except ssl.SSLError as exc:
        raise Wrong(Message("không phải tệp chứng thư PEM")) from exc
    except (OSError, ValueError) as exc:
        raise Wrong(Message("không có tệp này")) from exc
    return path


def web_address(url: str) -> str:
    """Check an address of the web, without path, query or password."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise Wrong(Message("viết như https://ten.mien"))
    _port(url)
    return url


def optional_web_address(url: str) -> str:
    """Check an address of the web that may be empty."""
    return web_address(url) if url else url


def tiles_address(url: str) -> str:
    """Check the address of map tiles, on our own host or another; empty for none."""
    wrong = Message("viết như {example}").filled(example="https://ban-do.ten.mien/{z}/{x}/{y}.png")
    if url and (
        not url.isascii() or sorted(_PLACES.findall(url)) != ["{x}", "{y}", "{z}"] or set(url) & set(" ;,'\"<>\\")
    ):
        raise Wrong(wrong)
    if url and not url.startswith("/"):
        host, _, path = url.partition("//")[2].partition("/")
        if "{" in host or not path:
            raise Wrong(wrong)
        web_address(f"{url.partition('//')[0]}//{host}")
    elif url.startswith("//"):
        raise Wrong(wrong)
    return url


def store_address(url: str) -> str:
    """Check where counters of rate limits stand."""
    return _one_of(url, _STORES, Message("phải là memory:// hoặc redis://…"))


def broker_address(url: str) -> str:
    """Check the address of a broker; empty for none."""
    return _one_of(url, _BROKERS, Message("phải là redis://… hoặc amqp://…")) if url else url


def listen_address(text: str) -> str:
    """Check an address and port to listen on."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise Wrong(Message("viết như 127.0.0.1:8460"))
    return text


def gateway_body(text: str) -> str:
    """Check the body of a message to a gateway: number and text have places, and JSON is whole."""
    if "{to}" not in text or "{text}" not in text:
        raise Wrong(Message("thiếu chỗ cho số điện thoại (to) hoặc nội dung (text), trong ngoặc nhọn"))
    if text.lstrip().startswith("{"):
        try:
            json.loads(text)
        except ValueError:
            raise Wrong(Message("không phải JSON")) from None
    return text


def warning_text(text: str) -> str:
    """Check a warning that is printed on labels: short enough for all of them, and in letters they can print."""
    if len(text.replace("{address}", "")) > _WARNING_LETTERS:
        raise Wrong(Message("dài quá {limit} ký tự, không vừa nhãn"), limit=_WARNING_LETTERS)
    if is_printable(text) is not None:
        raise Wrong(Message("có ký tự không in được"))
    return text


def phone_number(text: str) -> str:
    """Check a telephone number, digits only; empty for none."""
    if text and not (text.isascii() and text.isdigit() and 9 <= len(text) <= 12):
        raise Wrong(Message("viết như 0905123456"))
    return text


def roles(text: str) -> tuple[Role, ...]:
    """Read roles separated by commas; "none" and nothing mean nobody."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    try:
        return tuple(Role(name) for name in names) if names != ["none"] else ()
    except ValueError:
        raise Wrong(Message("chỉ nhận {roles}").filled(roles=", ".join([*Role, "none"]))) from None


def object_of_texts(value: Any) -> Any:
    """Read a JSON object whose names and values are texts."""
    if not isinstance(value, str):
        return value
    wrong = Message("phải là JSON như {example}").filled(example='{"Số hồ sơ": "ma_ho_so"}')
    try:
        found = json.loads(value)
    except ValueError:
        raise Wrong(wrong) from None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise Wrong(wrong)
    return found


def _one_of(url: str, schemes: tuple[str, ...], wanted: Message) -> str:
    scheme, colon, rest = url.partition("://")
    if not colon or scheme not in schemes or (scheme != "memory" and not rest):
        raise Wrong(wanted)
    _port(url)
    return url


def _port(url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise Wrong(Message("số cổng sai")) from None
