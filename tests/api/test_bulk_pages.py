"""Lists filtered by their address, and acts on many of their rows: shown first, confirmed, told row by row."""

import csv
import io
import re
from collections import Counter

import openpyxl
import pytest
from sqlalchemy import func, select

from api import documents
from api.wiring import EXTENSION
from api.work import printing
from api.work.printing import order_labels
from postal import State, bulk, models
from tests import builders as build
from tests.api.conftest import work
from tests.api.shown_forms import forms_on
from tests.api.test_desk import import_results
from tests.statements import asked

VAGUE = {"address": "Thôn Đông, xã Vinh Lộc", "lat": "", "lon": ""}
ITEM = re.compile(r'name="item" value="(\d+)"')


@pytest.fixture
def centre(sign_in, house):
    return sign_in("centre")


def rows(person, query):
    return ITEM.findall(person.get(f"/staff/queue?{query}").text)


def reasons(database):
    with database.read() as session:
        return session.scalars(select(models.Consignment.released_reason).order_by(models.Consignment.id)).all()


def test_filters_stand_in_the_address_and_narrow_list_counts_and_acts_alike(centre, database):
    import_results(centre, *(build.result(n, **VAGUE) for n in (1, 2)), build.result(3, office="Sở Xây dựng"))
    with database.read() as session:
        agency = session.scalar(select(models.Office.id).where(models.Office.name == "Sở Xây dựng"))
        vague = session.scalar(select(models.Consignment.commune_code).order_by(models.Consignment.id))
    assert len(rows(centre, "")) == 3
    assert len(rows(centre, f"agency={agency}")) == 1
    assert len(rows(centre, f"commune={vague}")) == 2
    assert len(rows(centre, f"commune={vague}&agency={agency}")) == 0
    assert len(rows(centre, "state=waiting&promise=none")) == 3
    assert rows(centre, "state=held") == rows(centre, "promise=late") == rows(centre, "days=30") == []
    assert len(rows(centre, "state=nonsense&agency=x&days=-1&office=99999999999999999999")) == 3
    page = centre.get(f"/staff/queue?agency={agency}").text
    assert "1 điều kiện" in page
    assert f"bucket=point&amp;agency={agency}" in page or f"agency={agency}&amp;bucket=point" in page


def test_every_row_says_why_it_waits(centre):
    import_results(
        centre, build.result(1, **VAGUE), build.result(2), build.result(3, address="12 Lê Lợi", lat="", lon="")
    )
    page = centre.get("/staff/queue").text
    cells = re.findall(r'data-label="Vì sao chờ">([^<]*)<', page)
    assert len(cells) == 3
    assert all(cell.strip() for cell in cells), cells


def test_many_are_shown_first_then_done_and_what_is_refused_is_named(centre, database):
    import_results(centre, *(build.result(n, **VAGUE) for n in (1, 2, 3)), build.result(4))
    ids = rows(centre, "")
    shown = centre.post("/staff/bulk", list="queue", deed="release", item=[*ids, "999"])
    page = centre.get(shown.location).text
    assert reasons(database) == [None] * 4
    assert "1 dòng đã chọn không phải bưu gửi của đơn vị" in page
    assert "Không có câu hỏi về điểm gần đúng. (1)" in page
    assert "H57.15-261120-0004" in page
    centre.post(f"{shown.location}/confirm", reason="")
    assert reasons(database) == [None] * 4
    for _click in range(2):
        centre.post(f"{shown.location}/confirm", reason="bưu tá quen")
    assert sorted(filter(None, reasons(database))) == ["bưu tá quen"] * 3
    page = centre.get(shown.location).text
    assert "Đã làm xong" in page
    with database.read() as session:
        note = session.scalar(select(models.AuditEntry).where(models.AuditEntry.action == "bulk_release"))
        assert (note.facts["n_done"], note.facts["n_refused"]) == (3, 1)


