"""Looks: one entry for each answer that carried citizens' data; masks for who has no right and types no reason."""

import re

import pytest

from api.work.printing import AT_ONCE
from postal import custody, models, outside
from postal.access import looks
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.test_courier_phones import CourierPhone, code_for
from tests.api.test_desk import hand_over, import_results
from tests.api.test_paper_routes import poppler, told  # noqa: F401


def consignment_ids(database):
    with database.read() as session:
        return [one.id for one in session.query(models.Consignment).order_by(models.Consignment.id)]


def bring_in(database, n=3):
    with database.write() as session:
        build.accepted(session, *(build.result(k, recipient=f"Hoàng Văn Kín{k}") for k in range(1, n + 1)), now=NOW)
    return consignment_ids(database)


def all_looks(database):
    with database.read() as session:
        return [
            (one.by, one.look.right, one.look.act, one.look.reason, one.look.n_people) for one in looks.looks(session)
        ]


def test_a_list_is_one_look_with_its_ids(sign_in, database):
    ids = bring_in(database)
    clerk = sign_in("postal")
    assert "Hoàng Văn Kín2" in clerk.get("/staff/queue").text
    assert all_looks(database) == [("postal", "see_queue", "staff.queue", None, 3)]
    with database.read() as session:
        assert {row.consignment_id for row in session.query(models.LookedAt)} == set(ids)
        assert [one.by for one in looks.looks_at(session, ids[0])] == ["postal"]


def test_an_answer_without_people_is_no_look(sign_in, database):
    bring_in(database)
    clerk = sign_in("postal")
    for path in ("/staff/", "/staff/items", "/staff/late", "/staff/account", "/track"):
        assert clerk.get(path).status_code == 200
    assert all_looks(database) == []


def test_a_paper_is_a_look_and_a_form_that_leads_on_is_none(sign_in, database):
    [one, *_] = bring_in(database)
    clerk = sign_in("postal")
    clerk.get(f"/staff/consignments/{one}")
    assert clerk.post(f"/staff/consignments/{one}/note", note="x").status_code in (303, 404)
    assert [found[2] for found in all_looks(database)] == ["staff.consignment"]


def test_papers_an_item_stood_on_are_told_on_its_page(sign_in, database, own_round):
    one = consignment_ids(database)[0]
    dispatcher = sign_in("dispatcher")
    sheet = dispatcher.get(f"/staff/rounds/{own_round}/sheet.pdf")
    assert sheet.mimetype == "application/pdf"
    for _ in range(60):  # more looks than the page lists do not hide it
        dispatcher.get(f"/staff/consignments/{one}")
    page = dispatcher.get(f"/staff/consignments/{one}").text
    assert re.search(r"in phiếu đi phát, dispatcher</li>", page)
    assert "in giấy mời nhận bưu gửi" not in page
    with database.read() as session:
        assert [told.paper for told in looks.looks_at(session, one, limit=5)].count("route-sheet") == 1


def test_labels_drawn_by_a_job_are_a_look_whenever_they_are_fetched(sign_in, database):
    n_labels = AT_ONCE + 1
    centre = sign_in("centre")
    import_results(centre, *(build.result(n) for n in range(1, n_labels + 1)))
    hand_over(centre, sign_in("postal"), database)
    before = len(all_looks(database))
    ended = centre.post("/staff/batches/1/labels", size="100x150")
    labels = re.search(r'"(/staff/jobs/\d+/labels)"', ended.text)[1]
    for n in (1, 2):
        assert centre.get(labels).mimetype == "application/pdf"
        assert (
            all_looks(database)[: len(all_looks(database)) - before]
            == [("centre", "print", "staff.job_labels", None, n_labels)] * n
        )
    assert sign_in("postal").get(labels).status_code == 404


