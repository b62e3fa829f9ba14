"""HTTP to addresses given by others: resolved once, checked, and connected to that address only.

No redirects, no proxies, no cookies, no decompression; ten seconds in all, however slowly the other side
drips; at most 16 kB of an answer is read.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from postal.errors import AddressNotAllowed, HttpsRequired
from postal.outside.addresses import AddressPolicy, Target, check_url, is_public_address

DEADLINE_S = 10.0
CONNECT_S = 5.0
LOOK_UP_S = 3.0
# How long the rest of an answer is waited for, so that its connection can be used again.
BODY_S = 1.0
MAX_ANSWER_BYTES = 16 * 1024
# Short: long enough for a burst, short enough that a partner who moves is followed.
REMEMBER_S = 30.0

Resolver = Callable[[str, int], Sequence[str]]


class SendFailed(Exception):
    """No answer was had. ``verdict`` is one plain word for the attempt log; nothing of the URL is in it."""

    def __init__(self, verdict: str) -> None:
        self.verdict = verdict
        super().__init__(verdict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the other side said, as far as anybody cares."""

    status: int
    retry_after: str | None


def look_up(host: str, port: int) -> Sequence[str]:
    """Return every address of a host, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class SafeClient:
    """Posts to checked addresses only. Safe to share between threads."""

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        resolver: Resolver = look_up,
        ca_file: str | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._deadline_s = deadline_s
        self._adapter = _PinnedAdapter(_tls_context(ca_file))
        self._resolving = ThreadPoolExecutor(max_workers=16, thread_name_prefix="look-up")
        self._known: dict[tuple[str, int], tuple[float, Sequence[str]]] = {}

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once; raise SendFailed where no whole answer came in time."""
        _running.until = time.monotonic() + self._deadline_s
        try:
            target = check_url(url, self._policy)
            _running.addresses, _running.target = self._addresses(target), target
            return self._send(url, body, {**headers, "Host": target.netloc})
        except (AddressNotAllowed, HttpsRequired) as exc:
            raise SendFailed("address_not_allowed") from exc
        except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
            raise SendFailed(_verdict(exc)) from exc

    def close(self) -> None:
        """Let go of idle connections and threads."""
        self._adapter.close()
        self._resolving.shutdown(wait=False, cancel_futures=True)

    def _addresses(self, target: Target) -> Sequence[str]:
        key = (target.host, target.port)
        known_until, addresses = self._known.get(key, (0.0, ()))
        if time.monotonic() < known_until:
            return addresses
        try:
            looking = self._resolving.submit(self._resolver, target.host, target.port)
            addresses = looking.result(timeout=min(LOOK_UP_S, _left_s()))
        except (OSError, UnicodeError, FutureTimeout) as exc:
            raise SendFailed("name_not_resolved") from exc
        if not addresses:
            raise SendFailed("name_not_resolved")
        # Every address, not only the one used: a name that mixes inside and outside is an attack.
        if not self._policy.is_excepted(target.host) and not all(map(is_public_address, addresses)):
            raise SendFailed("address_not_allowed")
        self._known[key] = (time.monotonic() + REMEMBER_S, addresses)
        return addresses

    def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        own = {"Accept-Encoding": "identity", "User-Agent": "tannha-callbacks", "Accept": "*/*"}
        request = requests.Request("POST", url, data=body, headers={**headers, **own}).prepare()
        # The adapter alone, without a session: no cookies, no redirects, nothing from the environment.
        answer = self._adapter.send(request, stream=True, timeout=(CONNECT_S, self._deadline_s))
        try:
            # The answer is its first line: it was had, whatever becomes of a body nobody reads.
            with suppress(requests.RequestException, HTTPError, OSError):
                _running.until = min(_running.until, time.monotonic() + BODY_S)
                _read_some(answer)
            return Answer(status=answer.status_code, retry_after=answer.headers.get("Retry-After"))
        finally:
            answer.close()


class _Running(threading.local):
    """The request this thread is busy with: where it goes and until when it may take (monotonic)."""

    until: float = 0.0
    addresses: Sequence[str] = ()
    target: Target


_running = _Running()


def _left_s() -> float:
    left_s = _running.until - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("the request took too long")
    return left_s


class _TimedSocket(socket.socket):
    """A socket whose every wait ends when the whole request must, so that dripping gains nothing."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left_s())
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(_left_s())
        super().sendall(*args, **kwargs)


class _TimedTlsSocket(ssl.SSLSocket):
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left_s())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left_s())
        return super().send(*args, **kwargs)


def _connect(connection: HTTPConnection) -> socket.socket:
    for address in _running.addresses:
        try:
            return _connect_to(address, connection.port)
        except TimeoutError:
            _left_s()
        except OSError:
            continue
    raise NewConnectionError(connection, "no address answers")


def _connect_to(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    socket.inet_pton(family, address)  # a name here would be looked up again, unchecked
    sock = _TimedSocket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(min(CONNECT_S, _left_s()))
        sock.connect((address, port))
        sock.settimeout(_left_s())  # for the handshake
    except OSError:
        sock.close()
        raise
    return sock


class _PinnedHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _PinnedHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _PinnedHttp


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _PinnedHttps


class _PinnedAdapter(HTTPAdapter):
    """Connects to the checked address while the certificate and the Host header keep the name."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=128, maxsize=8, block=False, retries=False)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the pool as it was made: its context already verifies."""

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """Return the pool of the checked address, whatever the request or the environment says."""
        target = _running.target
        tls = {"ssl_context": self._tls, "server_hostname": target.host, "cert_reqs": "CERT_REQUIRED"}
        pool: HTTPConnectionPool = self.poolmanager.connection_from_host(
            _running.addresses[0], target.port, target.scheme, pool_kwargs=tls if target.scheme == "https" else None
        )
        return pool

    def request_url(self, request: Any, proxies: Any) -> str:
        """Return the path alone: there is never a proxy."""
        path: str = request.path_url
        return path


@cache
def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Return the context of a file of authorities, which takes a while to read: one for all senders of a process."""
    context = ssl.create_default_context()
    context.load_verify_locations(ca_file or DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = _TimedTlsSocket
    return context


def _read_some(answer: requests.Response) -> None:
    # Raw bytes: unpacking a compressed answer is how a small one becomes a large one. Reading to the end
    # of a short answer lets the connection be used again; of a long one nothing more is wanted.
    n_left = MAX_ANSWER_BYTES
    while n_left > 0:
        piece = answer.raw.read(n_left, decode_content=False)
        if not piece:
            return
        n_left -= len(piece)


def _verdict(exc: Exception) -> str:
    if time.monotonic() >= _running.until:
        return "timeout_total"
    if isinstance(exc, requests.exceptions.SSLError):
        return "tls"
    if isinstance(exc, requests.exceptions.Timeout | TimeoutError):
        return "timeout"
    return "bad_answer" if isinstance(exc, ValueError) else "connection"
