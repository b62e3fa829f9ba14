"""The shipped nginx.conf, as Debian's nginx 1.22 loads it, in front of the web as the operator starts it."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from tests.api.test_slow_clients import N_SLOW, Web
from tests.api.test_supervision import ROOT, wait_for
from tests.conftest import missing
from tests.scale import record_figure

NAME = "tannha.example.vn"
SHIPPED = ROOT / "docs/deploy/nginx.conf"
# What Debian's own nginx.conf is around a site's file, for somebody who is not root.
AROUND = """
{user} pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; daemon off;
events {{ worker_connections 768; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def nginx():
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found is None:
        missing("nginx (apt-get install nginx-light)")
    return found


def placed(folder: Path, web_port: int) -> dict[str, int]:
    """Write the shipped file with this machine's ports and places in it; return the ports of http and https."""
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
    made = [*asked, "-keyout", folder / "key.pem", "-out", folder / "chain.pem"]
    subprocess.run(made, check=True, capture_output=True)
    ports = {"http": free_port(), "https": free_port()}
    text = SHIPPED.read_text(encoding="utf-8")
    for written, here in (
        ("listen 80;", f"listen 127.0.0.1:{ports['http']};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{ports['https']} ssl"),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", f"{folder}/chain.pem"),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", f"{folder}/key.pem"),
        ("/var/log/nginx/tannha.log", f"{folder}/access.log"),
        ("server 127.0.0.1:8460;", f"server 127.0.0.1:{web_port};"),
    ):
        assert text.count(written) == 1, written
        text = text.replace(written, here)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(
        AROUND.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""), encoding="utf-8"
    )
    return ports


def test_the_shipped_file_loads(nginx, tmp_path):
    placed(tmp_path, 8460)
    done = subprocess.run([nginx, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr
    version = tuple(map(int, re.findall(r"\d+", subprocess.getoutput(f"{nginx} -v"))[:3]))
    if version < (1, 25, 1):  # what newer ones warn about stands in the file
        assert "[warn]" not in done.stderr, done.stderr


class Behind(Web):
    """The web with the settings that the head of the shipped file names."""

    def __init__(self, folder, database_url, broker_url):
        super().__init__(folder, database_url, broker_url)
        self.port = free_port()
        head = " ".join(line.lstrip("# ") for line in SHIPPED.read_text(encoding="utf-8").splitlines()[:2])
        named = dict(re.findall(r"(TANNHA_[A-Z_]+)=(\S+?)(?=,|\.?\s|$)", head))
        assert set(named) == {"TANNHA_PUBLIC_URL", "TANNHA_N_TRUSTED_PROXIES", "TANNHA_TRUSTED_HOSTS"}
        self._environment |= named | {"TANNHA_BIND": f"127.0.0.1:{self.port}"}


@pytest.fixture(scope="module")
def pair(nginx, tmp_path_factory, sqlite_stock):
    """Start both; return the ports of http and https, and the folder of the logs."""
    folder = tmp_path_factory.mktemp("nginx")
    sqlite_stock.copy_to(folder / "tannha.db", depth=0)
    web = Behind(folder, f"sqlite:///{folder / 'tannha.db'}", "")
    ports = placed(folder, web.port)
    web.start()
    proxy = subprocess.Popen([nginx, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: answers(ports["https"]), 10), (folder / "error.log").read_text()
        yield ports, folder
    finally:
        proxy.terminate()
        proxy.wait(10)
        web.stop()


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def tls():
    """Return a context that trusts anybody: the certificate was made a moment ago."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def ask(ports, path, method="GET", body=None, **headers):
    client = http.client.HTTPSConnection("127.0.0.1", ports["https"], timeout=20, context=tls())
    client.request(method, path, body=body, headers={"Host": NAME, **headers})
    answer = client.getresponse()
    answer.raw = answer.read()
    answer.text = answer.raw.decode(errors="replace")
    client.close()
    return answer


def test_pages_come_through_it_as_https(pair):
    ports, _ = pair
    assert ask(ports, "/healthz").status == 200
    page = ask(ports, "/track")
    assert (page.status, "max-age" in page.headers.get("Strict-Transport-Security", "")) == (200, True)
    assert "; Secure" in ask(ports, "/staff/sign-in").headers.get("Set-Cookie", "; Secure")
    sent_on = ask(ports, "/staff/")
    assert (sent_on.status, sent_on.headers["Location"].startswith(("/", f"https://{NAME}/"))) == (302, True)
    plain = http.client.HTTPConnection("127.0.0.1", ports["http"], timeout=10)
    plain.request("GET", "/track", headers={"Host": NAME})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/track")


def test_the_couriers_app_comes_small_and_pages_with_peoples_data_uncompressed(pair):
    ports, _ = pair
    packed = {"Accept-Encoding": "gzip"}
    kept = json.loads(re.search(r"KEPT = (\[.*?\]),", ask(ports, "/courier/sw.js").text)[1])
    n_bytes = 0
    for path in (path for path in kept if "lang=" not in path):
        answer = ask(ports, path, **packed)
        assert answer.status == 200, path
        assert answer.headers.get("Content-Encoding") == "gzip" or len(answer.raw) < 400, path
        n_bytes += len(answer.raw)
    record_figure("first load of the courier's app, compressed, without images and map", n_bytes, "bytes")
    assert n_bytes <= 60_000
    for path in ("/track", "/staff/sign-in"):
        assert "Content-Encoding" not in ask(ports, path, **packed).headers


def test_figures_stay_inside_and_another_hosts_name_is_refused(pair):
    ports, _ = pair
    assert ask(ports, "/metrics").status == 404
    client = http.client.HTTPSConnection("127.0.0.1", ports["https"], timeout=20, context=tls())
    client.request("GET", "/track", headers={"Host": "evil.example"})
    assert client.getresponse().status == 400


def test_a_file_of_many_megabytes_arrives(pair):
    """Refused for want of a key, not for its size: nginx by itself stops at one megabyte."""
    ports, _ = pair
    answer = ask(ports, "/v1/results", "POST", b"x" * 3_000_000, **{"Content-Type": "application/json"})
    assert answer.status in (400, 401, 403), answer.text[:200]


def test_its_log_names_no_path_and_no_query(pair):
    ports, folder = pair
    ask(ports, "/t/mat-ma-cua-nguoi-nhan?q=0905123456")
    assert wait_for(lambda: "GET 404" in (folder / "access.log").read_text(), 5)
    written = (folder / "access.log").read_text()
    assert "mat-ma" not in written
    assert "0905123456" not in written


def test_slow_clients_before_it_cost_others_nothing(pair):
    ports, _ = pair
    clients = []
    for number in range(N_SLOW):
        client = tls().wrap_socket(socket.create_connection(("127.0.0.1", ports["https"]), timeout=20))
        is_body = number % 2
        head = f"POST /v1/results HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 5000\r\n"
        client.sendall((head + ("\r\n{" if is_body else "")).encode())
        clients.append(client)
    for _ in range(4):
        began_s = time.monotonic()
        assert ask(ports, "/track").status == 200
        assert time.monotonic() - began_s < 5
        for number, client in enumerate(clients):
            client.sendall(b"x" if number % 2 else b"X-Slow: 1\r\n")
        time.sleep(0.5)
    for client in clients:
        client.close()
