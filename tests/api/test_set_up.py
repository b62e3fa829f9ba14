"""The administrator's pages: every area with what is missing, receivers of callbacks, somebody left to run it all."""

import html
import re
from datetime import date

import pytest
from sqlalchemy import event

from api.work.works import all_works
from postal import NewUser, Role, models
from postal.access import accounts
from postal.access.policy import command_actor
from postal.network import crew
from postal.set_up import changes
from tests import builders as build
from tests.api.conftest import NOW, PASSWORD, work
from tests.api.shown_forms import forms_on, send


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def n_queries(database):
    """Return a function that counts the statements a call takes."""

    def counted(call):
        n = []
        event.listen(database.engine, "before_cursor_execute", note := lambda *_: n.append(1))
        answer = call()
        event.remove(database.engine, "before_cursor_execute", note)
        assert answer.status_code == 200
        return len(n)

    return counted


def add_users(database, role, names):
    with database.write() as session:
        for name in names:
            new = NewUser(username=name, password=PASSWORD, full_name=f"Họ {name}", role=role)
            accounts.add_user(session, new, now=NOW)


def test_the_first_page_says_how_each_area_stands_and_what_is_missing(admin, database):
    page = admin.get("/staff/set-up").text
    assert "chỉ có một người quản trị" in page
    add_users(database, Role.ADMINISTRATOR, ["admin-hai"])
    assert "chỉ có một người quản trị" not in admin.get("/staff/set-up").text
    for link in ("/staff/users", "/staff/keys", "/staff/set-up/endpoints", "/staff/account/second-factor"):
        assert f'href="{link}"' in page
        assert admin.get(link).status_code == 200
    assert "Thiết lập" in admin.get("/staff/").text


def test_only_administrators_open_it(sign_in):
    for name in ("centre", "postal", "dispatcher", "courier"):
        person = sign_in(name)
        assert person.get("/staff/set-up").status_code == 403
        assert "/staff/set-up" not in person.get("/track").text


def test_the_list_of_users_goes_on_page_by_page_and_asks_little(admin, database, n_queries):
    before = n_queries(lambda: admin.get("/staff/users"))
    add_users(database, Role.CENTRE_CLERK, [f"nguoi{n:03d}" for n in range(130)])
    assert n_queries(lambda: admin.get("/staff/users")) == before <= 25
    seen, address = [], "/staff/users?role=centre_clerk"
    while address:
        page = admin.get(address).text
        seen += re.findall(r'/staff/users/\d+">([^<]+)</a>', page)
        found = re.search(r'href="(/staff/users\?[^"]*after=[^"]*)"', page)
        address = found and found[1].replace("&amp;", "&")
    assert seen == sorted({"centre", *(f"nguoi{n:03d}" for n in range(130))})


def test_the_last_administrator_stays_whoever_asks(admin, database):
    """A command may end an administrator, which no page lets oneself do; never the last."""
    add_users(database, Role.ADMINISTRATOR, ["admin-hai"])
    with database.read() as session:
        other = accounts.find_user(session, "admin-hai").id
    sure = {"confirmed": "1", "reason": "thôi việc"}
    assert admin.post(f"/staff/users/{other}/disable", **sure).status_code == 303
    with database.write() as session:
        act = build.act(session, NOW, by=command_actor("user disable"))
        for after in ({"is_active": False}, {"role": "dispatcher"}):
            area, day = models.SetUpArea.USER, NOW.date()
            asked = changes.Wanted(area=area, subject="admin", after=after, from_day=day, reason="x")
            with pytest.raises(accounts.LastAdministrator):
                changes.make(act, asked)
    assert admin.get("/staff/set-up").status_code == 200


