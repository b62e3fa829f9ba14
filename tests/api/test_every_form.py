"""Every form of every page, found by reading the pages as each role: one wrong value of every kind loses nothing.

No form is listed here: the pages of a seeded day are read link by link, and each kind of form is sent as a browser
sends it. Whatever is refused comes back filled, named by its label, marked and linked.
"""

import random
import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from postal import custody, models
from postal.life.tracking import Scan, record_all
from postal.rules.lifecycle import EventKind
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.shown_forms import forms_on, ids_on, send
from tests.api.test_desk import close, hand_over, import_results, upload
from tests.scale import scaled

ROLES = ("centre", "postal", "dispatcher", "admin")
LINK = re.compile(r'href="(/staff/[^"#]*)"')
FAULT = re.compile(r'<div class="notice danger faults".*?</div>', re.DOTALL)
HREF = re.compile(r'<a href="#([^"]+)">([^<]+)</a>')
FILES = (".pdf", ".png", ".zpl", ".csv", ".xlsx", "/labels")
N_OF_A_KIND = 2
TECHNICAL = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:lat|lon|reason|words|side|until|courier)\b")
_NOT_TYPED = ("hidden", "submit", "button", "checkbox", "radio", "password", "search")


@pytest.fixture
def seeded(sign_in, database, own_round, clock):
    """Leave something of everything on the pages: questions, batches, rounds, faults, reports, lost and found."""
    centre, post = sign_in("centre"), sign_in("postal")
    vague = {"lat": "", "lon": ""}
    import_results(
        centre,
        build.result(21, address="12 Lê Lợi", **vague),
        build.result(22, address="Thôn Đông, xã Vinh Lộc", **vague),
        build.result(23, address="12 Lê Lợi, phường Thuận Hóa", lat="16.20", lon="107.90"),
        build.result(24, phone="09051"),
        build.result(25, fee_vnd="35"),
        build.result(26, office="Trung tâm Phục vụ hành chánh công thành phố Huế"),
        *(build.result(n, fee_vnd="50000", take_back="Giấy cũ (bản chính)") for n in (31, 32, 33)),
    )
    hand_over(centre, post, database)
    import_results(centre, *(build.result(n) for n in range(41, 45)))
    office_id = _rows(database, models.Consignment.issuing_office_id)[0]
    first = centre.post("/staff/batches", office_id=str(office_id)).location
    close(centre, first)
    import_results(centre, *(build.result(n) for n in range(51, 54)))
    centre.post("/staff/batches", office_id=str(office_id))
    import_results(centre, build.result(61))
    upload(centre, [build.result(71, finished_at="11/20/26", office="Sở Y tế Huế"), build.result(72, recipient="")])
    with database.write() as session:
        items = session.scalars(select(models.Item).where(models.Item.s10.is_not(None))).all()
        here = [item for item in items if item.state == "handed_over"]
        act = build.act(session, NOW)
        arrived = Scan(kind=EventKind.ARRIVED_AT_OFFICE, scan_id="den", happened_at=NOW, office_id=here[0].office_id)
        record_all(act, here[:2], arrived)
        custody.declare_missing(act, here[2].id, reason="rơi")
    post.post("/staff/violations", agency_id=str(office_id), what="late", words="giao trễ")
    clock.forward(minutes=5)


def _rows(database, *columns):
    with database.read() as session:
        return list(session.scalars(select(*columns)))


def _pages(app, person):
    """Yield every page a person is led to, a few of each kind."""
    adapter = app.url_map.bind("localhost")
    waiting, seen, counts = ["/staff/"], set(), {}
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        if address in seen or parts.path.endswith(FILES):
            continue
        seen.add(address)
        endpoint = adapter.match(parts.path, "GET")[0]
        counts[endpoint] = counts.get(endpoint, 0) + 1
        if counts[endpoint] > (10 if endpoint == "staff.consignment" else N_OF_A_KIND):
            continue
        answer = person.get(address)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        yield address, answer.text
        waiting += [link.replace("&amp;", "&") for link in LINK.findall(answer.text)]


def _kind(app, form):
    """Return what tells one kind of form from another: where it goes, and the fields without their numbers."""
    endpoint, _ = app.url_map.bind("localhost").match(urlsplit(form.action).path, "POST")
    return endpoint, tuple(sorted({re.sub(r"\d+", "N", one["name"]) for one in form.controls if one["name"]}))