def test_all_of_a_list_is_what_its_filters_leave_however_many_pages(centre, database):
    import_results(centre, *(build.result(n) for n in range(1, 131)), build.result(200, office="Sở Xây dựng"))
    assert len(rows(centre, "bucket=ready")) == 100
    assert len(rows(centre, "bucket=ready&start=100")) == 31
    with database.read() as session:
        agency = session.scalar(
            select(models.Consignment.issuing_office_id).group_by(models.Consignment.issuing_office_id)
            .order_by(func.count().desc())
        )  # fmt: skip
    shown = centre.post("/staff/bulk", list="queue", deed="batch", all="1", bucket="ready", agency=str(agency))
    for _ in range(20):  # one press does what three seconds hold
        if "chưa làm." not in centre.post(f"{shown.location}/confirm").text + centre.get(shown.location).text:
            break
    assert len(rows(centre, "bucket=ready")) == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(models.BatchItem)) == 130


def test_nothing_chosen_no_deed_and_no_right_are_refused_and_what_was_ticked_stays(centre, database, sign_in):
    import_results(centre, build.result(1, **VAGUE))
    n_orders = select(func.count()).select_from(models.BulkOrder)
    for sent in ({"deed": "release"}, {"item": "1"}, {"deed": "burn", "item": "1"}):
        centre.post("/staff/bulk", list="queue", **sent)
    refused = sign_in("postal").post("/staff/bulk", list="queue", deed="batch", item="1")
    assert refused.status_code == 403
    assert sign_in("admin").post("/staff/bulk", list="queue", deed="release", item="1").status_code == 403
    with database.read() as session:
        assert session.scalar(n_orders) == 0
    assert 'name="deed"' not in sign_in("admin").get("/staff/queue").text


def test_labels_and_their_reprint_come_as_one_file_that_only_its_owner_may_fetch(centre, database, sign_in):
    import_results(centre, *(build.result(n) for n in (1, 2)))
    with database.write() as session:
        batch = build.custody.open_batch(
            build.act(session), session.scalar(select(models.Consignment.issuing_office_id))
        )
        build.closed_batch(session, batch.id)
    ids = rows(centre, "")
    first = centre.post("/staff/bulk", list="queue", deed="label", item=ids).location
    centre.post(f"{first}/confirm", size="100x150")
    assert "Tải tệp để in" in centre.get(first).text
    file = centre.get(f"{first}/papers")
    assert file.data.startswith(b"%PDF")
    assert sign_in("postal").get(f"{first}/papers").status_code == 404
    again = centre.post("/staff/bulk", list="queue", deed="label", item=ids[0]).location
    assert "ghi vì sao in lại" in centre.get(again).text
    centre.post(f"{again}/confirm", size="100x150")
    assert "Tải tệp để in" not in centre.get(again).text
    centre.post(f"{again}/confirm", size="A6", reason="nhãn rách")
    assert "Tải tệp để in" in centre.get(again).text


def many_labels_ordered(centre, database, n):
    """Return the address of an order of more labels than a request draws, and what confirming it answered."""
    import_results(centre, *(build.result(number) for number in range(1, n + 1)))
    with database.write() as session:
        agency = session.scalar(select(models.Consignment.issuing_office_id))
        batch = build.custody.open_batch(build.act(session), agency)
        build.closed_batch(session, batch.id)
    shown = centre.post("/staff/bulk", list="queue", deed="label", all="1").location
    sent = {"csrf_token": centre.csrf, "size": "A6"}
    return shown, centre.client.post(f"{shown}/confirm", data=sent)


def outcomes(database):
    with database.read() as session:
        return Counter(str(one) for one in session.scalars(select(models.BulkLine.outcome)))