def test_a_receiver_is_registered_paused_resumed_given_a_secret_and_removed(admin, database):
    page = "/staff/set-up/endpoints"
    admin.get(page)
    refused = admin.post(page, source_system="khong-co", url="https://example.com/hook")
    assert refused.status_code == 400
    assert 'value="https://example.com/hook"' in refused.text
    refused = admin.post(page, source_system="he-thong-khac", url="http://example.com/hook")
    assert refused.status_code == 400
    made = admin.post(page, source_system="he-thong-khac", url="https://example.com/hook").text
    secret = re.search(r"data-secret-of-endpoint>(whsec_[^<]+)<", made)[1]
    assert secret not in admin.get(page).text
    with database.read() as session:
        endpoint_id = session.query(models.CallbackEndpoint).one().id
    for act, said in (("pause", "tạm dừng"), ("resume", "đang gửi")):
        assert admin.post(f"{page}/{endpoint_id}/{act}").status_code == 303
        assert said in admin.get(page).text
    assert "whsec_" in admin.post(f"{page}/{endpoint_id}/rotate").text
    kept = admin.post(f"{page}/{endpoint_id}/remove")
    assert "example.com" in admin.get(kept.location).text, "not without saying that it is meant"
    assert admin.post(f"{page}/{endpoint_id}/remove", sure="1").status_code == 303
    assert "example.com" not in admin.get(page).text
    with database.read() as session:
        noted = [one.action for one in session.query(models.AuditEntry).filter_by(subject="endpoint")]
    assert noted == [f"endpoint_{act}" for act in ("added", "paused", "resumed", "rotated", "removed")]


def confirm(person, page, step="1"):
    """Send the form of a preview with one of its two buttons."""
    form = next(
        one for one in forms_on(page) if any((c["name"], c["value"]) == ("confirmed", step) for c in one.controls)
    )
    form.control("confirmed").attributes["type"] = "hidden"
    form["confirmed"] = step
    return send(person, form)


@pytest.fixture
def courier_page(own_courier):
    return f"/staff/set-up/couriers/{own_courier[0]}"


def courier_form(admin, page, **changed):
    form = next(one for one in forms_on(admin.get(page).text, page) if one["shift"] is not None)
    for name, value in changed.items():
        form[name] = value
    return form


def test_a_courier_changes_only_after_a_look_at_what_will_be_different(admin, courier_page, database, own_courier):
    shown = send(admin, courier_form(admin, courier_page, litres="60", shift="8h-16h30", reason="CV 12/BĐ"))
    assert shown.status_code == 200
    row = re.search(r"data-preview>.*?</table>", shown.text, re.S)[0]
    assert re.findall(r"<td[^>]*>(?:<strong>)?([^<]+)", row) == ["07:30-17:30", "08:00-16:30", "80", "60"]

    def litres():
        with database.read() as session:
            return session.get_one(models.Courier, own_courier[0]).capacity_ml

    assert litres() == 80_000
    again = admin.get(confirm(admin, shown.text, "edit").location).text
    form = next(one for one in forms_on(again) if one["shift"] is not None)
    assert (form["litres"], form["shift"], form["reason"]) == ("60", "8h-16h30", "CV 12/BĐ")
    shown = send(admin, form)
    assert confirm(admin, shown.text).location == confirm(admin, shown.text).location == courier_page, "once for two"
    assert litres() == 60_000
    page = admin.get(courier_page).text
    assert page.count("CV 12/BĐ") == 1
    change_id = re.search(r"/staff/set-up/changes/(\d+)/undo", page)[1]
    assert admin.post(f"/staff/set-up/changes/{change_id}/undo", reason="nhầm").status_code == 303
    assert litres() == 80_000
    assert "hoàn lại lần đổi số" in admin.get("/staff/set-up/changes?area=courier").text


def test_a_preview_that_another_change_overtook_is_shown_again_before_it_is_made(admin, courier_page, database):
    shown = send(admin, courier_form(admin, courier_page, litres="60", reason="CV 1")).text
    other = send(admin, courier_form(admin, courier_page, litres="50", reason="CV 2")).text
    assert confirm(admin, other).location == courier_page
    refused = confirm(admin, shown)
    assert refused.status_code == 200
    assert "đã đổi từ lúc xem trước" in refused.text
    row = re.search(r"data-preview>.*?</table>", refused.text, re.S)[0]
    assert re.findall(r"<td[^>]*>(?:<strong>)?([^<]+)", row) == ["50", "60"]
    assert "CV 1" not in admin.get(courier_page).text
    assert confirm(admin, refused.text).location == courier_page
    assert "CV 1" in admin.get(courier_page).text