def found_forms(app, sign_in):
    """Return each kind of form once, with who sees it and on which page; no id stands twice on any page."""
    found, twice = {}, []
    for role in ROLES:
        person = sign_in(role)
        for address, text in _pages(app, person):
            ids = ids_on(text)
            twice += [(address, one) for one in set(ids) if ids.count(one) > 1]
            for form in forms_on(text, address):
                if form.method == "post" and form["form_ticket"]:
                    found.setdefault(_kind(app, form), (role, address, form))
    assert twice == []
    return found


def _typed(form):
    return [one for one in form.controls if one.kind not in _NOT_TYPED and one["name"]]


def wrong_value(control):
    """Return a value of the wrong kind for a field."""
    if control.kind == "select":
        return "khong-co-trong-danh-sach"
    if control.kind == "date":
        return "31/02/2026"
    if control.kind == "number" or control["inputmode"] in ("numeric", "decimal"):
        return "mười hai"
    return "dài " * 120_000 if control.kind == "textarea" else "dài " * 800


def _fill(form):
    """Put something that may be right into every field."""
    for one in form.controls:
        if one.kind == "select":
            one.value = next((value for value, _ in one.options if value), one.value)
        elif one.kind in ("checkbox", "radio"):
            is_first = next(other for other in form.controls if other["name"] == one["name"]) is one
            one.value = (one["value"] or "on") if is_first else None
        elif one.kind == "number" or one["inputmode"] in ("numeric", "decimal"):
            one.value = {"Vĩ độ": "16,4637", "Kinh độ": "107,5909"}.get(one.label, "1")
        elif one.kind not in _NOT_TYPED and one.kind not in ("file", "date"):
            one.value = one.value or ("8h05" if one["placeholder"] == "8h05" else f"Giữ {one['name'][:20]}")


def _same(form, page, address):
    """Return the form of a page that is the one sent: its address, and its hidden values."""

    def where(one):
        return urlsplit(one.action).path, one.marks  # a form without an address goes to its page, question and all

    alike = [one for one in forms_on(page, address) if where(one) == where(form)]
    return next((one for one in alike if {c["name"] for c in one.controls} == {c["name"] for c in form.controls}), None)


def _faults_of(form, control, sent, person, address):
    """Return what is not as it should be after a form came back with one wrong value."""
    if sent.status_code in (400, 422) and sent.mimetype == "text/html":
        page, at = sent.text, address  # a page that judges its own form shows it again at once
    elif sent.status_code == 303 and "kept=" in sent.location:
        page, at = person.get(sent.location).text, sent.location
    else:
        return [f"{sent.status_code} {sent.location}: not shown again"]
    again = _same(form, page, at)
    summary = FAULT.search(page)
    if again is None or summary is None:
        return ["the form or the summary is not on the page"]
    ids, links = set(ids_on(page)), HREF.findall(summary[0])
    told = [f"link to nothing: {target}" for target, _ in links if target not in ids]
    told += [f"technical: {said}" for _, said in links if TECHNICAL.search(said)]
    told += [
        f"lost: {one['name']} {one.value!r} → {again[one['name']]!r}"
        for one in _typed(form)
        if one is not control and one.kind != "file" and (again[one["name"]] or "") != (one.value or "")
    ]
    if control.kind not in ("select", "date") and (again[control["name"]] or "").strip() != control.value.strip():
        told.append("the wrong value itself is lost")
    marked = [one for one in again.controls if one["aria-invalid"] == "true"]
    if control["name"] not in {one["name"] for one in marked}:
        told.append(f"not marked; said {[said for _, said in links]}")
    elif not any(control.label.split("  ")[0] in said for _, said in links):
        told.append(f"label {control.label!r} not in {[said for _, said in links]}")
    return told


def test_every_form_comes_back_whole_from_one_wrong_value_in_any_field(app, sign_in, seeded):
    found = found_forms(app, sign_in)
    assert len(found) > 35
    people = {role: sign_in(role) for role in ROLES}
    chance, told, n = random.Random(7), [], 0
    for (endpoint, _), (role, address, shown) in sorted(found.items()):
        if endpoint == "staff.round_results":  # judges stop by stop, with a list of its own: tests of the sheet walk it
            continue
        fields = [one["name"] for one in _typed(shown) if one.kind != "file"]
        for name in chance.sample(fields, min(len(fields), scaled(1, 100))):
            person = people[role]
            form = _same(shown, person.get(address).text, address)
            if form is None:
                continue  # an earlier try was right after all and did its work
            _fill(form)
            control = form.control(name)
            control.value = wrong_value(control)
            n += 1
            told += [
                f"{endpoint} {name}: {one}" for one in _faults_of(form, control, send(person, form), person, address)
            ]
    assert told == []
    assert n > 25
