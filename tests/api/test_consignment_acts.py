"""What happens to one item besides its round, by forms: signed, sent on, asked back, fetched, torn, lost, found."""

import base64
import io
import re

import pytest
from sqlalchemy import select

from postal import EventKind, State, custody, models
from postal.life import tracking
from postal.pictures import as_photo
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.test_desk import hand_over, import_results
from tests.hostile_pictures import png

PNG = png(60, 20)
DRAWN = "data:image/png;base64," + base64.b64encode(PNG).decode()
PAGE = "/staff/consignments/1"


@pytest.fixture
def desk(sign_in, database):
    """Bring in two results and hand them to the post; return the people at their desks."""
    people = {name: sign_in(name) for name in ("centre", "postal", "dispatcher")}
    import_results(people["centre"], build.result(1, documents="Giấy phép (bản chính)"), build.result(2))
    people["again"] = sign_in
    people["codes"], people["receipt"] = hand_over(people["centre"], people["postal"], database)
    return people


def told(database, *columns):
    with database.read() as session:
        return session.execute(select(*columns).order_by(columns[0])).all()


def state_of(database, number=1):
    return dict(told(database, models.Item.id, models.Item.state))[number]


def test_both_sides_sign_on_the_screen_or_on_paper_and_nobody_twice(desk, database):
    centre, postal, receipt = desk["centre"], desk["postal"], desk["receipt"]
    assert centre.get(receipt).text.count("data-sign") >= 2
    centre.post(f"{receipt}/sign", side="giver", drawn=DRAWN, device_at="2026-11-20T09:30:00+00:00")
    photo = {
        "side": "receiver",
        "csrf_token": postal.csrf,
        "photo": (io.BytesIO(as_photo(PNG).data), "ky.jpg"),
    }
    postal.client.post(f"{receipt}/sign", data=photo, headers={"Accept": "text/html"})
    page = postal.get(receipt).text
    assert "trên màn hình" in page
    assert "trên giấy, có ảnh" in page
    shown = re.search(r'src="(/staff/handovers/\d+/signatures/1)"', page)[1]
    answer = centre.get(shown)
    assert (answer.data, answer.mimetype) == (as_photo(PNG).data, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    centre.post(f"{receipt}/sign", side="giver", drawn=DRAWN)
    assert "không thay được" in centre.get(receipt).text
    assert len(told(database, models.ReceiptSignature.id)) == 2
    with database.read() as session:
        signed = session.get_one(models.ReceiptSignature, 1)
        assert signed.device_at is not None
        assert as_photo(PNG).data not in signed.sealed


@pytest.mark.parametrize(
    "fields", [{}, {"drawn": "data:image/png;base64,%%%"}, {"drawn": "data:image/png;base64,QUJD"}, {"drawn": "x"}]
)
def test_what_is_no_signature_is_refused(desk, database, fields):
    desk["centre"].post(f"{desk['receipt']}/sign", side="giver", **fields)
    assert told(database, models.ReceiptSignature.id) == []
    assert "notice danger" in desk["centre"].get(desk["receipt"]).text


def test_a_signature_of_another_receipt_is_not_there(desk):
    desk["centre"].post(f"{desk['receipt']}/sign", side="giver", drawn=DRAWN)
    assert desk["centre"].get("/staff/handovers/1/signatures/99").status_code == 404


def test_an_item_is_sent_on_to_a_new_address_and_the_payer_is_kept(desk, database):
    postal = desk["postal"]
    assert "Đổi địa chỉ nhận" in postal.get(PAGE).text
    postal.post(f"{PAGE}/send-on", address="5 Lê Duẩn", commune_code="19753", payer="recipient")
    assert "5 Lê Duẩn" in postal.get(PAGE).text
    assert told(database, models.AddressChange.id, models.AddressChange.payer) == [(1, "recipient")]


@pytest.mark.parametrize(
    "fields", [{"address": ""}, {"commune_code": "99999"}, {"payer": "nobody"}, {"address": "x" * 400}]
)
def test_an_address_change_that_lacks_something_changes_nothing(desk, database, fields):
    whole = {"address": "5 Lê Duẩn", "commune_code": "19753", "payer": "agency"}
    desk["postal"].post(f"{PAGE}/send-on", **whole | fields)
    assert told(database, models.AddressChange.id) == []


def test_the_agency_takes_an_item_back_from_the_post_or_before_with_payer_and_reason(desk, database):
    centre, whole = desk["centre"], {"reason": "cấp nhầm", "payer": "agency"}
    for lacking in ({"reason": ""}, {"payer": ""}, {"payer": "nobody"}):
        centre.post(f"{PAGE}/withdraw", **whole | lacking)
        assert state_of(database) is State.HANDED_OVER
    centre.post(f"{PAGE}/withdraw", **whole)
    assert state_of(database) is State.RETURNING_TO_SENDER
    centre.post(f"{PAGE}/withdraw", **whole)
    assert "không còn gì để rút" in centre.get(PAGE).text
    import_results(centre, build.result(3))
    centre.post("/staff/consignments/3/withdraw", **whole)
    assert state_of(database, 3) is State.CANCELLED
    kinds = (EventKind.RETURN_STARTED, EventKind.CANCELLED)
    with database.read() as session:
        events = session.scalars(select(models.TrackingEvent).where(models.TrackingEvent.kind.in_(kinds))).all()
        assert [event.facts for event in events] == [{"payer": "agency"}] * 2
        query = select(models.AuditEntry).where(models.AuditEntry.action == "withdrawn")
        assert [entry.reason for entry in session.scalars(query)] == ["cấp nhầm"] * 2


def test_a_broken_promise_shows_the_refund_on_the_item_and_on_the_list(desk, database, clock):
    postal = desk["postal"]
    assert "trả lại cước" not in postal.get(PAGE).text
    assert "Không có bưu gửi nào trễ hạn" in postal.get("/staff/incidents").text
    clock.forward(days=9)
    postal = desk["again"]("postal")
    assert "Trễ hạn: phải trả lại cước" in postal.get(PAGE).text
    assert postal.get("/staff/incidents").text.count("chưa phát</td>") == 2
    desk["again"]("centre").post(f"{PAGE}/withdraw", reason="cấp nhầm", payer="agency")
    assert "Trễ hạn: phải trả lại cước" in postal.get(PAGE).text


def test_what_the_agency_took_back_in_time_is_no_refund(desk, database, clock):
    desk["centre"].post(f"{PAGE}/withdraw", reason="cấp nhầm", payer="agency")
    clock.forward(days=9)
    assert "trả lại cước" not in desk["again"]("postal").get(PAGE).text


def at_office(database):
    """Let the first item lie at its delivery office."""
    with database.write() as session:
        scan = tracking.Scan(kind=EventKind.ARRIVED_AT_OFFICE, scan_id="den", happened_at=NOW)
        tracking.record_strictly(build.act(session, NOW), session.get_one(models.Item, 1), scan)


def test_the_recipient_fetches_an_item_at_the_counter_with_the_same_proof(desk, database):
    postal = desk["postal"]
    at_office(database)
    assert "Người nhận đến bưu cục lấy" in postal.get(PAGE).text
    postal.post(f"{PAGE}/counter", item_id="1", receiver_name="", id_tail="1234", drawn=DRAWN)
    assert state_of(database) is State.AT_OFFICE
    postal.post(f"{PAGE}/counter", item_id="1", what="hold")
    assert state_of(database) is State.HELD
    whole = {"item_id": "1", "receiver_name": "Tôn Nữ Thị Diễm Hằng", "id_tail": "1234"}
    postal.post(f"{PAGE}/counter", **whole)
    assert "Chữ ký hoặc ảnh tờ đã ký" in postal.get(PAGE).text
    assert state_of(database) is State.HELD
    postal.post(f"{PAGE}/counter", **whole, drawn=DRAWN)
    assert state_of(database) is State.DELIVERED, postal.get(PAGE).text
    assert told(database, models.ProofOfDelivery.id, models.ProofOfDelivery.entered_from) == [(1, "counter")]
    assert told(database, models.DeliverySignature.proof_id, models.DeliverySignature.how) == [(1, "drawn")]


def test_a_missing_item_is_found_again(desk, database):
    postal = desk["postal"]
    at_office(database)
    with database.write() as session:
        custody.declare_missing(build.act(session, NOW), 1, reason="không thấy")
    assert "Ghi tìm thấy" in postal.get(PAGE).text
    postal.post(f"{PAGE}/found", item_id="1", reason="dưới gầm bàn")
    assert state_of(database) is State.AT_OFFICE


def test_minutes_of_a_torn_item_need_an_inventory_and_a_seal(desk, database):
    postal = desk["postal"]
    torn = {"item_id": "1", "kind": "torn", "fault": "post", "paper-0": "damaged"}
    postal.post(f"{PAGE}/incidents", **torn)
    assert "Số niêm phong mới" in postal.get(PAGE).text
    assert told(database, models.Incident.id) == []
    postal.post(f"{PAGE}/incidents", **torn, new_seal="NP-77")
    page = postal.get("/staff/incidents").text
    assert "NP-77" in page
    assert "Giấy phép: hỏng" in page


def test_a_lost_item_tells_what_is_due_until_when_and_is_settled_once(desk, database):
    postal = desk["postal"]
    postal.post(f"{PAGE}/incidents", item_id="1", kind="lost", fault="post", sure="1", postage_vnd="26000")
    assert "104.000 đ" in postal.get(PAGE).text
    for words in ("đã chi trả", "đã chi trả lần nữa"):
        postal.post("/staff/incidents/1/settle", settlement=words)
    assert told(database, models.Incident.id, models.Incident.settlement) == [(1, "đã chi trả")]


def test_a_lost_item_is_missing_from_its_minutes_on_until_it_is_found(desk, database):
    desk["postal"].post(f"{PAGE}/incidents", item_id="1", kind="lost", fault="post", sure="1")
    assert state_of(database) is State.MISSING
    assert "Ghi tìm thấy" in desk["postal"].get(PAGE).text


def test_a_short_item_needs_its_inventory_and_a_swapped_one_is_paid_for(desk, database):
    postal = desk["postal"]
    short = {"item_id": "1", "kind": "short", "fault": "agency"}
    postal.post(f"{PAGE}/incidents", **short)
    assert "Kiểm kê nội dung" in postal.get(PAGE).text
    postal.post(f"{PAGE}/incidents", **short, **{"paper-0": "gone"})
    postal.post(f"{PAGE}/incidents", item_id="1", kind="swapped", fault="post", postage_vnd="26000")
    page = postal.get("/staff/incidents").text
    assert "Giấy phép: không còn" in page
    columns = (models.Incident.id, models.Incident.compensation_vnd, models.Incident.reissue_payer)
    assert told(database, *columns) == [(1, 0, "agency"), (2, 104_000, "post")]
    assert state_of(database) is State.HANDED_OVER


@pytest.mark.parametrize(
    "fields", [{"kind": "eaten"}, {"fault": "the dog"}, {"item_id": "77"}, {"postage_vnd": "free"}]
)
def test_minutes_that_name_nothing_real_are_refused(desk, database, fields):
    whole = {"item_id": "1", "kind": "lost", "fault": "post", "postage_vnd": "26000"}
    desk["postal"].post(f"{PAGE}/incidents", **whole | fields)
    assert told(database, models.Incident.id) == []


def test_the_letter_of_apology_has_its_form(desk):
    assert "thư xin lỗi" in desk["centre"].get(PAGE).text
    letter = desk["centre"].post(
        f"{PAGE}/apology.pdf",
        number="12/TXL",
        reason="Cơ quan phối hợp trả lời chậm",
        due_on="2026-11-20",
        new_due_on="2026-11-25",
        signer_title="Giám đốc",
        signer_name="Lê Thị Giao",
    )
    assert letter.data.startswith(b"%PDF")