def test_the_administrator_sees_masks_and_leaves_no_look(sign_in, database):
    [one, *_] = bring_in(database)
    admin = sign_in("admin")
    for path in ("/staff/queue", f"/staff/consignments/{one}"):
        text = admin.get(path).text
        assert "H. V. Kín1" in text
        assert "Hoàng Văn" not in text
    assert all_looks(database) == []


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


def test_where_it_was_signed_is_shown_only_with_the_recipient(phone, own_round, sign_in, database):
    code = phone.round().json["stops"][0]["pieces"][0]["code"]
    proof = {"receiver_name": "Tôn Nữ Thị Diễm Hằng", "id_tail": "9911", "n_documents": 1, "fee_vnd": 50_000,
             "fee_receipt": "BL-1", "lat": 16.46789, "lon": 107.58912}  # fmt: skip
    scan = {"scan_id": "phat-1", "kind": "delivered", "code": code, "happened_at": NOW.isoformat(), "proof": proof}
    assert phone.scans(scan).json["scans"][0]["status"] == "recorded"
    with database.write() as session:
        one = session.query(models.Item).filter_by(s10=code).one().consignment
        for kind in (outside.CUT_OFF, outside.ABSENCE_CARD, outside.DOOR_RECEIPT):
            when = {"queued_at": NOW, "expires_at": NOW, "next_try_at": NOW}
            session.add(models.Notice(kind=kind, person_id=one.person_id, **when))
        page = f"/staff/consignments/{one.id}"
    admin = sign_in("admin")
    assert "Vị trí lúc ký" in sign_in("postal").get(page).text
    masked = admin.get(page).text
    assert "data-proof" in masked
    assert not re.search(r"Vị trí lúc ký|16[.,]46789", masked)
    assert "Vị trí lúc ký" in admin.post(f"{page}/look", reason="đơn khiếu nại 12/2026").text
    assert not [kind for kind in (outside.CUT_OFF, outside.ABSENCE_CARD, outside.DOOR_RECEIPT) if kind in masked]


def test_a_typed_reason_shows_the_recipient_once_and_is_kept(sign_in, database):
    [one, *_] = bring_in(database)
    admin = sign_in("admin")
    admin.get(f"/staff/consignments/{one}")
    refused = admin.post(f"/staff/consignments/{one}/look", reason=" ")
    assert refused.status_code == 303
    assert "Lý do" in admin.get(refused.location).text
    shown = admin.post(f"/staff/consignments/{one}/look", reason="đơn khiếu nại 12/2026")
    assert "Hoàng Văn Kín1" in shown.text
    assert "Hoàng Văn" not in admin.get(f"/staff/consignments/{one}").text
    assert all_looks(database) == [("admin", "see_item", "staff.look_at", "đơn khiếu nại 12/2026", 1)]
    page = sign_in("postal").get(f"/staff/consignments/{one}").text
    assert "đơn khiếu nại 12/2026" in page, "whoever sees the item sees who looked, and why"
    listed = admin.get("/staff/looks").text
    assert "đơn khiếu nại 12/2026" in listed
    assert re.search(rf'href="/staff/consignments/{one}"', listed)
    assert "đơn khiếu nại" not in admin.get("/staff/looks?user=postal").text


def test_a_sheet_the_administrator_prints_is_masked_or_refused(sign_in, own_round, database, poppler):  # noqa: F811
    answer = sign_in("admin").get(f"/staff/rounds/{own_round}/sheet.pdf")
    text = told(answer, poppler) if answer.status_code == 200 else answer.text
    whole = told(sign_in("dispatcher").get(f"/staff/rounds/{own_round}/sheet.pdf"), poppler)
    with database.read() as session:
        names = [
            build.vault().open(one.sealed, one.key_id)["full_name"]
            for one in session.query(models.Person).filter_by(kind="recipient")
        ]
    assert all(name in whole for name in names)
    assert not [name for name in names if name in text]


def test_a_command_looks_at_nobody(database, house):
    with database.write() as session:
        items = build.accepted(session, build.result(1), now=NOW)
        custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
    assert all_looks(database) == []