def test_what_is_wrong_with_a_courier_is_named_and_nothing_typed_is_lost(admin, courier_page):
    typed = {"litres": "mười", "shift": "sáng", "start": "ở chợ", "from_day": "2020-01-01", "reason": ""}
    kept = send(admin, courier_form(admin, courier_page, **typed))
    page = html.unescape(admin.get(kept.location).text)
    for said in (
        "Ca làm: viết như",
        "Sức chở (lít): cần một số",
        "Nơi bắt đầu chuyến: cần độ",
        "Vì sao đổi: còn trống",
    ):
        assert said in page
    form = next(one for one in forms_on(page) if one["shift"] is not None)
    assert {name: form[name] or "" for name in typed if name != "from_day"} == {
        name: text for name, text in typed.items() if name != "from_day"
    }
    for typed, said in (
        ({"reason": "thử"}, "Không có gì khác"),
        ({"reason": "thử", "shift": "17:00-08:00"}, "trước khi kết thúc"),
        ({"reason": "thử", "litres": "60", "from_day": "2026-11-01"}, "không đổi lùi"),
    ):
        kept = send(admin, courier_form(admin, courier_page, **typed))
        assert said in html.unescape(admin.get(kept.location).text)


def test_a_change_of_a_later_day_comes_with_the_worker(admin, courier_page, services, clock, app):
    database, courier_id = services.database, int(courier_page.rpartition("/")[2])
    with database.write() as session:
        all_works(services).plant(session, now=NOW)
    shown = send(admin, courier_form(admin, courier_page, litres="60", from_day="2026-11-23", reason="CV 12"))
    assert confirm(admin, shown.text).status_code == 303
    assert "chưa đến ngày" in admin.get("/staff/set-up/changes").text
    work(app)
    for days, litres in ((0, 80_000), (3, 60_000)):
        clock.forward(days=days)
        work(app)
        with database.read() as session:
            assert session.get_one(models.Courier, courier_id).capacity_ml == litres


def test_a_courier_is_added_named_kept_away_and_leaves(admin, database):
    admin.get("/staff/set-up/couriers")
    with database.read() as session:
        office = session.query(models.Office).filter_by(kind="delivery").first().code
    new = {"code": "BT-MOI", "office": office, "full_name": "Lê Văn Mới", "shift": "08:00-16:00", "lunch": ""}
    page = admin.post("/staff/set-up/couriers", **new).location
    kept = admin.get(admin.post("/staff/set-up/couriers", **new).location).text
    assert "BT-MOI đã có" in kept
    admin.get(page)
    sure = {"confirmed": "1", "reason": "CV 8"}
    assert admin.post(f"{page}/name", full_name="Lê Văn Khác", **sure).status_code == 303
    assert admin.post(f"{page}/away", **sure, **{"from": "2026-11-24", "until": "2026-11-25"}).status_code == 303
    shown = admin.get(page).text
    assert "Lê Văn Khác" in shown
    absence = re.search(r"/staff/set-up/absences/(\d+)/end", shown)[1]
    assert re.search("nghỉ [^<]*24/11/2026", admin.get("/staff/set-up/couriers").text)
    assert admin.post(f"/staff/set-up/absences/{absence}/end", **sure).status_code == 303
    left = {"is_active": "0", "reason": "thôi việc", "from_day": "", "confirmed": "1"}
    assert admin.post(f"{page}/in-use", **left).status_code == 303
    assert "thôi đi phát" in admin.get(page).text
    with database.read() as session:
        facts = [(one.action, one.reason, one.facts) for one in session.query(models.AuditEntry)]
        kept = [(one.before, one.after) for one in session.query(models.SetUpChange)]
        assert "Khác" not in str(facts) + str(kept)


