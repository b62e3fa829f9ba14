"""Forms in a real browser, with scripts and without: nothing typed is lost, nothing is done twice, faults are found."""

import base64
import io
import random
import re

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from postal import custody, models
from postal.network import crew
from tests import builders as build
from tests.api.conftest import PASSWORD
from tests.api.shown_forms import forms_on
from tests.api.test_desk import hand_over, import_results
from tests.api.test_every_form import _NOT_TYPED, found_forms, seeded, wrong_value  # noqa: F401 - a fixture
from tests.scale import scaled

both_ways = pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture
def enter_with(open_page):
    """Return a function that signs somebody in on a browser with scripts or without."""

    def entered(username, path, has_scripts, **options):
        page = open_page(f"/staff/sign-in?next={path}", java_script_enabled=has_scripts, **options)
        sign_in(page, username)
        expect(page).to_have_url(path)
        return page

    return entered


def sign_in(page, username):
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


@both_ways
def test_a_share_of_all_forms_comes_back_from_one_wrong_value(
    app,
    sign_in,
    seeded,  # noqa: F811
    enter_with,
    has_scripts,
):
    chance = random.Random(int(has_scripts))
    # The paper sheet has a list of faults of its own, stop by stop: test_sheet_entry walks it.
    found = [one for one in found_forms(app, sign_in).values() if "data-sheet-entry" not in one[2].attributes]
    kinds = [one for one in found if any(map(_is_for_typing, one[2].controls))]
    for role, address, _ in chance.sample(kinds, min(len(kinds), scaled(2, 100))):
        page = enter_with(role, address, has_scripts)
        shown = [one for one in forms_on(page.content(), address) if any(map(_is_for_typing, one.controls))]
        form = next(one for one in shown if one.method == "post" and one.attributes.get("role") != "search")
        for summary in page.locator("summary").all():
            summary.click()
        sent = page.locator(
            f'form[action="{form.action}"]' if "action" in form.attributes else "form:not([action])"
        ).first

        def field(control, page=page, sent=sent):
            own = sent.locator(f'[name="{control["name"]}"]')
            return (own if own.count() else page.locator(f'[name="{control["name"]}"]')).first  # or form="…"

        for one in (one for one in form.controls if one["name"]):
            if one.kind == "select" and len(one.options) > 1:
                field(one).select_option(index=1)
            elif one.kind == "checkbox":
                field(one).check()
            elif one.kind == "text" and not one.value:
                field(one).fill("1")
        wrong = next(one for one in form.controls if _is_for_typing(one))
        # As a changed page would send it: typing stops at the field's own limit.
        field(wrong).evaluate("(field, value) => { field.value = value; }", wrong_value(wrong)[:3000])
        sent.evaluate("form => { form.noValidate = true; }")
        sent.locator("button[type=submit]").first.click()
        summary = page.locator("#faults")
        expect(summary).to_be_focused()
        link = summary.get_by_role("link").first
        target = link.get_attribute("href")
        link.click()
        expect(page.locator(target)).to_be_in_viewport()
        expect(page).to_have_title(re.compile("^Lỗi: "))
        page.context.close()


def _is_for_typing(control):
    return control.kind == "text" and control["name"] and control.kind not in _NOT_TYPED


@both_ways
def test_what_was_typed_survives_the_end_of_a_session(enter_with, has_scripts):
    page = enter_with("dispatcher", "/staff/day-orders", has_scripts)
    form = page.locator('form[action="/staff/day-orders/commune"]')
    form.get_by_label("Xã, phường").select_option(index=3)
    form.get_by_label("Lý do").fill("ngập đường vào")
    page.context.clear_cookies()
    form.get_by_role("button").click()
    sign_in(page, "dispatcher")
    expect(page.locator("#faults")).to_contain_text("Phiên làm việc đã hết")
    expect(form.get_by_label("Lý do")).to_have_value("ngập đường vào")
    form.get_by_role("button").click()
    expect(page.get_by_text("Đã đánh dấu")).to_be_visible()


