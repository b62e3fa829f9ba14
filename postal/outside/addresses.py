"""Where callbacks may go: rules for the address as written, and for what its name resolves to. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from postal.errors import AddressNotAllowed, HttpsRequired

MAX_URL_LENGTH = 500
PORTS = frozenset({443, 8443})
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Names that are never in the public tree (RFC 6761, 6762, 8375, 9476), stand for the machine itself, or are what
# clusters and service registries call what runs inside. A name of one word (redis, metadata) is inner too.
_PRIVATE_ENDINGS = frozenset(
    {"localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "alt", "arpa", "onion", "test",
     "invalid", "localdomain", "svc", "cluster", "consul", "docker", "kube", "intra", "domain", "workgroup"}
)  # fmt: skip
_REFUSED_V4 = [ip_network(n) for n in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4")]  # fmt: skip
# Inside 2000::/3, the only block given out: Teredo, ORCHID, benchmarks, documentation, 6to4, AS112.
_REFUSED_V6 = [ip_network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")]
_GLOBAL_V6 = IPv6Network("2000::/3")


@dataclass(frozen=True, kw_only=True)
class AddressPolicy:
    """Exceptions for a ministry's own network and for the demo; both empty: public hosts by https only.

    Hosts in ``allow_hosts`` may resolve to anything and use any port; those in ``allow_http_hosts`` may
    also be spoken to without TLS. Names or addresses in lower case, IPv6 without brackets.
    """

    allow_hosts: frozenset[str] = frozenset()
    allow_http_hosts: frozenset[str] = frozenset()

    def is_excepted(self, host: str) -> bool:
        """Say whether the host is on one of the lists."""
        return host in self.allow_hosts or host in self.allow_http_hosts


@dataclass(frozen=True, kw_only=True)
class Target:
    """A checked address, split."""

    scheme: str
    host: str
    port: int
    netloc: str


def check_url(url: str, policy: AddressPolicy) -> Target:
    """Return where the URL leads. Raises HttpsRequired or AddressNotAllowed; never looks a name up."""
    if len(url) > MAX_URL_LENGTH or not re.fullmatch(r"[!-~]+", url) or re.search(r'[\\"<>^`{|}#]', url):
        # Letters outside ASCII and backslashes are read differently by different parsers.
        raise AddressNotAllowed(field="url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise AddressNotAllowed(field="url") from exc
    is_excepted = policy.is_excepted(host)
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and host in policy.allow_http_hosts)):
        raise HttpsRequired(field="url")
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    is_plain = "@" not in parts.netloc and "%" not in parts.netloc
    if not is_plain or (not is_excepted and not (port in PORTS and _is_public_name(host))) or port == 0:
        raise AddressNotAllowed(field="url")
    return Target(scheme=parts.scheme, host=host, port=port, netloc=parts.netloc)


def normal_url(url: str, policy: AddressPolicy) -> str:
    """Return a URL in the one form by which it is known again; `https://A.vn:443` is `https://a.vn/`."""
    target = check_url(url, policy)
    parts = urlsplit(url)
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_usual = target.port == (443 if target.scheme == "https" else 80)
    query = f"?{parts.query}" if parts.query else ""
    return f"{target.scheme}://{host}{'' if is_usual else f':{target.port}'}{parts.path or '/'}{query}"


def is_public_address(text: str) -> bool:
    """Say whether an IP address leads to the public internet and nowhere else, whatever form it hides in."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return _is_public_v4(address) if isinstance(address, IPv4Address) else _is_public_v6(address)


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _REFUSED_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    # Mapped (::ffff:0:0/96), compatible (::/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique local, link
    # local and site local all lie outside 2000::/3. ISATAP hides an IPv4 address in the last 32 bits.
    if address.scope_id is not None or address not in _GLOBAL_V6 or not address.is_global:
        return False
    is_isatap = (int(address) >> 32) & 0xFFFF_FFFF in (0x0000_5EFE, 0x0200_5EFE)
    return not is_isatap and not any(address in network for network in _REFUSED_V6)


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    # A last label that starts with a digit is a number to some resolver: 127.1, 0x7f.1, 2130706433.
    return not labels[-1][0].isdigit() and labels[-1] not in _PRIVATE_ENDINGS