def test_days_off_of_the_post_and_of_an_office_are_noted_and_taken_back(admin, database):
    page = "/staff/set-up/days-off"
    admin.get(page)
    sure = {"confirmed": "1", "reason": "CV 9"}
    noted = {"day": "2026-12-24", "kind": "off", "note": "theo CV 9", **sure}
    assert admin.post(page, **noted).status_code == 303
    assert "theo CV 9" in admin.get(page).text
    with database.read() as session:
        assert not session.get_one(models.CalendarDay, date(2026, 12, 24)).is_working
        office = session.query(models.Office).filter_by(kind="delivery").first().id
    passed = admin.get(admin.post(page, **(noted | {"day": "2026-11-01"})).location).text
    assert "notice danger" in passed
    assert admin.post(f"{page}/drop", day="2026-12-24", **sure).status_code == 303
    with database.read() as session:
        assert session.get(models.CalendarDay, date(2026, 12, 24)) is None
    span = {"from": "2026-11-24", "until": "2026-11-25", "confirmed": "1", "reason": "sửa điện"}
    assert admin.post(f"{page}/office", office=str(office), **span).status_code == 303
    closure = re.search(r"/office/(\d+)/end", admin.get(page).text)[1]
    assert admin.post(f"{page}/office/{closure}/end", **sure).status_code == 303
    assert f"/office/{closure}/end" not in admin.get(page).text


def test_no_page_of_the_set_up_asks_more_with_many_rows(admin, database, n_queries, courier_page):
    parts = (
        "couriers",
        "changes",
        "days-off",
        "offices",
        "offices/1",
        "coverage",
        "coverage/19789",
        "promises",
        "tariffs",
    )
    pages = ["/staff/set-up", courier_page, "/staff/set-up/ranges", "/staff/set-up/audit", "/staff/set-up/rules"]
    pages.append("/staff/set-up/tariffs")
    pages += [f"/staff/set-up/{part}" for part in parts]
    before = {page: n_queries(lambda page=page: admin.get(page)) for page in pages}
    with database.write() as session:
        office = session.query(models.Office).filter_by(kind="delivery").first()
        act = build.act(session, NOW, by=command_actor("thu"))
        for n in range(60):
            new = crew.NewCourier(code=f"BX{n:03d}", office=office, full_name=f"Người {n}", beat=["19753"])
            walker = crew.add_courier(session, new, now=NOW)
            crew.note_absence(session, walker, NOW.date(), NOW.date())
        code = session.get_one(models.Courier, int(courier_page.rpartition("/")[2])).code
        for n in range(60):
            what = {"litres": 20 + n}
            asked = changes.Wanted(
                area=models.SetUpArea.COURIER, subject=code, after=what, from_day=NOW.date(), reason="x"
            )
            changes.make(act, asked)
    after = {page: n_queries(lambda page=page: admin.get(page)) for page in pages}
    assert max(after.values()) <= 25
    assert all(after[page] <= before[page] + 2 for page in pages), (before, after)


def test_an_office_is_added_described_and_closed(admin, database):
    page = "/staff/set-up/offices"
    admin.get(page)
    new = {"code": "BC-MOI", "name": "Bưu cục Mới", "kind": "delivery", "commune": "19789", "point": ""}
    for name, wrong in (("commune", "99999"), ("kind", "cửa hàng"), ("point", "ở chợ"), ("code", "BC-PHU-XUAN")):
        refused = admin.post(page, **(new | {name: wrong}))
        assert "notice danger" in admin.get(refused.location).text, name
    page = admin.post(page, **new).location
    form = next(one for one in forms_on(admin.get(page).text, page) if one["opening_hours"] is not None)
    form["phone"], form["opening_hours"], form["reason"] = "0234 3822000", "7 giờ – 17 giờ", "CV 3"
    shown = send(admin, form)
    assert "0234 3822000" in shown.text
    assert confirm(admin, shown.text).status_code == 303
    assert 'value="7 giờ – 17 giờ"' in admin.get(page).text
    leaving = {"is_active": "0", "reason": "sáp nhập", "from_day": "", "confirmed": "1"}
    assert admin.post(f"{page}/in-use", **leaving).status_code == 303
    assert "đã đóng" in admin.get(page).text
    with database.read() as session:
        busy = session.query(models.Office).filter_by(code="BC-PHU-XUAN").one().id
    kept = admin.post(f"/staff/set-up/offices/{busy}/in-use", **leaving)
    assert "Chưa đóng được" in admin.get(kept.location).text


