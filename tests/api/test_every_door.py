"""Every door is gone through by every role that may, and behind them every act of ours is called.

Two days of the post, once with its clerk and once with its dispatcher at the counter; no use case is called but by a
form, a request or a command. What is to be opened is read from the map of addresses, what is called from the code.
"""

import base64
import html
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pyotp
import pytest

from api.web.auth import rule_of
from postal import Role, Scope, citizen, custody, models, people
from postal.access.policy import ROLE_ACTIONS, SCOPE_ACTIONS
from postal.rounds import due_from_courier
from tests import builders as build
from tests.api.authenticator import Authenticator
from tests.api.conftest import PASSWORD
from tests.api.doorways import Doors
from tests.api.envelopes import sealed
from tests.api.shown_forms import forms_on, send
from tests.doors import product
from tests.hostile_pictures import png

PEOPLE = {"admin": Role.ADMINISTRATOR, "centre": Role.CENTRE_CLERK, "postal": Role.POSTAL_CLERK,
          "dispatcher": Role.DISPATCHER, "walker": Role.COURIER}  # fmt: skip
ASKING = ("centre", "postal", "dispatcher")
PNG = png(60, 20)
DRAWN = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
MONDAY, WEDNESDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC), datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
GIVER = {"giver_name": "Lê Thị Giao", "giver_position": "Cán bộ"}
RECEIVER = {"receiver_name": "Trần Văn Nhận", "receiver_position": "Cán bộ"}
OTHER_PASSWORD = "tre xanh bong mat"
SIDES = {**GIVER, **RECEIVER}
UNCLEAR = {"address": "12 Lê Lợi", "lat": "", "lon": ""}
VAGUE = {"address": "Thôn Đông, xã Vinh Lộc", "lat": "", "lon": ""}
FAR = {"address": "12 Lê Lợi, phường Thuận Hóa", "lat": "16.20", "lon": "107.90"}
ODD = {"phone": "09051"}
_DECIDED = {"note": "accepted", "scan": "dismissed"}
_LOADABLE = ("handed_over", "at_office", "held")
ITEM, CONSIGNMENT = models.Item, models.Consignment


@pytest.fixture
def settings(settings):
    by_transfer = {"vietqr_bank": "970415", "vietqr_account": "0011001932418"}
    shown = {"confirm_minutes": 20 * 24 * 60, "sheet_phones": "numbered"}
    return settings.model_copy(update=shown | by_transfer)


@pytest.fixture
def doors(app, services, house):
    return Doors(app, services, house["key"])


def test_every_door_is_gone_through_by_every_role_and_every_act_is_done(doors, app, clock, tmp_path):
    _set_up(doors, tmp_path)
    _questions(doors)
    _one_by_one(doors)
    _endpoints(doors)
    clock.now = MONDAY
    _day(doors, clock, "postal", "2026-11-23", first=200)
    clock.now = WEDNESDAY
    _day(doors, clock, "dispatcher", "2026-11-25", first=300)
    _acts_on_one(doors, clock)
    _mending(doors)
    _looks(doors)
    _users_and_keys(doors)
    _own_accounts(doors, clock)
    _sent_twice_and_too_late(doors)
    _upkeep(doors, tmp_path)
    _asked_again(doors, clock)
    assert sorted(_wanted(app) - doors.opened) == []
    assert sorted(map(str, product().acts - doors.called)) == []


def _wanted(app):
    """Return every door that changes something, with everybody who may: people by role, the system by its scopes."""
    wanted = set()
    for rule in app.url_map.iter_rules():
        found = rule_of(app, rule.endpoint)
        if found.public_because:
            continue
        for method in rule.methods & {"POST", "PUT", "DELETE", "PATCH"}:
            roles = [name for name, role in PEOPLE.items() if set(found.actions) & ROLE_ACTIONS[role]]
            is_for_systems = any(set(found.actions) & SCOPE_ACTIONS[scope] for scope in Scope)
            roles += ["system"] if is_for_systems and rule.rule.startswith("/v1/") else []
            wanted |= {(method, rule.endpoint, name) for name in roles}
    return wanted


def _items(doors, *states):
    rows = doors.rows(ITEM.id, ITEM.consignment_id, ITEM.s10, ITEM.dossier_code, ITEM.state)
    return [row for row in rows if not states or row.state in states]


def _of(doors, n):
    """Return id, consignment, S10 and dossier of the result with a number of the tests' own."""
    code = build.result(n).dossier_code
    return next(row for row in _items(doors) if row.dossier_code == code)


def _set_up(doors, tmp_path):
    doors.run("seed", "--province", "Huế", "--export", str(tmp_path / "mang-luoi"))
    doors.run("seed", "--from", str(tmp_path / "mang-luoi"), "--replace")
    doors.run("office", "add", "BC-MOI", "--name", "Bưu cục Mới", "--commune", "19789")
    doors.run("office", "rename", "BC-MOI", "Bưu cục Mới Hơn")
    doors.run("office", "close", "BC-MOI")
    office = doors.rows(models.Office.id, models.Office.code)[0].code
    doors.run("courier", "add", "BT-MOI", "--office", office, "--name", "Bưu Tá Mới")
    doors.run("courier", "hours", "BT-MOI", "--shift", "08:00-16:00")
    doors.run("courier", "set", "BT-MOI", "--litres", "60")
    doors.run("courier", "away", "BT-MOI", "2099-11-30", "2099-12-01")
    doors.run("courier", "retire", "BT-MOI")
    doors.run("closure", "add", "19789", "2026-12-20", "2026-12-21", "--reason", "ngập")
    doors.run("closure", "end", "19789")
    doors.run("range", "add", "EA", "0", "99", "--granted-by", "thử", "--fake")
    doors.run("user", "add", "walker-2", "--role", "dispatcher", "--name", "Người Mới", stdin="mot mat khau dai\n")
    doors.run("user", "password", "walker-2", stdin="mot mat khau khac\n")
    doors.run("user", "disable", "walker-2")
    key = doors.run("api-key", "add", "may-thu", "--scope", "items:read").split()[-1]
    doors.run("api-key", "revoke", key.split("_")[1])
    doors.form("centre", "/language", language="en", next="/staff/")
    doors.form("centre", "/language", language="vi", next="/staff/")


def _second_factor(doors, name, clock):
    """An app and a passkey added, fresh recovery codes, both used for signing in, both taken away."""
    page, passkey = "/staff/account/second-factor", Authenticator()
    doors.form(name, "/staff/confirm", next=page)
    doors.form(name, f"{page}/app")
    secret = re.search(r"data-secret>([A-Z2-7]+)<", doors.person(name).get(page).text)[1]
    doors.form(name, f"{page}/app/confirm", code=pyotp.TOTP(secret).at(clock.now))
    with doors.watching():
        offer = html.unescape(re.search(r'data-options="([^"]+)"', doors.person(name).get(page).text)[1])
    doors.form(name, f"{page}/passkeys", passkey=passkey.make(offer), name="máy ở quầy")
    doors.form(name, f"{page}/recovery-codes")
    doors.form(name, "/staff/sign-out")
    doors.person(name).get("/staff/sign-in")
    doors.form(name, "/staff/sign-in", username=name, password=PASSWORD)
    asked = doors.person(name).get("/staff/sign-in/factor").text
    proof = passkey.prove(html.unescape(re.search(r'data-options="([^"]+)"', asked)[1]))
    doors.form(name, "/staff/sign-in/factor", passkey=proof)
    passkey_id = re.search(r"/passkeys/(\d+)/remove", doors.person(name).get(page).text)[1]
    doors.form(name, f"{page}/passkeys/{passkey_id}/remove")
    doors.form(name, f"{page}/app/remove")


