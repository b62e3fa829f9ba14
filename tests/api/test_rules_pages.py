"""The administrator changes evidence, words of papers and texts on their pages; phones and messages follow."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from api.work import notices
from postal import models
from postal.models import SetUpArea
from tests.api.conftest import NOW
from tests.api.test_courier_phones import CourierPhone, code_for


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


def changed(admin, path, **values):
    """Look at a change, then make it; return what the preview said."""
    shown = admin.post(path, reason="CV 7", **values)
    admin.post(path, reason="CV 7", confirmed="1", **values)
    return shown.text


def test_what_a_reason_needs_is_changed_and_the_phone_follows(phone, sign_in, database, clock):
    admin, path = sign_in("admin"), "/staff/set-up/rules/reasons/TU_CHOI"

    def on_phone():
        return {one["code"]: one["needs"] for one in phone.round().get_json()["reasons"]}

    assert on_phone()["TU_CHOI"] == []
    assert path in admin.get("/staff/set-up/rules").text
    preview = changed(admin, path, needs=["words"], is_offered="1")
    assert "ghi lại bằng lời" in preview
    assert on_phone()["TU_CHOI"] == [], "today keeps its rule"
    assert "Sớm nhất từ ngày mai" in admin.get(path).text
    clock.forward(days=1)
    assert on_phone()["TU_CHOI"] == ["words"]
    admin = sign_in("admin")
    changed(admin, path, needs=[], is_offered="")
    clock.forward(days=1)
    assert "TU_CHOI" not in on_phone()
    admin = sign_in("admin")
    with database.read() as session:
        ids = session.scalars(select(models.SetUpChange.id).where(models.SetUpChange.area == SetUpArea.EVIDENCE)).all()
    for one in reversed(ids):
        admin.post(f"/staff/set-up/changes/{one}/undo", reason="nhầm")
        clock.forward(days=1)
        admin = sign_in("admin")
    assert on_phone()["TU_CHOI"] == []


def test_words_of_papers_and_texts_are_changed_and_wrong_ones_named(sign_in, database, clock):
    admin = sign_in("admin")
    photos, text = "/staff/set-up/rules/photos/forbidden", "/staff/set-up/rules/texts/cut_off"
    changed(admin, photos, words="thẻ nhà báo\nthẻ nhà báo\n", from_day=NOW.date().isoformat())
    assert "Đổi bằng chứng và ảnh sớm nhất từ ngày mai" in admin.get(photos).text
    changed(admin, photos, words="thẻ nhà báo\n---\n")
    assert "có chữ hoặc số" in admin.get(photos).text
    changed(admin, photos, words="thẻ nhà báo\nthẻ nhà báo\n")
    assert "thẻ nhà báo" in admin.get(photos).text, "what waits for tomorrow is what a second change starts from"
    assert "thẻ nhà báo" not in admin.get("/staff/set-up/rules").text
    clock.forward(days=1)
    admin = sign_in("admin")
    assert "thẻ nhà báo" in admin.get("/staff/set-up/rules").text
    own = "Bưu điện: {commune} ngập, hạn mới {day}."
    changed(admin, text, vi="Bưu điện: {commune} ngập.", en="")
    assert "đúng một lần" in admin.get(text).text
    changed(admin, text, vi=own, en="")
    assert own in re.sub(r"<[^>]+>", "", admin.get("/staff/set-up/rules").text)
    with database.read() as session:
        said = notices.in_own_words(session, notices.CUT_OFF.filled(commune="Phong Điền", day="2/12"), "vi")
        assert str(said) == "Bưu điện: Phong Điền ngập, hạn mới 2/12."
        assert notices.in_own_words(session, notices.CUT_OFF, "en") == notices.CUT_OFF
    for path in ("/reasons/LA", "/photos/x", "/texts/x"):
        assert admin.get(f"/staff/set-up/rules{path}").status_code == 404
    for name in ("dispatcher", "postal"):
        assert sign_in(name).get(text).status_code == 403
