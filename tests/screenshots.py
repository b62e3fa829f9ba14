"""Pictures of every page: the demo's day at noon and in the evening, at phone's, tablet's and desk's width.

`make screenshots` writes `out/screenshots/<noon|evening>/<width>/<role>-<endpoint>.png`. It signs in as each role of
the desk, follows the links of each page, and takes one picture of each endpoint. Nothing is changed: links, no forms.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from api import create_app
from api.demo import accounts_file
from api.demo.house import EVENING, NOON, read_settings

WIDTHS = (360, 1024, 1280)
ROLES = ("centre_clerk", "postal_clerk", "dispatcher", "administrator")
PORT = 8471
_PLAYED_WITHIN_S = 1200  # a day is played first: two minutes alone on two cores, longer beside other work
# What a link leads to that is no page: papers and files.
_FILES = (".pdf", ".png", ".zpl", ".csv", ".xlsx")


@contextmanager
def served(out: Path, at: str) -> Iterator[str]:
    """Serve the demo's day and yield its address."""
    command = [sys.executable, "-m", "api.commands", "demo", "pages"]
    options = ["--out", str(out), "--at", at, "--port", str(PORT), "--plan-seconds", "8"]
    with subprocess.Popen(command + options, stdout=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{PORT}"
        try:
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + _PLAYED_WITHIN_S
    while time.monotonic() < until_s and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the demo's pages do not answer")


def endpoint_of(routes: MapAdapter, path: str) -> str | None:
    """Return the name of the page at a path, None where there is none or it is a file."""
    if path.endswith(_FILES) or path.startswith("/static/"):
        return None
    try:
        return str(routes.match(path, method="GET")[0])
    except HTTPException:
        return None


def crawl(page: Page, routes: MapAdapter, start: str) -> dict[str, str]:
    """Return the first path found of each endpoint that can be reached by links from ``start``."""
    found: dict[str, str] = {}
    look = [start]
    while look:
        path = look.pop(0)
        name = endpoint_of(routes, urlsplit(path).path)
        if name is None or name in found:
            continue
        answer = page.goto(path)
        if answer is None or answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        found[name] = path
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        look += [link for link in links if link.startswith("/")]
    return found


def take(browser: Browser, address: str, out: Path, routes: MapAdapter, account: accounts_file.Account) -> int:
    """Take the pictures of everything one person can reach; return how many."""
    n_taken = 0
    with browser.new_context(base_url=address, locale="vi-VN") as context:
        page = context.new_page()
        page.goto("/staff/sign-in")
        page.locator("input[name=username]").fill(account.username)
        page.locator("input[name=password]").fill(account.password)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/staff/")
        paths = crawl(page, routes, "/staff/")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for name, path in sorted(paths.items()):
                page.goto(path)
                picture = out / str(width) / f"{account.role}-{name.removeprefix('staff.')}.png"
                picture.parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=picture, full_page=True)
                n_taken += 1
    return n_taken


def public_pages(browser: Browser, address: str, out: Path) -> int:
    """Take the pictures of what a visitor sees."""
    n_taken = 0
    with browser.new_context(base_url=address, locale="vi-VN") as context:
        page = context.new_page()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for name, path in (("track", "/track"), ("sign-in", "/staff/sign-in"), ("not-found", "/nothing-here")):
                page.goto(path)
                picture = out / str(width) / f"visitor-{name}.png"
                picture.parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=picture, full_page=True)
                n_taken += 1
    return n_taken


def main() -> None:
    """Play what was not played yet, serve it at both hours, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--at", choices=(NOON, EVENING), action="append", help="One hour alone.")
    asked = parser.parse_args()
    out: Path = asked.out
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for at in asked.at or (NOON, EVENING):
            with served(out, at) as address:
                folder = out / "screenshots" / at
                shutil.rmtree(folder, ignore_errors=True)
                routes = create_app(read_settings(out, "served")).url_map.bind("127.0.0.1")
                people = {account.role: account for account in reversed(accounts_file.read_all(out))}
                n_taken = public_pages(browser, address, folder)
                n_taken += sum(take(browser, address, folder, routes, people[role]) for role in ROLES)
                sys.stdout.write(f"{folder}: {n_taken} pictures\n")
        browser.close()


if __name__ == "__main__":
    main()