def _asked_again(doors, clock):
    _sign_in_again(doors, "admin")
    clock.forward(days=21)
    assert 'name="confirm_password"' in doors.person("admin").get("/staff/users").text
    doors.form("admin", "/staff/confirm", next="/staff/users", confirm_password=PASSWORD)


def _users_and_keys(doors):
    made = {"username": "nguoi-moi", "full_name": "Lê Văn Mới", "role": "postal_clerk", "office": "", "courier": ""}
    doors.form("admin", "/staff/users", **made)
    page = f"/staff/users/{doors.rows(models.User.id)[-1].id}"
    sure = {"reason": "CV 4", "confirmed": "1"}
    doors.form("admin", f"{page}/rights", role="dispatcher", office="", courier="", **sure)
    for act in ("password", "sign-out", "reset-factor", "disable", "enable"):
        doors.form("admin", f"{page}/{act}", **sure)
    doors.form("admin", "/staff/keys", source_system="may-moi", scope="items:read", office="", **sure)
    doors.form("admin", f"/staff/keys/{doors.rows(models.ApiKey.id)[-1].id}/revoke", **sure)
    doors.run("user", "reset-factor", "nguoi-moi")
    page = "/staff/set-up/endpoints"
    doors.form("admin", page, source_system=build.SYSTEM, url="https://example.com/hook")
    page = f"{page}/{doors.rows(models.CallbackEndpoint.id)[-1].id}"
    for act in ("rotate", "pause", "resume"):
        doors.form("admin", f"{page}/{act}")
    doors.form("admin", f"{page}/remove", sure="1")
    _couriers_and_days(doors)


def _couriers_and_days(doors):
    """What an administrator changes of couriers and days off: shown before, made, undone; dropped and ended."""
    page, office = "/staff/set-up/couriers", doors.rows(models.Office.id, models.Office.code, models.Office.kind)
    office = next(row for row in office if row.kind == "delivery")
    hours = {"shift": "08:00-16:00", "lunch": ""}
    doors.form("admin", page, code="BT-TRANG", office=office.code, full_name="Bưu Tá Trang", **hours)
    page, why = f"{page}/{doors.rows(models.Courier.id)[-1].id}", {"from_day": "", "reason": "CV 12"}
    for step in ("", "1"):
        doors.form("admin", page, office=office.code, litres="60", confirmed=step, **hours, **why)
        doors.form("admin", f"{page}/in-use", is_active="0", confirmed=step, **why)
    doors.form("admin", f"/staff/set-up/changes/{doors.rows(models.SetUpChange.id)[-1].id}/undo", reason="nhầm")
    sure = {"reason": "CV 4", "confirmed": "1"}
    doors.form("admin", f"{page}/name", full_name="Bưu Tá Khác", **sure)
    span = {"from": "2026-12-28", "until": "2026-12-29"}
    doors.form("admin", f"{page}/away", **span, **sure)
    doors.form("admin", f"/staff/set-up/absences/{doors.rows(models.Absence.id)[-1].id}/end", **sure)
    page = "/staff/set-up/days-off"
    doors.form("admin", page, day="2026-12-24", kind="off", note="CV 9", **sure)
    doors.form("admin", f"{page}/drop", day="2026-12-24", **sure)
    doors.form("admin", f"{page}/office", office=str(office.id), **sure, **span)
    doors.form("admin", f"{page}/office/{doors.rows(models.OfficeClosure.id)[-1].id}/end", **sure)
    _places_and_numbers(doors, why)