def test_many_labels_are_not_told_as_done_before_their_job_has_drawn_them(centre, database, app, sign_in):
    shown, answer = many_labels_ordered(centre, database, printing.AT_ONCE + 1)
    job = answer.location
    assert "/staff/jobs/" in job
    page = centre.get(shown).text
    assert "chưa có nhãn nào được in" in page
    assert f'href="{job}"' in page
    assert "Đã làm xong" not in page
    assert "data-goes-on" not in page
    assert outcomes(database) == {"pending": printing.AT_ONCE + 1}
    centre.client.post(f"{shown}/confirm", data={"csrf_token": centre.csrf, "size": "100x150"})
    with database.read() as session:
        assert session.scalar(select(func.count(models.Job.id)).where(models.Job.kind == printing.KIND)) == 1
    work(app)
    assert outcomes(database) == {"done": printing.AT_ONCE + 1}
    page = centre.get(shown).text
    assert "Đã làm xong" in page
    assert centre.get(f"{shown}/papers").data.startswith(b"%PDF")
    assert centre.get(job).status_code == 200
    assert sign_in("postal").get(f"{shown}/papers").status_code == 404
    with database.read() as session:
        noted = session.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "bulk_label")).all()
        assert [one.facts["n_done"] for one in noted] == [printing.AT_ONCE + 1]


@pytest.mark.parametrize("gone", [(0,), (1, 3), range(printing.AT_ONCE + 1)])
def test_a_label_is_judged_when_its_job_draws_it(centre, database, app, gone):
    n = printing.AT_ONCE + 1
    shown, answer = many_labels_ordered(centre, database, n)
    with database.write() as session:
        items = session.scalars(select(models.Item).order_by(models.Item.id)).all()
        for one in gone:
            items[one].state = State.DELIVERED if one % 2 else State.CANCELLED
        codes = [items[one].s10 for one in gone]
    work(app)
    told = Counter({"done": n - len(gone), "refused": len(gone)})
    assert outcomes(database) == +told
    with database.read() as session:
        assert session.scalar(select(func.count(models.LabelPrint.id))) == n - len(gone)
    page = centre.get(answer.location).text
    assert "từ lúc đặt in" in page
    assert all(code in page for code in codes)
    assert ("Tải nhãn" in page) is (len(gone) < n)
    assert centre.get(f"{shown}/papers").status_code == (200 if len(gone) < n else 404)
    assert centre.get(f"{answer.location}/labels").status_code == (200 if len(gone) < n else 404)


def test_items_of_a_job_are_loaded_in_blocks(centre, database):
    import_results(centre, *(build.result(number) for number in range(1, 31)))
    n_asked = []
    for n in (3, 30):
        with database.write() as session, asked(session.get_bind()) as statements:
            ids = list(session.scalars(select(models.Item.id).order_by(models.Item.id.desc()).limit(n)))
            items = bulk.items_to_draw(session, ids)
            assert [item.id for item in items] == ids
            assert all(item.consignment.items for item in items)
        n_asked.append(len(statements))
    assert n_asked[0] == n_asked[1]


def test_labels_ask_once_for_all_people_and_offices(centre, database, app):
    many_labels_ordered(centre, database, 30)
    n_asked, services_of = [], app.extensions[EXTENSION]
    for n in (3, 30):
        with database.write() as session:
            ids = list(session.scalars(select(models.Item.id).where(models.Item.s10.is_not(None)).limit(n)))
            items = bulk.items_to_draw(session, ids)
            drawing = documents.Printing(services=services_of, session=session, language="vi")
            with asked(session.get_bind()) as statements:
                printed = documents.labels_of(drawing, build.act(session), items, size="zpl-203", reason="in lại")
            assert printed.content.count(b"^XA") == n
        n_asked.append(len([one for one in statements if one.startswith("SELECT")]))
    assert n_asked[0] == n_asked[1]


def test_labels_whose_job_was_stopped_are_said_not_to_be_printed_and_ordered_again(centre, database, app):
    shown, answer = many_labels_ordered(centre, database, printing.AT_ONCE + 1)
    centre.client.post(f"{answer.location}/stop", data={"csrf_token": centre.csrf})
    work(app)
    page = centre.get(shown).text
    assert "Lần in trước không xong" in page
    assert outcomes(database) == {"pending": printing.AT_ONCE + 1}
    with database.read() as session:
        assert session.scalar(select(func.count(models.LabelPrint.id))) == 0
    again = next(one for one in forms_on(page) if one.action.endswith("/confirm"))
    answer = centre.client.post(again.action, data=again.data())
    assert "/staff/jobs/" in answer.location
    work(app)
    assert outcomes(database) == {"done": printing.AT_ONCE + 1}


