"""The web as the operator starts it, among clients that send next to nothing: they cost no thread, and they are cut."""

import socket
import time
import urllib.request

import pytest

from api.commands.serving import server
from tests.api.test_supervision import Running, wait_for

N_SLOW = 40
"""Five times the threads of a web process."""
HEADS = {
    "slow heads": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "slow bodies": b"POST /v1/results HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n{",
    "slow chunks": b"POST /v1/results HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
}


class Web(Running):
    """`tannha web` alone."""

    part = "web"


@pytest.fixture(scope="module")
def web(tmp_path_factory, sqlite_stock):
    folder = tmp_path_factory.mktemp("web")
    running = Web(folder, f"sqlite:///{folder / 'tannha.db'}", "")
    sqlite_stock.copy_to(folder / "tannha.db", depth=0)
    running.start()
    yield running
    running.stop()


def seconds_of(web, path):
    began_s = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{web.port}{path}", timeout=20) as answer:
        assert answer.status == 200
        answer.read()
    return time.monotonic() - began_s


def is_cut(client):
    """Return whether the other side has closed; what it said before that is read and dropped."""
    try:
        while client.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.parametrize("kind", HEADS)
def test_slow_clients_cost_others_nothing_and_are_cut(web, kind):
    clients = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(N_SLOW)]
    for client in clients:
        client.sendall(HEADS[kind])
        client.setblocking(False)
    began_s = time.monotonic()
    open_clients, n_asked = list(clients), 0
    while open_clients and time.monotonic() - began_s < 4 * server.ARRIVES_WITHIN_S:
        # Nobody waits in line behind them: forty slow ones on eight threads would hold this for a minute.
        assert seconds_of(web, "/healthz") < server.ARRIVES_WITHIN_S / 2
        assert seconds_of(web, "/track") < server.ARRIVES_WITHIN_S / 2
        n_asked += 1
        for client in open_clients:
            try:
                client.send(b"a")
            except OSError:
                continue
        time.sleep(1.5)
        open_clients = [client for client in open_clients if not is_cut(client)]
    assert not open_clients
    assert n_asked >= 4
    for client in clients:
        client.close()


def test_a_slow_but_honest_upload_arrives(web):
    """A body in pieces over some seconds is read whole: the limit is on the pace, not on the pauses."""
    body = b"x" * 4_000
    client = socket.create_connection(("127.0.0.1", web.port))
    fields = ("Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close")
    head = "\r\n".join(("POST /v1/results HTTP/1.1", *fields, "", ""))
    client.sendall(head.encode())
    for start in range(0, len(body), 1_000):
        time.sleep(0.7)
        client.sendall(body[start : start + 1_000])
    client.settimeout(20)
    answer = b""
    while piece := client.recv(4096):
        answer += piece
    assert b"csrf_failed" in answer or b"401" in answer[:20], answer[:200]


def test_a_connection_is_used_again(web):
    client = socket.create_connection(("127.0.0.1", web.port))
    client.settimeout(20)
    for _ in range(3):
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b""
        while not answer.endswith(b'"ok"}\n'):  # head and body may come in two pieces
            answer += (piece := client.recv(4096))
            assert piece, answer
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        assert b"Server:" not in answer
        time.sleep(2.5)


def test_it_stops_within_five_seconds_among_slow_clients(web):
    clients = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(N_SLOW)]
    for client in clients:
        client.sendall(HEADS["slow heads"])
    assert wait_for(web.answers)
    assert web.stop() < 5
    for client in clients:
        client.close()
