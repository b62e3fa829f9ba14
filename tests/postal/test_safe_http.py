"""Where callbacks may go, and what a hostile receiver can do: nothing but fail."""

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from postal.errors import AddressNotAllowed, HttpsRequired
from postal.outside import AddressPolicy, SafeClient, check_url, is_public_address
from postal.outside.safe_http import MAX_ANSWER_BYTES, SendFailed
from tests.postal.told import HERE
from tests.receiver import Receiver, Say

PUBLIC = AddressPolicy()
INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2001:20::1",
    "3fff::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2620:4f:8000::1",
    "2a00:1450:4001:811:0:5efe:7f00:1", "2a00:1450:4001:811:200:5efe:10.0.0.1", "100::1",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "8.8.8.8", "203.162.0.181", "1.1.1.1", "2a00:1450:4001:811::200e", "2606:4700::1111"]
BAD_URLS = [
    "https://127.1/", "https://127.0.0.1/", "https://0x7f000001/", "https://2130706433/", "https://0177.0.0.1/",
    "https://①②⑦.⓪.⓪.①/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://100.64.0.1/", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/",
    "https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://printer.local/", "https://db.internal/",
    "https://intranet/", "https://router.lan/", "https://x.home.arpa/", "https://x.onion/", "https://8.8.8.8/",
    "https://user:pw@example.vn/", "https://user@example.vn/", "https://example.vn\\@127.0.0.1/", "https://example.vn:22/",
    "https://example.vn:0/", "https://example.vn:99999/", "https://example.vn:http/", "https://exa mple.vn/",
    "https://example.vn/\r\nHost: x", "https://example.vn/\x00", "https://example.vn/#x", "https://exämple.vn/",
    "https://example.vn%00.evil/", "https://example.vn%2f@evil/", "https://-a.vn/", "https://a-.vn/", "https://a..vn/",
    "https://example.vn./", "https://_a.vn/", "https://[::1", "https://" + "a" * 64 + ".vn/", "https://example.0x7f/",
    "https://example.vn/" + "a" * 500, "https://[fe80::1%25eth0]/",
    "https://redis/", "https://postgres:8443/", "https://metadata/", "https://tannha-web/",
    "https://metadata.google.internal/", "https://redis.default.svc/", "https://db.service.consul/",
]  # fmt: skip
NOT_HTTPS = ["http://example.vn/", "ftp://example.vn/", "gopher://example.vn/", "//example.vn/", "example.vn", "https://",
             "https:///x", "file:///etc/passwd", "javascript:alert(1)", ""]  # fmt: skip
GOOD_URLS = ["https://motcua.hue.gov.vn/tin", "https://motcua.hue.gov.vn:8443/tin?x=1", "https://a.vn", "HTTPS://A.vn/",
             "https://xn--hu-xja.vn/", "https://1a.example.com/", "https://3.example.com/"]  # fmt: skip


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def post(client, url, body=b"{}"):
    return client.post(url, body, {"Content-Type": "application/json"})