def _places_and_numbers(doors, why):
    page, why = "/staff/set-up/offices", why | {"confirmed": "1"}
    doors.form("admin", page, code="BC-TRANG", name="Bưu cục Trang", kind="delivery", commune="19789", point="")
    page = f"{page}/{doors.rows(models.Office.id)[-1].id}"
    told = {"name": "Bưu cục Trang Mới", "commune": "19789", "point": "16.4637, 107.5909", "phone": "0234 3822000"}
    doors.form("admin", page, **told, **why)
    doors.form("admin", f"{page}/in-use", is_active="0", **why)
    page, served = "/staff/set-up/coverage/19789", doors.rows(models.Coverage.commune_code, models.Coverage.office_id)
    office_id = next(row.office_id for row in served if row.commune_code == "19789")
    office = next(row.code for row in doors.rows(models.Office.id, models.Office.code) if row.id == office_id)
    doors.form("admin", page, office=office, weekdays="01234"[0], zone="vùng mới", **why)
    doors.form("admin", f"/staff/set-up/changes/{doors.rows(models.SetUpChange.id)[-1].id}/undo", reason="nhầm")
    rule = {"from_zone": "vùng mới", "to_zone": "*", "days": "3", "legal_ref": "QĐ 7"}
    doors.form("admin", "/staff/set-up/promises", **rule, **why)
    price = {"name": "nội tỉnh", "amount_vnd": "26.500", "legal_ref": "QĐ 9"}
    doors.form("admin", "/staff/set-up/tariffs", **price, **why)
    rules = "/staff/set-up/rules"
    doors.form("admin", f"{rules}/reasons/TU_CHOI", needs="words", is_offered="1", **why)
    doors.form("admin", f"{rules}/photos/forbidden", words="thẻ nhà báo", **why)
    doors.form("admin", f"{rules}/texts/given", vi="{office}: {at}, đã phát {codes}.", **why)
    page, ring = "/staff/set-up/borders", [[107.5, 16.4], [107.7, 16.4], [107.6, 16.5], [107.5, 16.4]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    one = {"type": "Feature", "properties": {"code": "19789"}, "geometry": geometry}
    file = json.dumps({"type": "FeatureCollection", "features": [one]}).encode()
    doors.form("admin", page, source="Sở", files={"file": (file, "ranh-gioi.json")})
    doors.form("admin", f"{page}/forget", sure="1")
    page, granted = "/staff/set-up/ranges", {"granted_by": "CV 1", "is_fake": "1"}
    doors.form("admin", page, indicator="EB", first="0", last="99", **granted, **why)
    page = f"{page}/{doors.rows(models.S10Range.id)[-1].id}/end"
    doors.form("admin", page, **why)


def _looks(doors):
    for name in ("admin", *ASKING):
        page = f"/staff/consignments/{doors.rows(CONSIGNMENT.id)[0][0]}"
        doors.form(name, f"{page}/look", reason="đơn khiếu nại 12/2026")


def _own_accounts(doors, clock):
    """Everybody changes the own password to and fro, and ends where they were signed in."""
    for name in PEOPLE:
        for now, then in ((PASSWORD, OTHER_PASSWORD), (OTHER_PASSWORD, PASSWORD)):
            doors.form(name, "/staff/account/password", current=now, password=then, again=then)
        doors.form(name, "/staff/account/sign-ins/end-others")
        _second_factor(doors, name, clock)
        page = doors.person(name).get("/staff/account").text
        doors.form(name, re.search(r'"(/staff/account/sign-ins/\d+/end)"', page)[1])


def _sent_twice_and_too_late(doors):
    """A shown form is one act however often it is sent; sent after the session ended it waits behind the sign-in."""
    shown = "/staff/day-orders"
    person = doors.person("dispatcher")
    _sign_in_again(doors, "dispatcher")
    form = next(one for one in forms_on(person.get(shown).text) if one.action == f"{shown}/away")
    form["courier"] = "BT040"
    with doors.watching():
        assert send(person, form).location == send(person, form).location
    person.client.delete_cookie("tannha")
    with doors.watching():
        assert "kept" in send(person, form).location
    _sign_in_again(doors, "dispatcher")


def _sign_in_again(doors, name):
    doors.person(name).get("/staff/sign-in")
    doors.form(name, "/staff/sign-in", username=name, password=PASSWORD)


def _questions(doors):
    """Three of each question, one for each role that answers."""
    kinds = {
        "unclear": UNCLEAR,
        "elsewhere": UNCLEAR,
        "vague": VAGUE,
        "point": VAGUE,
        "keep": FAR,
        "drop": FAR,
        "odd": ODD,
    }
    numbers = {kind: [100 + 10 * k + n for n in range(len(ASKING))] for k, kind in enumerate(kinds)}
    doors.bring_in(*(build.result(n, **cells) for kind, cells in kinds.items() for n in numbers[kind]))
    answers = {
        "unclear": ("address", {"commune_code": "19789"}),
        "elsewhere": ("outside", {"sure": "1"}),
        "vague": ("release", {"reason": "bưu tá quen địa bàn"}),
        "point": ("point", {"lat": "16,4637", "lon": "107,5909"}),
        "keep": ("far-point", {"answer": "keep"}),
        "drop": ("far-point", {"answer": "drop"}),
        "odd": ("settle", {"code": "bad_phone", "phone": "0905123456"}),
    }
    for kind, (path, fields) in answers.items():
        for name, n in zip(ASKING, numbers[kind], strict=True):
            doors.form(name, f"/staff/consignments/{_of(doors, n).consignment_id}/{path}", **fields)
    for n, name in enumerate(ASKING):
        doors.bring_in(build.result(170 + n, address="Thôn Đông, xã Vinh Lộc", lat="", lon=""))
        where, _ = doors.form(name, "/staff/bulk", list="queue", deed="release", item=str(_of(doors, 170 + n).id))
        doors.form(name, f"{where}/confirm", reason="bưu tá quen địa bàn")
    for name in ("admin", *ASKING):
        for of, form in (("queue", "csv"), ("late", "xlsx")):
            doors.form(name, "/staff/lists/export", list=of, form=form)
    slips = ("Trung tâm Phục vụ hành chánh công thành phố Huế", "Trung tâm Phục vụ hành chính công thành phố Huếe",
             "Trung tâm Phục vu hành chính công thành phố Huế")  # fmt: skip
    doors.bring_in(*(build.result(180 + n, office=slip) for n, slip in enumerate(slips)))
    offices = doors.rows(models.Office.id, models.Office.name, models.Office.is_active)
    meant = next(str(row.id) for row in offices if row.name == build.CENTRE and row.is_active)
    for n, name in enumerate(ASKING):
        page = f"/staff/consignments/{_of(doors, 180 + n).consignment_id}/office"
        doors.form(name, page, office_id=meant)
    for name in (*ASKING, "admin"):
        doors.form(name, "/staff/find", person="Hằng")


def _mending(doors):
    slip = "Trung tâm Phục vụ hành chính công thành phố Huếe"
    rows = [build.result(190, office=slip, finished_at="11/20/26"), build.result(191, recipient=""),
            build.result(192, **UNCLEAR), build.result(193)]  # fmt: skip
    file = {"file": (build.results_csv(rows), "ket-qua.csv")}
    page, trial = doors.form("centre", "/staff/intake/check", files=file)
    headings = doors.look("centre", f"{page}/columns").text
    columns = re.findall(r'name="(column-\w+)"(?:(?!</select>).)*?<option value="(\d+)" selected', headings, re.DOTALL)
    _, trial = doors.form("centre", f"{page}/columns", **dict(columns))
    office_id = re.search(rf'value="(\d+)"[^>]*>{build.CENTRE}</option>', trial.text)[1]
    doors.form("centre", f"{page}/dates", order="mdy")
    row_id = re.search(r'name="row_id" value="(\d+)"', trial.text)[1]
    doors.form("centre", f"{page}/office", row_id=row_id, office_id=office_id)
    doors.form("centre", "/staff/intake/import", upload=page.rpartition("/")[2])
    row_id = re.search(r'id="row-(\d+)"', doors.look("centre", f"{page}?show=refused").text)[1]
    doors.form("centre", f"{page}/rows/{row_id}", recipient="Lê Văn Sửa")
    doors.form("centre", f"{page}/take")
    asked = _of(doors, 192).consignment_id
    intake_id = doors.rows(models.IntakeRow.intake_id)[-1][0]
    doors.form("centre", f"/staff/intake/{intake_id}/addresses/{asked}", commune_code="19789")


def _one_by_one(doors):
    office_id = str(doors.rows(CONSIGNMENT.issuing_office_id)[0][0])
    typed = {"office_id": office_id, "recipient": "Lê Văn Nhận", "phone": "0905123456",
             "address": "7 Lê Lợi, phường Thuận Hóa, thành phố Huế"}  # fmt: skip
    doors.form(
        "centre", "/staff/results/new", dossier_code="H57.15-261120-0901", finished_at="20/11/2026 16:00", **typed
    )
    for n, name in enumerate(("centre", "postal")):
        doors.form(name, "/staff/collections/new", dossier_code=f"H57.15-261120-091{n}", **typed)
    row = {"office": build.CENTRE, "recipient": "Lê Văn Nhận", "address": typed["address"], "phone": "0905123456"}
    at = {"finished_at": "2026-11-20T15:00:00+07:00"}
    for name in ("centre", "system"):
        step = {"status": 4, "status_at": "2026-11-20T09:00:00+07:00", "appointment_on": "2026-11-27"}
        told = {"dossier_code": "H57.15-261120-0940", "office": build.CENTRE, "recipient": "Lê Văn Nhận"}
        doors.json(name, "POST", "/v1/dossiers", told | step)
    for n, name in enumerate(("centre", "postal", "system")):
        code = f"H57.15-261120-092{n}"
        doors.json(name, "POST", "/v1/collections", row | {"dossier_code": code}, key=f"nhan-{n}-0001")
        if name == "postal":
            continue
        code = f"H57.15-261120-093{n}"
        doors.json(name, "POST", "/v1/results", row | at | {"dossier_code": code}, key=f"ket-qua-{n}-0001")
        doors.json(name, "POST", f"/v1/items/{code}/cancel", {"reason": "cấp nhầm"})


def _endpoints(doors):
    hook = {"url": "https://example.com/hook", "kinds": []}
    for name in ("admin", "system"):
        made = doors.json(name, "POST", "/v1/endpoints", hook)["id"]
        doors.json(name, "PUT", f"/v1/endpoints/{made}", hook | {"kinds": ["item.delivered"]})
        for act in ("rotate", "pause", "resume"):
            doors.json(name, "POST", f"/v1/endpoints/{made}/{act}")
        doors.json(name, "DELETE", f"/v1/endpoints/{made}")
    added = doors.run("endpoint", "add", "motcua-hue", hook["url"])
    number = re.search(r"số (\d+)", added)[1]
    for act in (("change", number, "--every-kind"), ("rotate", number), ("pause", number), ("resume", number)):
        doors.run("endpoint", *act)
    doors.run("send-callbacks")
    doors.run("endpoint", "remove", number, "--yes")


def _day(doors, clock, post, day, *, first):
    """One whole day with one role of the post at the counter."""
    fees = {"fee_vnd": "50000", "take_back": "Giấy cũ (bản chính)"}
    asked = {"office": build.CENTRE, "recipient": "Lê Văn Nhận", "phone": "0905123456",
             "address": "9 Lê Lợi, phường Thuận Hóa, thành phố Huế",
             "dossier_code": f"H57.15-261120-08{first // 100}1"}  # fmt: skip
    doors.json("system", "POST", "/v1/collections", asked, key=f"nhan-ho-so-{first}")
    doors.bring_in(*(build.result(first + n, **(fees if n < 12 else {})) for n in range(16)))
    elsewhere = {"address": "12 Lê Duẩn, phường Hải Châu, thành phố Đà Nẵng", "lat": "", "lon": ""}
    doors.bring_in(build.result(first + 40, **elsewhere), build.result(first + 41, window="03:00-05:00"))
    page = _batch(doors, post)
    _outside(doors, post)
    rounds = _plan(doors, day)
    _rounds(doors, clock, post, rounds)
    _evening(doors, clock, post, day, rounds)
    assert page


def _batch(doors, post):
    ready = doors.person("centre").get("/staff/batches").text
    office_id = re.search(r'name="office_id" value="(\d+)"', ready)[1]
    page, opened = doors.form("centre", "/staff/batches", office_id=office_id)
    ids = re.findall(r'name="weight-(\d+)"', opened.text)
    doors.form("centre", f"{page}/remove", item_id=ids[0])
    doors.form("centre", f"{page}/add")
    ids = re.findall(r'name="weight-(\d+)"', doors.person("centre").get(page).text)
    documents = {str(row[0]): str(len(row[1]) or 1) for row in doors.rows(ITEM.id, ITEM.documents)}
    doors.form("centre", f"{page}/packing", text=doors.rows(ITEM.id, ITEM.dossier_code, ITEM.s10)[-1].dossier_code)
    doors.form("centre", f"{page}/packing/leave")
    counts = {}
    for one in ids:
        counts |= {f"giver-{one}": documents[one], f"receiver-{one}": documents[one], f"weight-{one}": "40"}
    doors.form("centre", f"{page}/pack", **counts)
    doors.form("centre", f"{page}/packing/again", item_id=ids[0])
    doors.form(
        "centre", f"{page}/packing", item_id=ids[0], giver=documents[ids[0]], receiver=documents[ids[0]], text="41"
    )
    doors.form("centre", f"{page}/close", sure="1")
    for n, name in enumerate(ASKING):
        doors.form(
            name, f"{page}/labels", size="100x150", **({"reason": "nhãn rách"} if n or post == "dispatcher" else {})
        )
    codes = [row.s10 for row in _items(doors, "batched")]
    ending = post if post == "postal" else "centre"
    for name in {"centre", ending}:
        doors.form(name, f"{page}/count", code=codes[0])
        doors.json(name, "POST", f"/v1{page.removeprefix('/staff')}/count", {"codes": codes[:2]})
    doors.form(ending, f"{page}/count", codes="\n".join(codes[:-1]))
    doors.json(ending, "POST", f"/v1{page.removeprefix('/staff')}/count", {"codes": ["EE123456785VN"]})
    receipt, _ = doors.form(ending, f"{page}/count/hand-over", **GIVER, receiver_name="Trần Văn Nhận")
    for name, side in zip(ASKING, ("giver", "receiver"), strict=False):
        if post == "postal":
            doors.form(name, f"{receipt}/sign", side=side, drawn=DRAWN)
        elif name == "centre":
            doors.form("dispatcher", f"{receipt}/sign", side=side, drawn=DRAWN)
    return page


def _outside(doors, post):
    office_id = doors.rows(models.Office.id)[0].id
    with doors.services.database.read() as session:
        found = session.query(ITEM).join(CONSIGNMENT).filter(CONSIGNMENT.address_status == "outside")
        codes = [item.s10 for item in found if item.state == "handed_over"]
    half = codes if post == "dispatcher" else codes[:1]
    doors.form(post, f"/staff/offices/{office_id}/arrivals", codes="\n".join(half))
    doors.form(post, f"/staff/offices/{office_id}/outside", code=half[0])
    doors.json(post, "POST", f"/v1/offices/{office_id}/outside", {"codes": half})
    doors.form(
        post, f"/staff/offices/{office_id}/outside/hand-over", giver_name="Trần Văn Nhận", receiver_name="Đội xe"
    )
    report = {"code": half[0], "status": "I", "happened_at": "2026-11-23T09:00:00+07:00"}
    doors.json("system", "POST", "/v1/carrier-reports", {"reports": [report]})


def _plan(doors, day):
    _small_boxes(doors)
    doors.form("dispatcher", "/staff/plans", day=day, seconds="2")
    made = doors.rows(models.DayPlan.id)[-1].id
    stop = doors.rows(models.RoundStop.id, models.RoundStop.consignment_id, models.RoundStop.round_id)[-1]
    by_hand = {"stop": str(stop.consignment_id), "to": str(stop.round_id), "position": "1"}
    doors.form("dispatcher", f"/staff/plans/{made}/move", edit="0", **by_hand)
    doors.form("dispatcher", f"/staff/plans/{made}/keep", edit="1", stop=str(stop.consignment_id))
    doors.form("dispatcher", f"/staff/plans/{made}/undo", edit="2")
    doors.form("dispatcher", f"/staff/plans/{made}/undo", edit="3")
    doors.form("dispatcher", f"/staff/plans/{made}/publish")
    rounds = _by_length(doors, made)
    if day == "2026-11-23":
        walked = doors.rows(models.DeliveryRound.id, models.DeliveryRound.courier_id)
        own = next(row.courier_id for row in walked if row.id == rounds[0])
        code = next(row.code for row in doors.rows(models.Courier.id, models.Courier.code) if row.id == own)
        added = ("user", "add", "walker", "--role", "courier", "--name", "Bưu Tá", "--courier", code)
        doors.run(*added, stdin="mot mat khau dai\n")
    stop = doors.rows(models.RoundStop.id, models.RoundStop.round_id)[-1]
    doors.form("dispatcher", f"/staff/rounds/{stop.round_id}/keep", stop_id=str(stop.id), courier="")
    doors.form("dispatcher", f"/staff/rounds/{stop.round_id}/keep-order")
    span = {"from": day, "until": day}
    doors.form("dispatcher", "/staff/day-orders/away", courier="BT040", **span)
    doors.form("dispatcher", f"/staff/day-orders/away/{doors.rows(models.Absence.id)[-1].id}/end", day=day)
    shut = next(row.id for row in doors.rows(models.Office.id, models.Office.kind) if row.kind == "delivery")
    doors.form("dispatcher", "/staff/day-orders/office", office=str(shut), reason="sửa điện", **span)
    doors.form("dispatcher", f"/staff/day-orders/office/{doors.rows(models.OfficeClosure.id)[-1].id}/end", day=day)
    doors.form("dispatcher", "/staff/day-orders/commune", commune="19753", reason="ngập", **span)
    doors.form("dispatcher", "/staff/day-orders/commune/19753/open", day=day)
    cut = {"commune": "19753", **span, "reason": "lũ", "proof": ""}
    doors.form("dispatcher", "/staff/flood/effect", **cut)
    doors.form("dispatcher", "/staff/flood/close", **cut)
    with doors.services.database.read() as session:
        closure_id = session.query(models.CommuneClosure).order_by(models.CommuneClosure.id.desc()).first().id
    doors.form("dispatcher", f"/staff/flood/{closure_id}/prove", proof="Công điện 12")
    doors.form("dispatcher", "/staff/flood/open", commune="19753", day=day)
    road = {"one_end": "16.40, 107.5875", "other_end": "16.41, 107.5875", "reason": "ngập", "detour_min": "20"}
    doors.form("dispatcher", "/staff/day-orders/road", **road, **span)
    doors.form("dispatcher", f"/staff/day-orders/{doors.rows(models.DayOrder.id)[-1].id}/end")
    for name in ASKING:
        doors.form(name, f"/staff/rounds/{rounds[0]}/labels", reason="nhãn rách", size="100x150")
        if (vague := _round_of_an_unlocated_stop(doors, rounds)) is not None:
            doors.form(name, f"/staff/rounds/{vague}/numbered-sheet.pdf")
    return rounds


def _small_boxes(doors):
    """Give the couriers of one office so little room that its stops take two rounds: one passes stops to the other."""
    with doors.services.database.read() as session:
        office_id = session.query(models.Coverage).filter_by(commune_code="19789").first().office_id
        own = session.query(models.Courier).filter_by(office_id=office_id, is_active=True)
        codes = [one.code for one in own.order_by(models.Courier.id)]
    for code in codes:
        doors.run("courier", "set", code, "--litres", "6")


def _by_length(doors, plan_id):
    with doors.services.database.read() as session:
        found = session.get_one(models.DayPlan, plan_id).rounds
        return [one.id for one in sorted(found, key=lambda one: (-len(one.stops), one.id))]


def _round_of_an_unlocated_stop(doors, rounds):
    with doors.services.database.read() as session:
        stops = session.query(models.RoundStop).join(CONSIGNMENT).filter(models.RoundStop.round_id.in_(rounds))
        found = stops.filter(CONSIGNMENT.precision == "commune").order_by(models.RoundStop.id).first()
        return found.round_id if found else None


def _pieces(doors, round_id):
    with doors.services.database.read() as session:
        found = session.query(ITEM).join(models.RoundStop, models.RoundStop.consignment_id == ITEM.consignment_id)
        found = found.filter(models.RoundStop.round_id == round_id, models.RoundStop.passed_on_at.is_(None))
        found = found.order_by(ITEM.id).all()
        return [(i.id, i.s10 or i.dossier_code, str(i.state), str(i.direction), i.fee_vnd, i.take_back) for i in found]


def _proof(fee, take_back):
    return {"receiver_name": "Tôn Nữ Thị Diễm Hằng", "id_tail": "1234", "n_documents": 1, "fee_vnd": fee,
            "fee_receipt": "BL-1" if fee else None, "taken_back": [d["name"] for d in take_back]}  # fmt: skip


def _photos(doors, round_id, names):
    for name in names:
        doors.picture(name, f"/v1/pictures?picture_id=anh-{round_id}-{name}", build.photo())
    for name in {*names, *ASKING}:
        doors.picture(name, "/v1/pictures/code", build.photo())


def _courier_of(doors, username="walker"):
    rows = doors.rows(models.User.id, models.User.username, models.User.courier_id)
    return next(row.courier_id for row in rows if row.username == username)


def _load(doors, post, rounds, walked):
    for round_id in rounds:
        pieces = _pieces(doors, round_id)
        codes = [code for _, code, state, direction, *_ in pieces if direction == "result" and state in _LOADABLE]
        if codes:
            doors.form(post, f"/staff/rounds/{round_id}/load", codes="\n".join(codes))
            doors.json(post, "POST", f"/v1/rounds/{round_id}/load", {"codes": codes})
        if walked[round_id] == _courier_of(doors):
            _take_over(doors, round_id)
        doors.form(post, f"/staff/rounds/{round_id}/load/hand-over")


def _rounds(doors, clock, post, rounds):
    own = _courier_of(doors)
    walked = {r.id: r.courier_id for r in doors.rows(models.DeliveryRound.id, models.DeliveryRound.courier_id)}
    _load(doors, post, rounds, walked)
    clock.forward(hours=3)
    at = clock.now.isoformat()
    if walked[rounds[0]] == own:
        _with_the_office(doors, rounds[0])
    _pass_on(doors, post, rounds, walked)
    for round_id in rounds:
        if walked[round_id] == own:
            _tell(doors, clock, post, round_id)
        by = "walker" if walked[round_id] == own else post
        scans = []
        for n, (item_id, code, state, direction, fee, take_back) in enumerate(_pieces(doors, round_id)):
            scan = {"scan_id": f"quet-{round_id}-{item_id}", "code": code, "happened_at": at}
            if direction == "collection":
                scans.append(scan | {"kind": "collected", "proof": _proof(0, [])})
            elif state == "on_round" and n % 4 == 1:
                scans.append(scan | {"kind": "attempt_failed", "reason": "TU_CHOI" if n % 8 == 1 else "VANG_NHA"})
            elif state == "on_round" and n % 4 == 0:
                scans.append(scan | {"kind": "delivered", "proof": _proof(fee, take_back)})
        told = doors.json(by, "POST", "/v1/scans", {"scans": scans})["scans"] if scans else []
        _photos(doors, round_id, {by, post})
        assert {one["status"] for one in told} <= {"recorded"}, told
        _type_back(doors, post, round_id)
        doors.form(post, f"/staff/rounds/{round_id}/signatures", files={"photo": (PNG, "phieu.png")})


def _take_over(doors, round_id):
    """The courier counts and confirms on the list the office has counted."""
    path = f"/v1/courier/rounds/{round_id}/load"
    n_pieces = doors.json("walker", "POST", path, {"codes": []})["n_scanned"]
    if n_pieces:
        assert doors.json("walker", "POST", f"{path}/confirm", {"n_pieces": n_pieces})["is_confirmed"]


def _hand_in(doors, post, at):
    """A revoked phone gives up what it had; the office accepts trouble it told and dismisses a scan of nothing."""
    with doors.services.database.read() as session:
        found = people.envelope_key(people.vault_of(session))
    key = {"key_id": found.key_id, "point": base64.b64encode(found.point).decode()}
    trouble = sealed(key, f"nop-{post}-1", at, {"kind": "trouble", "what": "breakdown"})
    inside = {"code": "EE123456785VN", "kind": "out_for_delivery", "pictures": [f"nop-{post}-anh"]}
    junk = sealed(key, f"nop-{post}-2", at, inside)
    doors.json("citizen", "POST", "/v1/courier/held", {"notes": [trouble], "scans": [junk]})
    doors.picture("citizen", f"/v1/courier/held/pictures?picture_id=nop-{post}-anh", build.photo())
    rows = doors.rows(models.HeldAct.id, models.HeldAct.about, models.HeldAct.settled_at)
    for held_id, settlement in ((row.id, _DECIDED[row.about]) for row in rows if row.settled_at is None):
        doors.form(post, f"/staff/held-acts/{held_id}", settlement=settlement, reason="đã hỏi bưu tá")


def _tell(doors, clock, post, round_id):
    """What a courier asks and tells besides scans, and what the office does with it."""
    code = next(code for _, code, state, *_ in _pieces(doors, round_id) if state not in _LOADABLE)
    assert doors.json("walker", "POST", "/v1/courier/next", {"code": code})["position"]
    at = {"happened_at": clock.now.isoformat(), "round_id": round_id, "position": 1}
    pin = {"kind": "correction", "lat": 16.4637, "lon": 107.5909, "address": "9A Lê Lợi", "landmark": "cổng xanh"}
    trouble = {"kind": "trouble", "what": "flood", "round_id": None, "position": None}
    complaint = {"kind": "violation", "what": "late", "words": "trễ ba ngày"}
    assert "more_s" in doors.json("walker", "POST", "/v1/courier/order", {"order": [1]})
    order = {"kind": "reordered", "what": "road", "more_m": 900, "how": "straight"}
    left = [{"kind": "card", "what": "paper", "number": f"GM-{round_id}-01"}, {"kind": "receipt", "what": "texted"}]
    home = {"kind": "home", "codes": [code], "position": None}
    notes = [{"kind": "called"}, pin, pin, trouble, complaint, order, *left, home]
    told = [at | note | {"note_id": f"bao-{round_id}-{n}"} for n, note in enumerate(notes)]
    answers = doors.json("walker", "POST", "/v1/courier/notes", {"notes": told})["scans"]
    assert {one["status"] for one in answers} == {"recorded"}, answers
    rows = doors.rows(models.CourierNote.id, models.CourierNote.kind, models.CourierNote.settled_at)
    asked = [row for row in rows if row.kind in ("trouble", "correction", "reordered") and row.settled_at is None]
    how = {"trouble": ["seen"], "reordered": ["seen"], "correction": ["approved", "rejected"]}
    for n, row in enumerate(asked):
        settlement = how[row.kind][n % len(how[row.kind])]
        doors.form(post, f"/staff/courier-notes/{row.id}/settle", settlement=settlement)


def _pass_on(doors, post, rounds, walked):
    """One piece passes to another courier on paper, another is called off after its giver has scanned it out."""
    giver = rounds[0]
    offices = {r.id: r.office_id for r in doors.rows(models.DeliveryRound.id, models.DeliveryRound.office_id)}
    taker = next(one for one in rounds[1:] if offices[one] == offices[giver])
    out = [(item_id, code) for item_id, code, state, *_ in _pieces(doors, giver) if state == "on_round"][-2:]
    for n, (item_id, code) in enumerate(out):
        stop = doors.stops(giver, [item_id])[0]
        order = {"stop": str(stop.id), "to_round": str(taker)}
        asked = doors.person("dispatcher").get(f"/staff/rounds/{giver}/move?{urlencode(order)}").text
        order |= {"reason": "xe hỏng", "seen": re.search(r'name="seen" value="([0-9a-f]+)"', asked)[1]}
        doors.form("dispatcher", f"/staff/rounds/{giver}/move", **order)
        move_id = doors.rows(models.StopMove.id)[-1].id
        if n:
            if walked[giver] == _courier_of(doors):
                doors.json("walker", "POST", f"/v1/courier/moves/{move_id}/pieces", {"codes": [code]})
            doors.form(post, f"/staff/moves/{move_id}/end")
            _call_off_a_new_round(doors, post, giver, stop.id)
            continue
        doors.form(post, f"/staff/moves/{move_id}/pieces", codes=code)
        doors.json(post, "POST", f"/v1/moves/{move_id}/pieces", {"codes": [code]})
        doors.form(post, f"/staff/moves/{move_id}/pieces/hand-over")


def _call_off_a_new_round(doors, post, giver, stop_id):
    """A courier without a round gets one for a stop; the move is called off, the round that stays empty withdrawn."""
    spare = re.search(r'value="(new:[^"]+)"', doors.person("dispatcher").get(f"/staff/rounds/{giver}").text)[1]
    order = {"stop": str(stop_id), "to_round": spare}
    asked = doors.person("dispatcher").get(f"/staff/rounds/{giver}/move?{urlencode(order)}").text
    order |= {"reason": "xe hỏng", "seen": re.search(r'name="seen" value="([0-9a-f]+)"', asked)[1]}
    doors.form("dispatcher", f"/staff/rounds/{giver}/move", **order)
    move = doors.rows(models.StopMove.id, models.StopMove.to_round_id)[-1]
    doors.form(post, f"/staff/moves/{move.id}/end")
    doors.form(post, f"/staff/rounds/{move.to_round_id}/withdraw", sure="1")


def _phone_looks(doors):
    """A phone of the courier's asks for texts and says what it has not sent yet."""
    _, shown = doors.form("postal", f"/staff/couriers/{_courier_of(doors)}/phone-code")
    code = re.search(r"data-code>([A-Z0-9-]+)<", shown.text)[1]
    client = doors.app.test_client()
    with doors.watching():
        key = client.post("/v1/courier/phones", json={"code": code}).json["key"]
        looked = client.get("/v1/courier/messages", headers={"X-Phone-Key": key, "X-Unsent": "2"})
        home = client.get("/v1/courier/home", headers={"X-Phone-Key": key})
        numbers = client.post("/v1/courier/numbers", json={"n_more": 5}, headers={"X-Phone-Key": key})
    assert {one.status_code for one in (looked, home, numbers)} == {200}, (home.text, numbers.text)


def _with_the_office(doors, round_id):
    """Words both ways, fees paid by transfer, and the courier's own count of the money."""
    doors.json(
        "walker", "POST", "/v1/courier/messages", {"client_id": f"tin-{round_id:04}", "words": "Kẹt cầu, trễ 20 phút"}
    )
    for name in ("postal", "dispatcher"):
        doors.form(name, f"/staff/couriers/{_courier_of(doors)}/messages", words="Đi đường Lê Duẩn")
    doors.person("postal").get(f"/staff/couriers/{_courier_of(doors)}/messages")
    with doors.watching():
        doors.person("dispatcher").get(f"/staff/couriers/{_courier_of(doors)}/messages")
    ids = [row.id for row in doors.rows(models.CourierMessage.id)][-20:]
    doors.json("walker", "POST", "/v1/courier/messages/seen", {"ids": ids})
    _phone_looks(doors)
    paid = [code for _, code, state, _, fee, _ in _pieces(doors, round_id) if state == "on_round" and fee]
    for code in paid[:4]:
        doors.json("walker", "POST", "/v1/courier/transfer", {"code": code})
        doors.json("walker", "POST", "/v1/courier/transfer/paid", {"code": code})
    told = [row.id for row in doors.rows(models.Payment.id)][-4:]
    for n, (name, act) in enumerate((who, act) for who in ("postal", "dispatcher") for act in ("confirm", "refuse")):
        doors.form(name, f"/staff/payments/{told[n]}/{act}", reference=f"FT{n}")
    assert doors.json("walker", "POST", "/v1/courier/numbers", {"n_more": 5}) == {"blocks": []}
    doors.json("walker", "POST", "/v1/courier/cash", {"money_vnd": 0})


def _type_back(doors, post, round_id):
    left = [i for i, _, state, *_ in _pieces(doors, round_id) if state == "on_round"]
    typed = {}
    for stop in doors.stops(round_id, left[: len(left) // 2]):
        typed |= {f"outcome-{stop.id}": "done", f"time-{stop.id}": "10:15", f"receiver-{stop.id}": "Hằng",
                  f"id-tail-{stop.id}": "1234"}  # fmt: skip
        for item_id in stop.item_ids:
            typed |= {f"piece-{item_id}": "1", f"n-documents-{item_id}": "1", f"fee-receipt-{item_id}": "BL-2",
                      **{f"taken-back-{n}-{item_id}": "1" for n in range(3)}}  # fmt: skip
    doors.form(post, f"/staff/rounds/{round_id}/results", **typed)


def _evening(doors, clock, post, day, rounds):
    clock.forward(hours=6)
    lost_at = None
    for round_id in rounds:
        out = [p for p in _pieces(doors, round_id) if p[2] in ("on_round", "attempted", "collected")]
        office_id = next(
            r.office_id for r in doors.rows(models.DeliveryRound.id, models.DeliveryRound.office_id) if r.id == round_id
        )
        on_round = [p for p in out if p[2] == "on_round"]
        if lost_at is None and len(on_round) > 1:
            lost_at = on_round[0]
            kept = {"day": day, "item_id": str(on_round[1][0]), "what": "keep", "reason": "đường ngập"}
            doors.form(post, f"/staff/office-days/{office_id}/keep", **kept)
            lost = {"day": day, "item_id": str(lost_at[0]), "what": "missing", "reason": "rơi", "sure": "1"}
            doors.form(post, f"/staff/office-days/{office_id}/keep", **lost)
        codes = [p[1] for p in out if lost_at is None or p[0] != lost_at[0]]
        path = f"/staff/rounds/{round_id}/back"
        page = doors.person(post).get(path).text
        assert "Bưu tá phải nộp" not in page  # what is due is told after the count
        with doors.services.database.read() as session:
            due = due_from_courier(session, session.get_one(models.DeliveryRound, round_id))
        if codes:
            doors.form(post, path, codes="\n".join(codes))
            doors.json(post, "POST", f"/v1/rounds/{round_id}/back", {"codes": codes})
        sheets = re.findall(r'name="sheet" value="([^"]+)"', page)
        counted = {"money_vnd": str(due["fees_vnd"]), "n_papers": str(due["n_taken_back"])}
        brought = counted | {"sheet": sheets, "why": "bưu tá đếm trước khi phát hết"}
        doors.form(post, f"{path}/hand-over", **brought)
    assert lost_at is not None
    consignment_id = next(row.consignment_id for row in _items(doors) if row.id == lost_at[0])
    doors.form(post, f"/staff/consignments/{consignment_id}/found", item_id=str(lost_at[0]), reason="trong xe")
    _to_agencies(doors, post, day)


def _to_agencies(doors, post, day):
    tried = next(row for row in _items(doors, "at_office") if _was_refused(doors, row.id))
    asked = {"item_id": str(tried.id), "reason": "AGENCY_ASKED", "sure": "1"}
    doors.form(post, f"/staff/consignments/{tried.consignment_id}/return", **asked)
    doors.form(post, "/staff/returns/start-due", sure="1")
    agency_id = doors.rows(CONSIGNMENT.issuing_office_id)[0][0]
    base, api = f"/staff/agencies/{agency_id}", f"/v1/agencies/{agency_id}"
    back = [row.s10 for row in _items(doors, "returning_to_sender")]
    dossiers = [row.dossier_code for row in _items(doors, "dossier_at_office")]
    page = doors.person(post).get(f"{base}/papers").text
    owed = re.findall(r'data-code="([^"]+)"', page)
    money = re.search(r"giấy tờ, ([0-9.]+) đ", page.replace("\xa0", " "))
    for path, codes, fields in (
        ("returns", back, {}),
        ("dossiers", dossiers, {}),
        ("papers", owed, {"money_vnd": money[1].replace(".", "") if money else "0"}),
    ):
        assert codes, path
        doors.form(post, f"{base}/{path}", codes="\n".join(codes))
        doors.json(post, "POST", f"{api}/{path}", {"codes": codes})
        doors.form(post, f"{base}/{path}/hand-over", **SIDES, **fields)
    closed = {r.office_id for r in doors.rows(models.DeliveryRound.office_id)}
    doors.form(post, f"/staff/office-days/{min(closed)}/close", day=day, sure="1")
    doors.form(post, "/staff/office-days/close", day="2026-11-02", office=[str(one) for one in closed], sure="1")


def _was_refused(doors, item_id):
    rows = doors.rows(models.TrackingEvent.id, models.TrackingEvent.item_id, models.TrackingEvent.reason)
    return any(row.item_id == item_id and row.reason == "TU_CHOI" for row in rows)


def _accepted(doors, clock):
    """Tries told after their round was counted back: each role that settles says of one that it is true."""
    counted = {row.item_id for row in doors.rows(models.HandoverLine.item_id, models.HandoverLine.found)
               if row.found == "present"}  # fmt: skip
    lost = {row.item_id for row in doors.rows(models.TrackingEvent.item_id, models.TrackingEvent.kind)
            if row.kind == "declared_missing"}  # fmt: skip
    walked = {row.consignment_id for row in doors.rows(models.RoundStop.consignment_id)}
    back = [row for row in _items(doors, "at_office") if row.s10 and row.consignment_id in walked]
    back = [row for row in back if row.id in counted - lost]
    assert len(back) >= len(ASKING), back
    at = (clock.now - timedelta(hours=4)).isoformat()
    for name, row in zip(ASKING, back, strict=False):
        scan = {"scan_id": f"tre-{row.id}", "code": row.s10, "kind": "attempt_failed", "reason": "VANG_NHA"}
        (told,) = doors.json("postal", "POST", "/v1/scans", {"scans": [scan | {"happened_at": at}]})["scans"]
        assert told["status"] == "held", told
        note = doors.rows(models.Discrepancy.id)[-1].id
        doors.form(name, f"/staff/discrepancies/{note}/accept", settlement="đã hỏi bưu tá", sure="1")


def _acts_on_one(doors, clock):
    _accepted(doors, clock)
    at_office = [row for row in _items(doors, "at_office", "held", "handed_over") if row.s10]
    assert len(at_office) >= 8, len(at_office)
    for name, row in zip(ASKING, at_office, strict=False):
        page, item = f"/staff/consignments/{row.consignment_id}", {"item_id": str(row.id)}
        doors.form(name, f"{page}/send-on", address="5 Lê Duẩn", commune_code="19753", payer="recipient")
        doors.form(name, f"{page}/revoke-link", sure="1", **item)
        doors.form(name, f"{page}/incidents", kind="swapped", fault="agency", **item)
        doors.form(name, f"/staff/incidents/{doors.rows(models.Incident.id)[-1].id}/settle", settlement="đã đổi lại")
        letter = {"number": "1/XL", "reason": "mưa lũ", "due_on": "2026-11-25", "new_due_on": "2026-11-27"}
        doors.form(name, f"{page}/apology.pdf", **letter, signer_title="Giám đốc", signer_name="Lê Thị Ký")
        left = [r.id for r in doors.rows(models.Discrepancy.id, models.Discrepancy.settled_at) if r.settled_at is None]
        doors.form(name, f"/staff/discrepancies/{left[0]}/settle", settlement="đã tìm thấy ở bàn bên")
    clock.forward(minutes=5)
    here = [row for row in _items(doors, "at_office") if row.s10]
    for post, row in zip(("postal", "dispatcher"), here, strict=False):
        page, item = f"/staff/consignments/{row.consignment_id}/counter", {"item_id": str(row.id)}
        doors.form(post, page, what="hold", **item)
        clock.forward(minutes=5)
        given = {"receiver_name": "Hằng", "id_tail": "1234", "drawn": DRAWN, "fee_receipt": "BL-7", "taken_back": "1"}
        doors.form(post, page, **item, **given)
    taken = next(row for row in _items(doors, "waiting"))
    doors.form("centre", f"/staff/consignments/{taken.consignment_id}/withdraw", reason="cấp nhầm", payer="agency")
    burnt = next(row.s10 for row in _items(doors, "waiting", "cancelled") if row.s10)
    for name in ASKING:
        doors.form(name, "/staff/prints/spoilt", code=burnt, reason="nhãn rách", sure="1")
    _loose_sheets(doors)
    _plan_again(doors)
    courier_id = doors.rows(models.Courier.id)[0].id
    for post in ("postal", "dispatcher"):
        _, page = doors.form(post, f"/staff/couriers/{courier_id}/phone-code")
        code = re.search(r"\b([0-9A-Z]{4}-[0-9A-Z]{4})\b", page.text)[1]
        doors.json("citizen", "POST", "/v1/courier/phones", {"code": code})
        clock.forward(hours=1)  # a phone's contact is noted now and then, not at each request
        junk = {"scan_id": f"may-{post}", "code": "EE123456785VN", "kind": "out_for_delivery"}
        now = {"happened_at": clock.now.isoformat()}
        doors.json("citizen", "POST", "/v1/scans", {"scans": [junk | now]})  # the phone's cookie says whose it is
        phone = re.findall(r"/staff/phones/(\d+)/revoke", doors.person(post).get("/staff/phones").text)[-1]
        doors.form(post, f"/staff/phones/{phone}/revoke")
        _hand_in(doors, post, clock.now)
        doors.form(post, f"/staff/couriers/{courier_id}/badge.pdf", reason="ảnh cũ")
        badge = doors.rows(models.Badge.id)[-1].id
        doors.form(post, f"/staff/badges/{badge}/revoke")
    agency_id = str(doors.rows(CONSIGNMENT.issuing_office_id)[0][0])
    for name in ("postal", "dispatcher", "walker"):
        doors.form(name, "/staff/violations", agency_id=agency_id, what="late", words="giao trễ")
    doors.form("admin", f"/staff/violations/{doors.rows(models.Violation.id)[0].id}/answer", words="đã nhắc")
    seen = next(row for row in _items(doors, "delivered") if row.dossier_code[-4:] >= "0200")
    doors.form("citizen", "/track", code=seen.s10, tail=seen.dossier_code[-4:])
    doors.form("citizen", "/track/code", code=seen.s10)
    with doors.services.database.read() as session:
        digits = citizen.digits_of(session, session.query(models.SentCode).one().id)
        link = custody.token_of(session, session.get_one(models.Item, seen.id))
    doors.form("citizen", "/track/code/open", code=seen.s10, digits=digits)
    _, page = doors.form("centre", "/staff/company-codes", code=seen.s10)
    doors.form("citizen", "/track/company", code=re.search(r"data-key>([0-9a-f-]+)<", page.text)[1])
    doors.form("centre", f"/staff/company-codes/{doors.rows(models.CompanyCode.id)[-1].id}/revoke")
    with doors.watching():
        doors.person("citizen").post("/genuine", code="ABCD-2345")
    for name in ASKING:
        doors.form("citizen", "/genuine/report", what="by_phone", words="gọi đòi chuyển khoản", commune="")
        report = doors.rows(models.FalseCourier.id)[-1].id
        doors.form(name, f"/staff/false-couriers/{report}/settle", done="đã báo công an")
    doors.person("citizen").client.delete_cookie("tannha-device")
    doors.look("citizen", f"/t/{link}")


def _loose_sheets(doors):
    """Two sheets of rounds that are over, printed and never given back: one destroyed, one lost, by each who may."""
    with doors.services.database.write() as session:
        found = session.query(models.DeliveryRound).first()
        office_id = found.office_id
        session.add_all(
            models.SheetPrint(number=f"PD-2026-9{n:05}", round_id=found.id, printed_at=build.EVENING) for n in range(4)
        )
    for post in ("postal", "dispatcher"):
        for what in ("destroyed", "lost"):
            left = re.findall(
                r'name="sheet_id" value="(\d+)"', doors.person(post).get("/staff/office-days?day=2026-11-26").text
            )
            told = {"day": "2026-11-26", "sheet_id": left[0], "what": what, "reason": "rơi mất"}
            doors.form(post, f"/staff/office-days/{office_id}/sheets", **told)


def _plan_again(doors):
    """A stop nobody can reach in its hours is given a remedy, and the day is planned again."""
    plans = doors.rows(models.DayPlan.id, models.DayPlan.status)
    plan_id = next(row.id for row in reversed(plans) if row.status == "published")
    unserved = doors.rows(models.PlanUnserved.id, models.PlanUnserved.plan_id, models.PlanUnserved.reason)
    stop = next((row for row in unserved if row.reason == "window_closed"), None)
    assert stop is not None, unserved
    doors.form("dispatcher", f"/staff/plans/{stop.plan_id}/unserved/{stop.id}/remedy")
    doors.form("dispatcher", f"/staff/plans/{plan_id}/replan", seconds="2")
    jobs = doors.rows(models.Job.id, models.Job.kind)
    planned = next(row.id for row in reversed(jobs) if row.kind == "plan_day")
    imported = next(row.id for row in jobs if row.kind == "import_file")
    doors.form("dispatcher", f"/staff/jobs/{planned}/stop")
    doors.form("postal", f"/staff/jobs/{planned}/stop")
    doors.form("centre", f"/staff/jobs/{imported}/stop")


def _upkeep(doors, tmp_path):
    doors.run("plan", "2026-11-26", "--seconds", "2")
    doors.run("worker", "--once")
    doors.run("locate")
    doors.run("rotate-keys")
    doors.run("rotate-signing-key")
    doors.run("migrate")
    doors.run("verify", "--anchor", str(tmp_path / "moc"))
    saved = str(tmp_path / "sao-luu")
    doors.run("backup", saved)
    doors.run("restore", saved, "--yes")
    doors.run("restored", "last", "LO-2026-000900")
    doors.run("restored", "skip", "--by", "100")
    doors.run("restored", "confirm")
