"""A passkey of a real browser, with the virtual authenticator of its own tools: added, and signed in with."""

import dataclasses
import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from api import create_app
from api.demo.house import QuietHandler
from postal import Role
from tests.api.conftest import PASSWORD


@pytest.fixture
def address(settings, services, house):
    """Serve at the host and port that passkeys are made for, with what is required by default."""
    server = make_server("127.0.0.1", 0, None, threaded=True, request_handler=QuietHandler)
    here = f"http://localhost:{server.server_port}"
    strict = settings.model_copy(update={"public_url": here, "second_factor_roles": (Role.ADMINISTRATOR,)})
    server.app = create_app(strict, dataclasses.replace(services, settings=strict))
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield here
    server.shutdown()
    serving.join()


def type_password(page):
    page.get_by_label("Tên đăng nhập").fill("admin")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def test_an_administrator_adds_a_passkey_and_signs_in_with_it(open_page):
    page = open_page("/staff/users")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made_of = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": made_of | {"automaticPresenceSimulation": True}})
    type_password(page)
    expect(page).to_have_url("/staff/account/second-factor")
    page.get_by_label("Tên để nhận ra").fill("máy ở quầy")
    page.get_by_role("button", name="Thêm khóa truy cập").click()
    expect(page.get_by_role("heading", name="Mã dự phòng")).to_be_visible()
    page.goto("/staff/users")
    expect(page.get_by_role("heading", name="Người dùng", exact=True)).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto("/staff/users")
    type_password(page)
    page.get_by_role("button", name="Dùng khóa truy cập").click()
    expect(page).to_have_url("/staff/users")
