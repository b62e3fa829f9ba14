"""Whether a Redis or a broker answers: one short conversation, no library, no data touched."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from urllib.parse import unquote, urlsplit

_TIMEOUT_S = 2.0
_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
# AMQP 0-9-1: a client begins with its version, a server that speaks it answers with a method frame (type 1).
_AMQP_HEADER, _METHOD_FRAME = b"AMQP\x00\x00\x09\x01", b"\x01"


def answers(url: str, *, timeout_s: float = _TIMEOUT_S) -> bool:
    """Say whether the server at redis://… or amqp://… speaks its protocol within the time."""
    parts = urlsplit(url)
    try:
        with closing(_connected(url, timeout_s)) as connection:
            if parts.scheme.startswith("amqp"):
                connection.sendall(_AMQP_HEADER)
                return connection.recv(1) == _METHOD_FRAME
            if parts.password:
                user = [unquote(parts.username)] if parts.username else []
                connection.sendall(_command("AUTH", *user, unquote(parts.password)))
                if not connection.recv(64).startswith(b"+OK"):
                    return False
            connection.sendall(_command("PING"))
            return connection.recv(64).startswith(b"+PONG")
    except OSError:  # refused, unknown host, timed out, no TLS there
        return False


def _connected(url: str, timeout_s: float) -> socket.socket:
    parts = urlsplit(url)
    host = parts.hostname or "127.0.0.1"
    plain = socket.create_connection((host, parts.port or _PORTS[parts.scheme]), timeout_s)
    if parts.scheme not in ("rediss", "amqps"):
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _command(*words: str) -> bytes:
    """Return a Redis command as it goes over the wire."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        data = word.encode()
        parts.append(f"${len(data)}\r\n".encode() + data + b"\r\n")
    return b"".join(parts)