def test_a_commune_and_a_promise_change_after_a_look(admin, database, own_round):
    page = "/staff/set-up/coverage/19789"
    form = next(one for one in forms_on(admin.get(page).text, page) if one["zone"] is not None)
    form["zone"], form["reason"] = "vùng mới", "QĐ 7"
    shown = send(admin, form)
    assert "vùng mới" in re.search(r"data-preview>.*?</table>", shown.text, re.S)[0]
    assert confirm(admin, shown.text).status_code == 303
    assert "vùng mới" in admin.get("/staff/set-up/coverage").text
    nobody = {"office": "", "zone": "x", "from_day": "2026-11-25", "reason": "chuyển", "confirmed": "1"}
    assert admin.post(page, **nobody).status_code == 303
    assert "chưa đến ngày" in admin.get(page).text
    page, rule = "/staff/set-up/promises", {"from_zone": "vùng mới", "to_zone": "*", "days": "3", "legal_ref": "QĐ 7"}
    admin.get(page)
    before = _promised(database)
    assert admin.post(page, **rule, reason="QĐ 7", confirmed="1").status_code == 303
    assert "J+3" in admin.get(page).text
    assert _promised(database) == before, "what was handed over keeps its promise"
    gone = {"from_zone": "vùng mới", "to_zone": "*", "goes": "1", "reason": "hết hiệu lực", "confirmed": "1"}
    assert admin.post(page, **gone).status_code == 303
    with database.read() as session:
        assert session.query(models.TransitRule).filter_by(from_zone="vùng mới").count() == 0
    assert admin.get("/staff/set-up/coverage/99999").status_code == 404


def _promised(database):
    with database.read() as session:
        return [one.promised_by for one in session.query(models.Consignment).order_by(models.Consignment.id)]


def test_a_range_is_noted_with_its_document_and_what_is_left_given_back(admin, database):
    page = "/staff/set-up/ranges"
    admin.get(page)
    new = {"indicator": "eb", "first": "100", "last": "199", "granted_by": "CV 5/BĐVN", "reason": "CV 5"}
    for name, wrong in (("indicator", "1"), ("first", "một"), ("last", "50"), ("granted_by", "")):
        refused = admin.get(admin.post(page, **(new | {name: wrong})).location).text
        assert "notice danger" in refused, name
    assert "chỉ trả lại được số chưa dùng" in admin.post(page, **new).text
    assert admin.post(page, **new, confirmed="1").status_code == 303
    shown = admin.get(page).text
    assert "EB 00000100–00000199 VN" in shown
    with database.read() as session:
        range_id = session.query(models.S10Range).filter_by(indicator="EB").one().id
    assert "100 số còn lại" in admin.post(f"{page}/{range_id}/end", reason="nhầm").text
    assert admin.post(f"{page}/{range_id}/end", reason="nhầm", confirmed="1").status_code == 303
    assert "đã hết" in admin.get(page).text


def test_a_price_is_noted_and_minutes_of_that_day_show_it(admin, sign_in, database, own_round):
    page, new = "/staff/set-up/tariffs", {"name": "nội tỉnh, đến 100 g", "amount_vnd": "26.500", "legal_ref": "QĐ 9"}
    assert "không có sẵn cước" in admin.get(page).text
    refused = admin.post(page, **(new | {"amount_vnd": "đắt", "reason": "QĐ 9"}))
    assert "notice danger" in admin.get(refused.location).text
    assert admin.post(page, **new, reason="QĐ 9", confirmed="1").status_code == 303
    assert "26.500" in admin.get(page).text
    with database.read() as session:
        posted = session.query(models.Consignment).filter(models.Consignment.posted_at.is_not(None)).first().id
    assert "nội tỉnh, đến 100 g: 26.500" in sign_in("postal").get(f"/staff/consignments/{posted}").text
    gone = {"name": new["name"], "goes": "1", "reason": "bãi bỏ", "confirmed": "1"}
    assert admin.post(page, **gone).status_code == 303
    assert "không có sẵn cước" in admin.get(page).text