def test_an_order_that_was_interrupted_says_so_and_goes_on(centre, database, house):
    import_results(centre, *(build.result(n, **VAGUE) for n in range(1, bulk.CHUNK + 21)))
    shown = centre.post("/staff/bulk", list="queue", deed="release", all="1").location
    with database.write() as session:
        act = build.act(session, user_id=house["centre"])
        order = session.scalar(select(models.BulkOrder))
        bulk.confirm(act, order.id, reason="bưu tá quen")
        bulk.carry_out(act, order.id)
    page = centre.get(shown).text
    assert "Còn 20 bưu gửi chưa làm." in page
    assert "data-goes-on" in page
    centre.post(f"{shown}/confirm")
    assert reasons(database) == ["bưu tá quen"] * (bulk.CHUNK + 20)


def exported(person, of="queue", form="csv", **filters):
    return person.post("/staff/lists/export", list=of, form=form, **filters)


def test_a_filtered_list_is_given_as_a_file_without_formulas_and_noted(centre, database, sign_in):
    import_results(centre, build.result(1, recipient="=HYPERLINK(1)"), build.result(2, **VAGUE), build.result(3))
    file = exported(centre, bucket="point").data.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(file)))
    assert len(table) == 2
    assert table[0][0] == "Mã hồ sơ"
    assert "0905120002" in file
    whole = exported(centre).data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(whole)))) == 4
    assert not re.search(r"(?m)(^|,|\")=", whole)
    sheet = openpyxl.load_workbook(io.BytesIO(exported(centre, form="xlsx").data)).active
    assert sheet.max_row == 4
    seen_by_admin = exported(sign_in("admin")).data.decode("utf-8-sig")
    assert "Điện thoại" not in seen_by_admin
    assert "0905120" not in seen_by_admin
    with database.read() as session:
        noted = session.scalars(
            select(models.AuditEntry).where(models.AuditEntry.action == "export_list").order_by(models.AuditEntry.id)
        ).all()
        assert [(one.facts["n_rows"], one.facts["has_people"]) for one in noted] == [
            (1, True), (3, True), (3, True), (3, False),
        ]  # fmt: skip
        shown = session.scalar(select(func.max(models.Look.n_people)).where(models.Look.act == "staff.list_export"))
        assert shown == 3, "whose names are in the file is recorded like any other look"


def test_the_same_export_asked_for_twice_gives_the_list_as_it_is_each_time(centre, database):
    import_results(centre, build.result(1))
    shown = next(one for one in forms_on(centre.get("/staff/queue").text) if one.action == "/staff/lists/export")

    def n_lines():
        answer = centre.client.post(shown.action, data=shown.data() | {"form": "csv"})
        assert answer.status_code == 200
        return len(answer.data.decode("utf-8-sig").splitlines())

    first = n_lines()
    with database.write() as session:
        build.accepted(session, build.result(2))
    assert (first, n_lines()) == (2, 3)


def test_labels_of_other_items_between_the_same_two_are_another_job(database, house):
    with database.write() as session:
        act = build.act(session, user_id=house["centre"])
        orders = ([1, 2, 9], [1, 3, 9], [1, 2, 9])
        jobs = [order_labels(act, ids, size="A6", reason=None, language="vi").id for ids in orders]
    assert jobs[0] == jobs[2] != jobs[1]


def test_what_is_late_is_given_without_people_and_names_who_has_to_act(centre, clock):
    import_results(centre, build.result(1))
    clock.forward(days=9)
    table = list(csv.reader(io.StringIO(exported(centre, of="late").data.decode("utf-8-sig"))))
    assert table[0][5] == "Ai phải làm"
    assert table[1][5] == build.CENTRE
    assert "Hằng" not in str(table)


@pytest.mark.parametrize("form", ["", "pdf"])
def test_a_file_of_no_known_form_is_refused(centre, form):
    assert exported(centre, form=form).status_code == 303
