"""Every paper asked for at the desk says what the house knows of real objects."""

import base64
import re
import subprocess
import zlib
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from api import documents
from postal import EventKind, chain, custody, doorstep, models, people, rounds
from postal.access.policy import Actor, ActorKind
from postal.life import tracking
from postal.to_agency import returns
from tests import builders as build
from tests.labels.conftest import poppler  # noqa: F401 - a fixture
from tests.postal import day as a_day
from tests.town import published

PARTY = custody.Party(name="Người Ký")
NAME = "Tôn Nữ Thị Diễm Hằng"


def told(answer, poppler):  # noqa: F811
    assert answer.mimetype == "application/pdf", answer.get_data(as_text=True)[:500]
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=answer.data, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def _rename(session, person, name):
    """Give a person a name that came in before intake asked about its letters."""
    people.replace_person(session, person, replace(people.open_person(session, person), full_name=name))


@pytest.fixture
def day(database, house, clock):
    """Three went out: one delivered with fee and old papers, one not met, one refused."""
    clock.now = a_day.MORNING
    with database.write() as session:
        cells = ({"take_back": "Giấy cũ (bản chính)", "fee_vnd": "135000"}, {}, {})
        items = build.accepted(session, *(build.result(n, **one) for n, one in enumerate(cells, start=1)))
        agency_id = items[0].consignment.issuing_office_id
        batch = custody.open_batch(build.act(session, build.EVENING), agency_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        handover = custody.hand_over(
            build.act(session, build.EVENING), batch.id, scanned=codes, giver=PARTY, receiver=PARTY
        )
        walked = published(session, "BT001").rounds[0]
        rounds.start_round(build.act(session, clock.now), walked.id, scanned=codes)
        own = Actor(kind=ActorKind.USER, role=models.Role.COURIER, courier_id=walked.courier_id)
        reported = [
            a_day.delivered(items[0], fee_vnd=135_000, fee_receipt="TH-1", taken_back=["Giấy cũ"]),
            a_day.failed(items[1], "VANG_NHA"),
            a_day.failed(items[2], "TU_CHOI"),
        ]
        answers = doorstep.record_scans(build.act(session, a_day.EVENING, by=own), reported)
        assert {answer.status for answer in answers} == {"recorded"}, answers
        rounds.close_round(build.act(session, a_day.EVENING), walked.id)
        returns.start_due_returns(build.act(session, a_day.EVENING))
        clock.now = a_day.EVENING
        return {
            "agency": agency_id,
            "office": walked.office_id,
            "round": walked.id,
            "batch": batch.id,
            "handover": handover.id,
            "codes": codes,
            "consignments": [item.consignment_id for item in items],
        }


def test_a_note_lists_the_papers_and_who_signs(day, sign_in, poppler):  # noqa: F811
    page = told(sign_in("centre").get(f"/staff/consignments/{day['consignments'][0]}/papers/note.pdf"), poppler)
    for words in ("PHIẾU GỬI HỒ SƠ", "Giấy chứng nhận", "bản chính", "Giấy cũ", "135.000 đ", NAME, "0905120001"):
        assert words in page, words


def test_a_batch_gives_a_note_for_each_item(day, sign_in, poppler):  # noqa: F811
    page = told(sign_in("centre").get(f"/staff/batches/{day['batch']}/notes.pdf"), poppler)
    assert page.count("PHIẾU GỬI HỒ SƠ") == 3


def test_one_name_that_cannot_be_printed_stops_its_own_papers_only(day, sign_in, poppler, database):  # noqa: F811
    with database.write() as session:
        consignment = session.get_one(models.Consignment, day["consignments"][2])
        _rename(session, consignment.person, "Nguyễn 🙂")
        code = consignment.items[0].s10
    centre = sign_in("centre")
    assert told(centre.get(f"/staff/batches/{day['batch']}/notes.pdf"), poppler).count("PHIẾU GỬI HỒ SƠ") == 2
    page = centre.get(f"/staff/batches/{day['batch']}").text
    assert f"Không in được phiếu gửi hồ sơ, hỏi lại cách viết tên hoặc địa chỉ: {code}" in page
    sheet = told(sign_in("dispatcher").get(f"/staff/rounds/{day['round']}/sheet.pdf"), poppler)
    assert sheet.count("(chữ không in được, xem trên máy)") == 1
    assert code in sheet
    assert sheet.count("Người nhận ký") == 3


def test_of_forty_labels_with_one_bad_name_39_are_printed_and_the_one_is_named(database, house, sign_in, poppler):  # noqa: F811
    with database.write() as session:
        items = build.accepted(session, *(build.result(n) for n in range(1, 41)))
        batch = custody.open_batch(build.act(session, build.EVENING), items[0].consignment.issuing_office_id)
        build.closed_batch(session, batch.id)
        batch_id, bad = batch.id, items[16].id
        _rename(session, items[16].consignment.person, "Nguyễn \u0e01")
    centre = sign_in("centre")
    page = told(centre.post(f"/staff/batches/{batch_id}/labels", size="A6"), poppler)
    assert page.count("Người nhận ký") == 39
    with database.read() as session:
        code = session.get_one(models.Item, bad).s10
        assert bad not in session.scalars(select(models.LabelPrint.item_id)).all()
    assert (
        f"Không in được nhãn, hỏi lại cách viết tên hoặc địa chỉ: {code}."
        in centre.get(f"/staff/batches/{batch_id}").text
    )


def test_papers_in_english_are_english_throughout(day, sign_in, poppler):  # noqa: F811
    postal = sign_in("postal")
    card = told(postal.get(f"/staff/consignments/{day['consignments'][1]}/papers/invitation.pdf?lang=en"), poppler)
    for words in ("INVITATION TO COLLECT", "Recipient not at home", "The courier comes again from", "page 1/1"):
        assert words in card, words
    back = told(postal.get(f"/staff/agencies/{day['agency']}/returns.pdf?lang=en"), poppler)
    assert "Refused" in back or "refused" in back


@pytest.mark.parametrize("path", ["consignments/{consignments[0]}/papers/note.pdf", "handovers/{handover}/receipt.pdf"])
def test_a_paper_whose_form_the_law_sets_has_no_english(day, sign_in, path):
    centre, address = sign_in("centre"), f"/staff/{path.format(**day)}"
    assert centre.get(f"{address}?lang=en").data == centre.get(address).data


def test_a_paper_speaks_as_its_readers_pages_do_and_the_other_language_is_offered(day, sign_in, poppler):  # noqa: F811
    postal, address = sign_in("postal"), f"/staff/consignments/{day['consignments'][1]}"
    assert f'href="{address}/papers/invitation.pdf?lang=en"' in postal.get(address).text
    assert f'href="{address}/papers/note.pdf?lang=en"' not in postal.get(address).text
    assert "GIẤY MỜI NHẬN BƯU GỬI" in told(postal.get(f"{address}/papers/invitation.pdf"), poppler)
    postal.post("/language", language="en", back="/staff/")
    assert f'href="{address}/papers/invitation.pdf?lang=vi"' in postal.get(address).text
    assert "INVITATION TO COLLECT" in told(postal.get(f"{address}/papers/invitation.pdf"), poppler)
    assert "GIẤY MỜI NHẬN BƯU GỬI" in told(postal.get(f"{address}/papers/invitation.pdf?lang=vi"), poppler)


def test_who_was_not_met_is_invited_and_who_was_is_not(day, sign_in, poppler):  # noqa: F811
    postal = sign_in("postal")
    page = told(postal.get(f"/staff/consignments/{day['consignments'][1]}/papers/invitation.pdf"), poppler)
    for words in ("GIẤY MỜI NHẬN BƯU GỬI", "Mời lần thứ nhất", "Người nhận vắng nhà", "Bưu tá đến lại từ"):
        assert words in page, words
    assert postal.get(f"/staff/consignments/{day['consignments'][0]}/papers/invitation.pdf").status_code == 404


def test_the_invitation_names_the_hours_of_the_office_it_invites_to(day, sign_in, poppler, database):  # noqa: F811
    path = f"/staff/consignments/{day['consignments'][1]}/papers/invitation.pdf"
    assert "trong giờ làm việc" in told(sign_in("postal").get(path), poppler)
    with database.write() as session:
        session.get_one(models.Office, day["office"]).opening_hours = "Thứ Hai – thứ Bảy, 7:30–17:30"
    assert "Thứ Hai – thứ Bảy, 7:30–17:30" in told(sign_in("postal").get(path), poppler)


def test_a_fee_has_its_receipt_and_what_was_free_has_none(day, sign_in, poppler):  # noqa: F811
    postal = sign_in("postal")
    page = told(postal.get(f"/staff/consignments/{day['consignments'][0]}/papers/fees.pdf"), poppler)
    for words in ("TH-1", "135.000 đ", "một trăm ba mươi lăm nghìn đồng"):
        assert words in page, words
    assert postal.get(f"/staff/consignments/{day['consignments'][1]}/papers/fees.pdf").status_code == 404
    assert postal.get(f"/staff/consignments/{day['consignments'][1]}/papers/collected.pdf").status_code == 404
    assert postal.get(f"/staff/consignments/{day['consignments'][1]}/papers/wanted.pdf").status_code == 404


def test_what_goes_back_stands_on_a_list_with_the_reason(day, sign_in, poppler):  # noqa: F811
    page = told(sign_in("postal").get(f"/staff/agencies/{day['agency']}/returns.pdf"), poppler)
    assert "H57.15-261120-0003" in page
    assert "ừ chối nhận" in page
    assert "H57.15-261120-0001" not in page


def test_papers_taken_back_and_money_go_to_their_agency(day, sign_in, poppler):  # noqa: F811
    page = told(sign_in("postal").get(f"/staff/agencies/{day['agency']}/taken-back.pdf?day=2026-11-23"), poppler)
    for words in ("Giấy cũ", "TH-1", "1 giấy tờ (bằng chữ: một)", "một trăm ba mươi lăm nghìn đồng"):
        assert words in page, words
    assert sign_in("postal").get(f"/staff/agencies/{day['agency']}/taken-back.pdf?day=2026-11-30").status_code == 404


def test_the_day_is_told_in_figures_and_by_what_is_still_open(day, sign_in, poppler):  # noqa: F811
    page = told(sign_in("postal").get(f"/staff/offices/{day['office']}/day-report.pdf?day=2026-11-23"), poppler)
    for words in ("BÁO CÁO CUỐI NGÀY", "3 1 2 0 135.000 đ", "H57.15-261120-0002", "H57.15-261120-0003"):
        assert words in page, words
    assert "H57.15-261120-0001" not in page
    assert sign_in("postal").get(f"/staff/offices/{day['office']}/day-report.pdf?day=hom-nay").status_code == 400


def test_an_apology_needs_a_reason_and_a_later_day(day, sign_in, poppler):  # noqa: F811
    centre = sign_in("centre")
    where = f"/staff/consignments/{day['consignments'][0]}/apology.pdf"
    words = {"reason": "Chờ ý kiến cơ quan thuế.", "due_on": "2026-11-23", "new_due_on": "2026-11-30"}
    page = told(centre.post(where, number="117", signer_name="Phan Văn Minh", **words), poppler)
    for said in ("Mẫu số 04", "Chờ ý kiến cơ quan thuế.", "thứ Hai 30/11/2026", NAME, "Phan Văn Minh"):
        assert said in page, said
    for wrong in ({"reason": ""}, {"new_due_on": "2026-11-23"}, {"due_on": "mai"}):
        assert centre.post(where, **words | wrong).status_code == 303


def test_a_supervisor_sees_who_printed_again_how_often_and_why(day, sign_in):
    centre = sign_in("centre")
    assert "Chưa có nhãn nào in lại" in sign_in("dispatcher").get("/staff/prints").text
    for reason in (None, "máy in kẹt", "rách khi dán"):
        centre.post(f"/staff/batches/{day['batch']}/labels", size="A6", **({"reason": reason} if reason else {}))
    for reader in ("dispatcher", "admin"):
        page = sign_in(reader).get("/staff/prints").text
        assert page.count("máy in kẹt") == page.count("rách khi dán") == 3
        assert re.search(r'<td [^>]*class="number"[^>]*>6</td>', page)
    assert sign_in("courier").get("/staff/prints").status_code == 403


def test_the_number_of_a_torn_label_is_burnt_and_its_item_gets_another(database, house, sign_in):
    with database.write() as session:
        (item,) = build.accepted(session, build.result(1))
        agency_id, item_id = item.consignment.issuing_office_id, item.id
        batch = custody.open_batch(build.act(session, build.EVENING), agency_id)
        code = build.closed_batch(session, batch.id).lines[0].s10
    centre = sign_in("centre")
    centre.post("/staff/prints/spoilt", sure="1", code=code, reason="nhãn rách")
    assert f"Số hiệu {code} đang nằm trong lô" in centre.get("/staff/prints").text
    with database.write() as session:
        other = build.accepted(session, build.result(2))[0]
        batch = custody.open_batch(build.act(session, build.EVENING), agency_id)
        second = build.closed_batch(session, batch.id).lines[0].s10
        custody.hand_over(build.act(session, build.EVENING), batch.id, scanned=[], giver=PARTY, receiver=PARTY)
        other_id = other.id
    centre.post("/staff/prints/spoilt", sure="1", code=second, reason="")
    assert "Lý do hủy số" in centre.get("/staff/prints").text
    centre.post("/staff/prints/spoilt", sure="1", code=second, reason="nhãn rách")
    page = centre.get("/staff/prints").text
    assert f"Đã hủy số {second}" in page
    assert "nhãn rách" in page
    with database.write() as session:
        assert session.get_one(models.Item, other_id).s10 is None
        batch = custody.open_batch(build.act(session, build.EVENING), agency_id)
        assert build.closed_batch(session, batch.id).lines[0].s10 not in (None, second)
        assert session.get_one(models.Item, item_id).s10 == code


def test_labels_come_out_in_the_order_of_the_round(database, house, sign_in, poppler):  # noqa: F811
    with database.write() as session:
        items = build.accepted(session, *(build.result(n) for n in range(1, 6)))
        batch = custody.open_batch(build.act(session, build.EVENING), items[0].consignment.issuing_office_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        batch_id = batch.id
        custody.hand_over(build.act(session, build.EVENING), batch.id, scanned=codes, giver=PARTY, receiver=PARTY)
        walked = published(session, "BT001").rounds[0]
        number, round_id = walked.number, walked.id
        codes = [stop.consignment.items[0].dossier_code for stop in walked.stops]
        for stop, position in zip(walked.stops, range(len(codes), 0, -1), strict=True):
            stop.position = -position
        session.flush()
        for stop in walked.stops:
            stop.position = -stop.position
        wanted = list(reversed(codes))
    centre = sign_in("centre")
    page = told(centre.post(f"/staff/batches/{batch_id}/labels", size="A7"), poppler)
    places = [page.index(code) for code in wanted]
    assert places == sorted(places)
    assert centre.post(f"/staff/rounds/{round_id}/labels").status_code == 303
    again = told(centre.post(f"/staff/rounds/{round_id}/labels", reason="máy in kẹt", lang="en"), poppler)
    assert again.count("Reprint no. 1") == 5
    assert f"Round {number}" in again or f"Round\n{number}" in again


@pytest.mark.parametrize("size", ["zpl-203", "zpl-300"])
def test_a_thermal_printer_gets_its_own_language(day, sign_in, size):
    answer = sign_in("centre").post(f"/staff/batches/{day['batch']}/labels", size=size)
    assert answer.mimetype == "application/zpl"
    fields = re.findall(rb":Z64:([^:]+):", answer.data)
    assert len(fields) == 3
    assert all(zlib.decompress(base64.b64decode(field)) for field in fields)
    assert sign_in("centre").post(f"/staff/batches/{day['batch']}/labels", size="zpl-1200").status_code == 303


def test_a_clerk_is_told_which_labels_were_shortened_or_left_out(database, house, sign_in, poppler):  # noqa: F811
    with database.write() as session:
        long = "Ủy ban nhân dân phường Thuận Hóa và các đơn vị " * 5
        items = build.accepted(session, build.result(1), build.result(2))
        _rename(session, items[0].consignment.person, long * 3)
        batch = custody.open_batch(build.act(session, build.EVENING), items[0].consignment.issuing_office_id)
        build.closed_batch(session, batch.id)
        batch_id, item_id = batch.id, items[0].id
    centre = sign_in("centre")
    told(centre.post(f"/staff/batches/{batch_id}/labels", size="A7"), poppler)
    with database.read() as session:
        printed = session.scalars(select(models.LabelPrint)).all()
        code = session.scalar(select(models.Item.s10).where(models.Item.id == item_id))
    assert len(printed) == 2
    page = centre.get(f"/staff/batches/{batch_id}").text
    assert "rút gọn" in page
    assert code in page


def test_a_receipt_carries_the_code_that_verifies(day, sign_in, database, tmp_path, poppler):  # noqa: F811
    import zxingcpp
    from PIL import Image

    (tmp_path / "r.pdf").write_bytes(sign_in("centre").get(f"/staff/handovers/{day['handover']}/receipt.pdf").data)
    subprocess.run(["pdftoppm", "-r", "203", "-gray", "-png", tmp_path / "r.pdf", tmp_path / "r"], check=True)
    pages = [Image.open(path) for path in sorted(tmp_path.glob("r*.png"))]
    read = [code.text for page in pages for code in zxingcpp.read_barcodes(page)]
    found = [text for text in read if text.startswith("TN")]  # the reader takes rows of letters for short bar codes
    assert len(found) == len(pages) == 2
    with database.read() as session:
        sealed = chain.read_receipt_code(found[0], chain.signing_keys(session)[0].text)
        assert sealed.number == session.get_one(models.Handover, day["handover"]).number
    assert sealed.n_present == 3
    assert timedelta(0) <= sealed.handed_over_at - build.EVENING.replace(microsecond=0) < timedelta(days=1)


def test_what_is_given_back_has_minutes_of_its_own(day, sign_in, database, poppler):  # noqa: F811
    with database.write() as session:
        given = custody.give_back(
            build.act(session, a_day.EVENING),
            day["agency"],
            scanned=day["codes"][:1],
            money_vnd=135_000,
            giver=PARTY,
            receiver=PARTY,
        )
        handover_id, number = given.id, given.number
    page = told(sign_in("centre").get(f"/staff/handovers/{handover_id}/receipt.pdf"), poppler)
    for words in ("GIẤY TỜ THU HỒI VÀ TIỀN THU HỘ", number, "Giấy cũ", "TH-1", "Người Ký", "Chữ ký số"):
        assert words in page, words


def test_the_page_of_a_consignment_offers_the_papers_there_are(day, sign_in):
    postal = sign_in("postal")
    first, second = (postal.get(f"/staff/consignments/{one}").text for one in day["consignments"][:2])
    assert "papers/fees.pdf" in first
    assert "papers/invitation.pdf" not in first
    assert "papers/invitation.pdf" in second
    assert "papers/note.pdf" in second
    assert "papers/" not in sign_in("admin").get(f"/staff/consignments/{day['consignments'][0]}").text


def test_an_attempt_that_invites_nobody_offers_no_card(day, sign_in, database):
    """The page offers what can be printed: who asked for another day is awaited, without a card and a link to one."""
    with database.write() as session:
        item = build.accepted(session, build.result(9))[0]
        batch = custody.open_batch(build.act(session, a_day.EVENING), day["agency"])
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        custody.hand_over(build.act(session, a_day.EVENING), batch.id, scanned=codes, giver=PARTY, receiver=PARTY)
        path = f"/staff/consignments/{item.consignment_id}"
        for kind, reason in ((EventKind.OUT_FOR_DELIVERY, None), (EventKind.ATTEMPT_FAILED, "HEN_LAI")):
            scan = tracking.Scan(kind=kind, happened_at=a_day.EVENING, scan_id=f"hen-{kind}", reason=reason)
            tracking.record(build.act(session, a_day.EVENING), item, scan)
        assert item.n_attempts == 1
    postal = sign_in("postal")
    assert "invitation.pdf" in postal.get(f"/staff/consignments/{day['consignments'][1]}").text
    assert "invitation.pdf" not in postal.get(path).text
    assert postal.get(f"{path}/papers/invitation.pdf").status_code == 404


def test_blank_cards_go_along_with_a_round_until_it_is_closed(sign_in, own_round, database, poppler):  # noqa: F811
    path = f"/staff/rounds/{own_round}"
    with database.write() as session:
        walked = session.get_one(models.DeliveryRound, own_round)
        walked.office.opening_hours, walked.office.phone = "7:30–18:00", "0234 382 2222"
        office, address, code = walked.office.name, walked.office.address, walked.courier.code
        names = [people.open_person(session, stop.consignment.person).full_name for stop in walked.stops]
    clerk = sign_in("dispatcher")
    assert f'href="{path}/papers/blank-cards.pdf"' in clerk.get(path).text
    cards = told(clerk.get(f"{path}/papers/blank-cards.pdf"), poppler)
    numbers = re.findall(r"Số (GM-\d+-\d\d)", cards)
    assert sorted(set(numbers)) == [f"GM-{own_round}-{n:02d}" for n in range(1, 5)]
    for words in (office, address, code, "7:30–18:00", "0234 382 2222", "Người nhận vắng nhà", "/track"):
        assert cards.count(words) >= 4, words
    assert "Từ chối nhận" not in cards  # nobody who refuses is invited
    assert names
    assert not [name for name in names if name in cards]
    assert "Recipient not at home" in told(clerk.get(f"{path}/papers/blank-cards.pdf?lang=en"), poppler)
    with database.write() as session:
        session.get_one(models.DeliveryRound, own_round).status = models.RoundStatus.CLOSED
    assert "blank-cards.pdf" not in clerk.get(path).text
    assert clerk.get(f"{path}/papers/blank-cards.pdf").status_code == 404


@pytest.mark.parametrize(("n_stops", "n_cards"), [(0, 4), (12, 4), (13, 5), (60, 20), (119, 40), (500, 40)])
def test_a_round_takes_a_card_for_every_third_stop(services, database, n_stops, n_cards):
    office = SimpleNamespace(name="Bưu cục", address="1 Lê Lợi", opening_hours="", phone="")
    walked = SimpleNamespace(id=7, stops=[None] * n_stops, office=office, courier=SimpleNamespace(code="BT01"))
    way = next(way for paper, way in documents.papers_about(documents.ROUND) if paper.key == "blank-card")
    with database.read() as session:
        cards = way.read(documents.Printing(services=services, session=session), walked)
    assert [card.serial for card in cards] == [f"GM-7-{n:02d}" for n in range(1, n_cards + 1)]
