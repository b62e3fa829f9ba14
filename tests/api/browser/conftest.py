"""A real browser on a real server: Debian's Chromium, driven by Playwright, against the whole app."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect, sync_playwright
from werkzeug.serving import make_server

from api.demo.house import QuietHandler
from tests.api.conftest import PASSWORD
from tests.conftest import missing

_OPENED = pytest.StashKey[list]()
HERE = Path(__file__).parent
TIMEOUT_MS = 60_000
"""How long a page may take on a machine whose cores are taken by others; nothing waits that long elsewhere."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("journey")
            # How soon a screen is drawn depends on who else uses the machine. What failed once is told at the end.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium():
    """Return one browser for the session; each test opens a context of its own in it."""
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium (Debian's package chromium)")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])  # tests may run as root
        yield browser
        browser.close()


@pytest.fixture
def address(app, house):
    """Serve the app with its offices and people; return where."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Print with a failure what its pages showed: nobody can look at a screen of yesterday."""
    report = yield
    if report.when == "call" and report.failed:
        for page in item.stash.get(_OPENED, ()):
            report.sections.append((f"page {page.url}", _shown(page)))
    return report


def _shown(page):
    try:
        return page.locator("body").inner_text(timeout=5_000)
    except Error as error:  # closed by the test, or hung
        return str(error)


@pytest.fixture
def open_page(request, chromium, address):
    """Return a function that opens a person's page; what the browser complains of fails the test at its end."""
    shown = request.node.stash[_OPENED] = []
    contexts, complaints = [], []

    def opened(path="/", **options):
        context = chromium.new_context(base_url=address, locale="vi-VN", **options)
        contexts.append(context)
        # A test cuts the network of its pages; the browser, which would wake a worker, still has one.
        context.add_init_script("delete globalThis.ServiceWorkerRegistration?.prototype.sync")
        context.on("page", lambda page: shown.append(page))
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    # A refused form answers with its status, which the browser's console repeats; the page itself is looked at.
    assert not [line for line in complaints if "Failed to load resource" not in line]


@pytest.fixture
def enter(open_page):
    """Return a function that opens a page as somebody, signed in by hand."""

    def entered(username, path, viewport=None):
        page = open_page(f"/staff/sign-in?next={path}", viewport=viewport or {"width": 1280, "height": 900})
        page.get_by_label("Tên đăng nhập").fill(username)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page).to_have_url(path)
        page.wait_for_load_state()  # its scripts listen from here on
        return page

    return entered