def verdict(client, url):
    with pytest.raises(SendFailed) as refused:
        post(client, url)
    return refused.value.verdict


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_no_public_one_whatever_form_it_hides_in(address):
    assert not is_public_address(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is_one(address):
    assert is_public_address(address)


@pytest.mark.parametrize("text", ["", "x", "127.1", "0x7f.1", "1.2.3.4.5", "::g", "１.1.1.1"])
def test_what_is_no_address_is_no_public_one(text):
    assert not is_public_address(text)


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_leads_inside_or_hides_something_is_refused(url):
    with pytest.raises((AddressNotAllowed, HttpsRequired)):
        check_url(url, PUBLIC)


@pytest.mark.parametrize("url", NOT_HTTPS)
def test_only_https_is_spoken(url):
    with pytest.raises((HttpsRequired, AddressNotAllowed)):
        check_url(url, PUBLIC)


@pytest.mark.parametrize("url", GOOD_URLS)
def test_a_good_address_is_accepted(url):
    assert check_url(url, PUBLIC).scheme == "https"


def test_a_ministrys_own_host_may_be_allowed_by_name_and_nothing_beside_it():
    policy = AddressPolicy(allow_hosts=frozenset({"lgsp.hue", "10.1.2.3"}), allow_http_hosts=frozenset({"127.0.0.1"}))
    assert check_url("https://lgsp.hue:9443/x", policy).port == 9443
    assert check_url("https://10.1.2.3/x", policy)
    assert check_url("http://127.0.0.1:8000/x", policy).scheme == "http"
    with pytest.raises(HttpsRequired):
        check_url("http://lgsp.hue/", policy)
    for url in ("https://10.1.2.4/", "https://x.lgsp.hue:9443/", "https://127.1/"):
        with pytest.raises(AddressNotAllowed):
            check_url(url, policy)


@pytest.mark.parametrize("address", INSIDE)
def test_no_connection_is_made_to_a_name_that_resolves_inside(address, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    client = SafeClient(PUBLIC, resolver=lambda _host, _port: [address])
    assert verdict(client, "https://good.example.com/") == "address_not_allowed"


def test_one_inner_address_among_public_ones_spoils_the_name():
    client = SafeClient(PUBLIC, resolver=lambda *_: ["93.184.216.34", "10.0.0.1"])
    assert verdict(client, "https://good.example.com/") == "address_not_allowed"


def test_a_name_that_changes_its_answer_after_the_check_reaches_nothing(monkeypatch):
    """DNS rebinding: public when checked, 127.0.0.1 when connected. The checked answer is what is connected to."""
    answers, connected = iter([["93.184.216.34"], ["127.0.0.1"]]), []
    client = SafeClient(PUBLIC, resolver=lambda *_: next(answers))

    def connect(_sock, address):
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert verdict(client, "https://rebinding.example.com/") == "connection"
    client._known.clear()
    assert verdict(client, "https://rebinding.example.com/") == "address_not_allowed"
    assert connected == [("93.184.216.34", 443)]


def test_what_is_sent_arrives_whole_on_the_named_path_with_the_name_as_host(receiver):
    client = SafeClient(AddressPolicy(allow_http_hosts=frozenset({"nhan-tin.hue"})), resolver=lambda *_: ["127.0.0.1"])
    assert post(client, f"http://nhan-tin.hue:{receiver.port}/tin?a=1", "{“ế”}".encode()).status == 204
    assert receiver.got[0].body.decode() == "{“ế”}"
    assert receiver.got[0].headers["host"] == f"nhan-tin.hue:{receiver.port}"
    assert "cookie" not in receiver.got[0].headers


def test_no_proxy_and_no_credentials_of_the_environment_are_used(receiver, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(SafeClient(HERE), receiver.url).status == 204
    assert "authorization" not in receiver.got[0].headers


def test_a_connection_is_used_again(receiver):
    client = SafeClient(HERE)
    ports = set()
    receiver.answer = lambda got: ports.add(threading.current_thread().name) or Say()
    for _ in range(5):
        post(client, receiver.url)
    assert len(ports) == 1


def test_a_huge_answer_is_not_read_and_judged_by_its_status_alone(receiver):
    wrote = []

    def pour(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            for _ in range(1_000):
                wrote.append(handler.wfile.write(b"x" * 65_536))
        except OSError:
            return

    receiver.answer = lambda _got: Say(misbehave=pour)
    assert post(SafeClient(HERE), receiver.url).status == 200
    time.sleep(0.2)
    assert sum(wrote) < 40_000_000


def test_a_compressed_bomb_stays_compressed(receiver):
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) > MAX_ANSWER_BYTES
    receiver.answer = lambda _got: Say(200, {"Content-Encoding": "gzip"}, bomb)
    tracemalloc.start()
    assert post(SafeClient(HERE), receiver.url).status == 200
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 10_000_000


ENDLESS_S = 300
"""So long a bad receiver goes on; a try must end long before, on a busy machine as well."""


def _say_nothing(handler):
    handler.connection.settimeout(ENDLESS_S)
    handler.connection.recv(1)  # returns as soon as the other side gives up


def _drip(*, headers):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" if headers else b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        try:
            for n in range(round(ENDLESS_S / 0.05)):
                handler.wfile.write(b"X-%d: 1\r\n" % (n % 100) if headers else b"x")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    return drip


@pytest.mark.parametrize(
    "misbehave",
    [_drip(headers=True), _say_nothing],
    ids=["headers", "silence"],
)
def test_however_slowly_it_answers_the_try_ends_in_time(receiver, misbehave):
    receiver.answer = lambda _got: Say(misbehave=misbehave)
    began_s = time.monotonic()
    assert verdict(SafeClient(HERE, deadline_s=0.6), receiver.url) == "timeout_total"
    assert time.monotonic() - began_s < ENDLESS_S / 5


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n",
     b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 70_000 + b"\r\n\r\n", b"\x00" * 1000],
)  # fmt: skip
def test_nonsense_is_a_failed_try_and_nothing_more(receiver, answer):
    receiver.answer = lambda _got: Say(misbehave=lambda handler: handler.wfile.write(answer))
    assert verdict(SafeClient(HERE, deadline_s=2), receiver.url) in {"connection", "bad_answer", "timeout_total"}


def _never_ends(head, body=b"ok"):
    def never_ends(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body)
        handler.wfile.flush()
        _say_nothing(handler)

    return never_ends


@pytest.mark.parametrize(
    "misbehave",
    [
        _never_ends(b"Content-Length: 100"),
        _never_ends(b"Content-Length: 100", b""),
        _never_ends(b"Transfer-Encoding: chunked", b"2\r\nok\r\n"),
        _never_ends(b"Transfer-Encoding: chunked", b"zz\r\n"),
        _never_ends(b"Content-Length: -3"),
        _never_ends(b"Connection: keep-alive"),
        _drip(headers=False),
        lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok"),
    ],
    ids=["short", "no body", "chunks", "bad chunk", "bad length", "no length", "drip", "cut off"],
)
def test_an_answer_is_had_with_its_first_line_whatever_becomes_of_its_body(receiver, misbehave):
    receiver.answer = lambda _got: Say(misbehave=misbehave)
    began_s = time.monotonic()
    client = SafeClient(HERE, deadline_s=ENDLESS_S / 10)
    assert post(client, receiver.url).status == 200
    assert time.monotonic() - began_s < ENDLESS_S / 20
    receiver.answer = lambda _got: Say(status=503)  # the connection is not taken for a good one
    assert post(client, receiver.url).status == 503


@pytest.mark.parametrize("error", [socket.gaierror, UnicodeError, OSError])
def test_a_name_nobody_knows_is_said_so(error):
    def fails(*_):
        raise error

    assert verdict(SafeClient(PUBLIC, resolver=fails), "https://nobody.example.com/") == "name_not_resolved"
    assert verdict(SafeClient(PUBLIC, resolver=lambda *_: []), "https://nobody.example.com/") == "name_not_resolved"


def test_a_resolver_that_hangs_does_not_hang_the_sender():
    answered = threading.Event()
    client = SafeClient(PUBLIC, resolver=lambda *_: answered.wait(ENDLESS_S), deadline_s=0.3)
    assert verdict(client, "https://slow.example.com/") == "name_not_resolved"
    assert not answered.is_set()  # the sender went on while the resolver still hung
    answered.set()


def test_a_closed_port_is_a_failed_connection():
    assert verdict(SafeClient(HERE), "http://127.0.0.1:1/") == "connection"


def certificate(tmp_path, name, *, days=1):
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / f"{name}{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


def over_tls(receiver, pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    receiver._server.socket = context.wrap_socket(receiver._server.socket, server_side=True)
    return AddressPolicy(allow_hosts=frozenset({"tin.hue.vn"}))


def test_the_certificate_must_be_for_the_name_by_a_known_authority_and_in_time(receiver, tmp_path):
    pem = certificate(tmp_path, "tin.hue.vn")
    policy, url = over_tls(receiver, pem), f"https://tin.hue.vn:{receiver.port}/"

    def client(**more):
        return SafeClient(policy, resolver=lambda *_: ["127.0.0.1"], **more)

    assert post(client(ca_file=pem), url).status == 204
    assert verdict(client(), url) == "tls"


@pytest.mark.parametrize(("name", "days"), [("khac.hue.vn", 1), ("tin.hue.vn", -1)])
def test_a_wrong_or_expired_certificate_is_refused(receiver, tmp_path, name, days):
    pem = certificate(tmp_path, name, days=days)
    client = SafeClient(over_tls(receiver, pem), resolver=lambda *_: ["127.0.0.1"], ca_file=pem)
    assert verdict(client, f"https://tin.hue.vn:{receiver.port}/") == "tls"
    assert not receiver.got