@both_ways
def test_a_double_press_is_one_act(enter_with, has_scripts, database):
    page = enter_with("dispatcher", "/staff/day-orders", has_scripts)
    form = page.locator('form[action="/staff/day-orders/away"]')
    form.get_by_label("Bưu tá").select_option("BT040")
    form.get_by_role("button").dblclick()
    with database.read() as session:
        name = crew.names_by_code(session, {"BT040"})["BT040"]
    expect(page.get_by_text(f"Đã ghi {name} nghỉ")).to_have_count(1)
    with database.read() as session:
        assert len(session.scalars(select(models.Absence)).all()) == 1


def test_half_filled_counts_survive_a_reload_until_they_are_recorded(enter_with, sign_in, database):
    centre = sign_in("centre")
    import_results(centre, *(build.result(n) for n in (1, 2, 3)))
    with database.read() as session:
        office_id = session.scalar(select(models.Consignment.issuing_office_id).limit(1))
    batch = centre.post("/staff/batches", office_id=str(office_id)).location
    page = enter_with("centre", batch, True)
    cells = page.locator("input.count")
    expect(cells).to_have_count(9)
    for n, text in enumerate(("1", "1", "2.573 g", "1", "1")):
        cells.nth(n).fill(text)
    cells.nth(6).fill("3")
    of_next_page = "document.querySelectorAll('tbody tr')[2].remove()"  # a row that moved to another page
    page.evaluate(of_next_page)
    cells.nth(4).fill("1")
    page.reload()
    expect(page.get_by_role("status").filter(has_text="Đã lấy lại")).to_be_visible()
    assert [cells.nth(n).input_value() for n in range(7)] == ["1", "1", "2.573 g", "1", "1", "", "3"]
    page.evaluate(of_next_page)
    page.get_by_role("button", name="Ghi kiểm đếm").click()
    expect(page.locator("#faults")).to_be_focused()
    expect(cells.nth(5)).to_have_attribute("aria-invalid", "true")
    page.evaluate(of_next_page)
    cells.nth(5).fill("45")
    page.get_by_role("button", name="Ghi kiểm đếm").click()
    expect(page.get_by_text("Đã ghi kiểm đếm 2 bưu gửi")).to_be_visible()
    page.reload()
    assert [cells.nth(n).input_value() for n in range(7)] == [*[""] * 6, "3"], "what was not sent stays"
    with database.read() as session:
        weights = sorted(w for w in session.scalars(select(models.Item.weight_g)) if w)
    assert weights == [45, 2573]


def test_a_signature_drawn_before_stands_there_again_and_breaks_no_policy(open_page):
    page = open_page("/track")
    drawn = io.BytesIO()
    Image.new("RGB", (600, 200), "black").save(drawn, "PNG")
    page.evaluate(
        """async (drawn) => {
          window.refused = [];
          document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
          const { padOn } = await import("/static/pad.js");
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [600, 200];
          document.body.append(canvas);
          window.signature = padOn(canvas, document.createElement("button"), drawn);
          for (let n = 0; n < 200 && signature() === null; n += 1) await new Promise((go) => setTimeout(go, 50));
        }""",
        base64.b64encode(drawn.getvalue()).decode(),
    )
    kept = Image.open(io.BytesIO(base64.b64decode(page.evaluate("signature()")))).convert("L")
    assert kept.getpixel((kept.width // 2, kept.height // 2)) < 90
    assert page.evaluate("refused") == []


def test_a_stroke_on_the_desks_pad_is_in_the_picture_that_is_kept(enter_with, sign_in, database):
    centre, post = sign_in("centre"), sign_in("postal")
    import_results(centre, build.result(1))
    _, receipt = hand_over(centre, post, database)
    page = enter_with("postal", receipt, True)
    pad = page.locator("canvas").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 40, box["y"] + box["height"] - 30, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Ghi chữ ký bên giao").click()
    expect(page.get_by_text("Đã ghi chữ ký.")).to_be_visible()
    with database.read() as session:
        signed = session.scalars(select(models.ReceiptSignature)).one()
        picture = Image.open(io.BytesIO(custody.signature_image(session, signed))).convert("L")
        assert signed.device_at is not None
    dark = [
        (x, y) for x in range(0, picture.width, 2) for y in range(0, picture.height, 2) if picture.getpixel((x, y)) < 90
    ]
    assert len(dark) > 100
    assert min(x for x, _ in dark) < picture.width / 4 < picture.width * 3 / 4 < max(x for x, _ in dark)
