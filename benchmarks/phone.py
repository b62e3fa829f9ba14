"""The courier's app on a slow phone far from town, in Chromium: 400 kbit/s, 400 ms, a processor slowed fourfold.

A round of 150 stops is served as in production: the shipped nginx.conf, HTTPS, compressed. Chromium's own emulation
(DevTools protocol) slows network and processor. Measured in the page, from the start of its loading or from the tap, to
the picture on the screen: the app opened with nothing of it on the phone, opened again from the phone's own copy, the
round after the PIN, a first enrolment, and the next stop after a delivery. The last line is one JSON object.

usage: python benchmarks/phone.py [--stops 150] [--times 5] [--taps 12] [--kbits 400] [--latency 400]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api import create_app  # noqa: E402
from api.demo.house import QuietHandler  # noqa: E402
from api.wiring import build_services  # noqa: E402
from benchmarks.sync import NOON, SETTINGS, walked_round  # noqa: E402
from postal import phones  # noqa: E402
from postal.db import Database  # noqa: E402
from tests import builders as build  # noqa: E402
from tests.api.test_nginx import NAME, placed  # noqa: E402

ADDRESS = f"https://{NAME}"
PIN = "246813"
WAIT_MS = 120_000
# When a screen stood there, by the page's own clock: its picture is drawn in the frame after.
MARK = """() => {
  globalThis.shownAt = {};
  const look = () => {
    for (const [name, selector] of [["pin", "[name=pin]"], ["stop", ".card.next"], ["code", "[data-form=enrol]"]]) {
      if (!(name in shownAt) && document.querySelector(selector)) {
        shownAt[name] = null;
        requestAnimationFrame(() => setTimeout(() => (shownAt[name] = performance.now())));
      }
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}"""
# From the tap to the frame in which the next card stands where the form was.
TAP = """() => new Promise((done) => {
  const screen = document.querySelector("[data-screen]");
  const watch = new MutationObserver(() => {
    if (!document.querySelector(".card.next") || document.querySelector("[data-form=door]")) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  watch.observe(screen, { childList: true });
  const began = performance.now();
  document.querySelector("[data-send]").click();
})"""


@dataclass
class Slow:
    """How the phone and its network are slowed, and what was loaded so far."""

    session: CDPSession
    kbits: float
    latency_ms: float
    n_bytes: int = 0
    n_requests: int = 0

    def network(self, *, is_slow: bool) -> None:
        """Slow the network, or let it be as fast as this machine."""
        per_s = self.kbits * 1000 / 8 if is_slow else -1
        how = {"offline": False, "latency": self.latency_ms if is_slow else 0}
        self.session.send(
            "Network.emulateNetworkConditions", how | {"downloadThroughput": per_s, "uploadThroughput": per_s}
        )

    def processor(self, times: float) -> None:
        """Slow the page's processor by this factor."""
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def forget_app(self, page: Page) -> None:
        """Take the app's files off the phone; its keys and its round stay."""
        page.evaluate(
            """async () => {
              for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
              for (const name of await caches.keys()) await caches.delete(name);
            }"""
        )
        self.session.send("Network.clearBrowserCache")


@dataclass
class Figures:
    """Milliseconds of each thing measured."""

    cold: list[float] = field(default_factory=list)
    cold_4x: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    after_pin: list[float] = field(default_factory=list)
    enrolled: list[float] = field(default_factory=list)
    next_1x: list[float] = field(default_factory=list)
    next_4x: list[float] = field(default_factory=list)
    n_bytes: int = 0
    n_requests: int = 0


@contextmanager
def served(database: Database, folder: Path) -> Iterator[int]:
    """Serve the app behind the shipped nginx.conf; yield the port of HTTPS."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if nginx is None:
        sys.exit("nginx is needed: apt-get install nginx-light")
    proxied = {"public_url": ADDRESS, "n_trusted_proxies": 1, "trusted_hosts": [NAME]}
    settings = SETTINGS.model_copy(update=proxied)
    built = build_services(settings, clock=lambda: NOON)
    built.database.engine.dispose()
    app = create_app(settings, dataclasses.replace(built, database=database))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = placed(folder, server.server_port)
    proxy = subprocess.Popen([nginx, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield ports["https"]
    finally:
        proxy.terminate()
        proxy.wait(10)
        server.shutdown()


@contextmanager
def browser(port: int, folder: Path) -> Iterator[BrowserContext]:
    """Open Chromium on a phone's screen; the service's name leads to this machine."""
    program = shutil.which("chromium")
    arguments = [
        "--no-sandbox",
        "--ignore-certificate-errors",
        f"--host-resolver-rules=MAP {NAME}:443 127.0.0.1:{port}",
    ]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder / "profile"),
            executable_path=program,
            args=arguments,
            base_url=ADDRESS,
            viewport={"width": 360, "height": 640},
            ignore_https_errors=True,
        )
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(f"({MARK})()")
        yield context
        context.close()


def shown(page: Page, name: str) -> float:
    """Return when a screen stood there, in milliseconds since the page began to load."""
    return float(page.wait_for_function("(name) => globalThis.shownAt?.[name]", arg=name, timeout=WAIT_MS).json_value())


def enter_pin(page: Page) -> float:
    """Type the PIN; return the milliseconds until the first stop stood there."""
    page.locator("[name=pin]").fill(PIN)
    before = float(page.evaluate("performance.now()"))
    page.locator("[data-form=pin] [type=submit]").click()
    return shown(page, "stop") - before


def opened(page: Page, slow: Slow, figures: Figures, n_times: int) -> None:
    """Open the app again and again: with nothing of it on the phone, and from the phone's own copy."""
    for n in range(2 * n_times):
        slow.forget_app(page)
        page.goto("about:blank")
        slow.network(is_slow=True)
        slow.processor(4 if n % 2 else 1)
        slow.n_bytes = slow.n_requests = 0
        page.goto("/courier/", wait_until="commit")
        (figures.cold_4x if n % 2 else figures.cold).append(shown(page, "pin"))
        figures.n_bytes, figures.n_requests = slow.n_bytes, slow.n_requests
        slow.processor(4)
        figures.after_pin.append(enter_pin(page))
        slow.network(is_slow=False)
        page.evaluate("navigator.serviceWorker.ready")
        page.goto("about:blank")
        slow.network(is_slow=True)
        page.goto("/courier/", wait_until="commit")
        figures.warm.append(shown(page, "pin"))
        enter_pin(page)
        slow.processor(1)
        slow.network(is_slow=False)


def tapped(page: Page, slow: Slow, n_taps: int) -> tuple[list[float], list[float]]:
    """Deliver one plain piece after another; return the milliseconds to the next stop at full and at slow speed."""
    times: tuple[list[float], list[float]] = ([], [])
    slow.network(is_slow=True)
    for n in range(2 * n_taps):
        slow.processor(4 if n >= n_taps else 1)
        page.locator(".card.next [data-act=deliver]").click()
        page.locator("[name=tail]").fill("1234")
        page.wait_for_timeout(300)
        times[n >= n_taps].append(float(page.evaluate(TAP)))
    slow.processor(1)
    slow.network(is_slow=False)
    return times


def measured(database: Database, courier_id: int, folder: Path, asked: argparse.Namespace) -> Figures:
    """Enrol a phone and measure it."""
    figures = Figures()
    with database.write() as session:
        code = phones.make_code(build.act(session, NOON), courier_id)
    with ExitStack() as stack:
        port = stack.enter_context(served(database, folder))
        context = stack.enter_context(browser(port, folder))
        page = context.pages[0]
        page.on("pageerror", lambda error: print(f"page: {error}", file=sys.stderr))
        slow = Slow(context.new_cdp_session(page), asked.kbits, asked.latency)
        slow.session.send("Network.enable")
        slow.session.on("Network.loadingFinished", lambda told: _count(slow, told))
        slow.network(is_slow=True)
        slow.processor(4)
        page.goto(f"/courier/#{code}", wait_until="commit")
        shown(page, "pin")
        figures.enrolled.append(enter_pin(page))
        opened(page, slow, figures, asked.times)
        figures.next_1x, figures.next_4x = tapped(page, slow, asked.taps)
    return figures


def _count(slow: Slow, told: dict[str, Any]) -> None:
    slow.n_bytes += int(told["encodedDataLength"])
    slow.n_requests += 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=150)
    parser.add_argument("--times", type=int, default=5, help="how often the app is opened in each way")
    parser.add_argument("--taps", type=int, default=12, help="deliveries at each speed of the processor")
    parser.add_argument("--kbits", type=float, default=400)
    parser.add_argument("--latency", type=float, default=400, help="milliseconds added to each request")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = build.sqlite_database(folder)
        courier_id, _ = walked_round(database, asked.stops)
        figures = measured(database, courier_id, folder, asked)
        database.engine.dispose()
    told = {
        name: {"median": round(statistics.median(times)), "least": round(min(times)), "most": round(max(times))}
        for name, times in vars(figures).items()
        if isinstance(times, list)
    }
    for what, figure in told.items():
        print(f"{what:12} {figure['median']:6} ms  ({figure['least']} to {figure['most']})")
    last = {f"{name}_ms": figure["median"] for name, figure in told.items()} | {
        "cold_kb": round(figures.n_bytes / 1000, 1),
        "cold_requests": figures.n_requests,
        "stops": asked.stops,
        "kbits": asked.kbits,
        "latency_ms": asked.latency,
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
    }
    print(json.dumps(last))


if __name__ == "__main__":
    main()
