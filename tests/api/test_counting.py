"""The counting pages as clerks use them, without any script: scan, paste, see what is missing, hand over."""

import base64
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import EventKind, State, chain, custody, doorstep, intake, models, rounds
from postal.access.policy import Actor, ActorKind
from postal.life import tracking
from postal.pictures import as_photo
from postal.to_agency import returns
from tests import builders as build
from tests.hostile_pictures import png
from tests.postal import day as a_day
from tests.town import published

NOW = build.EVENING
PARTY = custody.Party(name="Người Ký")
BOTH = {"giver_name": "Lê Thị Giao", "receiver_name": "Trần Văn Nhận"}


@pytest.fixture
def closed(database, house):
    """Close a batch of three; return (its page, the codes)."""
    with database.write() as session:
        items = build.accepted(session, *(build.result(n) for n in range(1, 4)))
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        return f"/staff/batches/{batch.id}", [line.s10 for line in build.closed_batch(session, batch.id).lines]


@pytest.fixture
def loaded(database, house, clock):
    """Hand three over and publish a round with them; return (its page, codes, agency)."""
    clock.now = a_day.MORNING
    with database.write() as session:
        cells = ({"take_back": "Giấy cũ (bản chính)", "fee_vnd": "135000"}, {}, {})
        items = build.accepted(session, *(build.result(n, **one) for n, one in enumerate(cells, start=1)))
        agency_id = items[0].consignment.issuing_office_id
        batch = custody.open_batch(build.act(session, NOW), agency_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=PARTY, receiver=PARTY)
        return f"/staff/rounds/{published(session, 'BT001').rounds[0].id}", codes, agency_id


def states(database):
    with database.read() as session:
        return list(session.scalars(select(models.Item.state).order_by(models.Item.id)))


def figures(page):
    """Return (scanned, expected) as the page shows them."""
    return tuple(int(re.search(rf"data-{name}>([0-9]+)<", page)[1]) for name in ("scanned", "expected"))


def missing(page):
    return re.findall(r'<li data-code="([A-Z0-9.]+)">', page.split("data-missing ")[1].split("</ol>")[0])


def test_a_scan_tells_its_word_and_the_count_survives_a_reload(closed, sign_in):
    page, codes = closed
    postal = sign_in("postal")
    assert "Quét đếm và bàn giao" in postal.get(page).text
    assert figures(postal.get(f"{page}/count").text) == (0, 3)
    for code, told, tone in (
        (codes[1], "Đúng.", "notice done"),
        (codes[1], "Đã quét rồi.", "notice warning"),
        ("EY999999995VN", "Không phải bưu gửi của hệ thống.", "notice unknown"),
        ("rác", "Mã đọc sai", "notice unknown"),
    ):
        postal.post(f"{page}/count", code=code)
        shown = postal.get(f"{page}/count").text
        assert told in shown
        assert tone in shown
    again = sign_in("postal").get(f"{page}/count").text
    assert figures(again) == (1, 3)
    assert missing(again) == [codes[0], codes[2]]
    assert "EY999999995VN" in again.split("data-others ")[1]
    assert "Đếm tiếp" in postal.get(page).text


def test_many_codes_are_pasted_at_once_and_summed_up(closed, sign_in):
    page, codes = closed
    postal = sign_in("postal")
    spaced = f"{codes[0][:2]} {codes[0][2:]}"
    postal.post(f"{page}/count", codes=f"{spaced}\r\n{codes[1]};{codes[1]}\n\nrác")
    shown = postal.get(f"{page}/count").text
    assert "Đã đọc 4 mã: đúng 2, đã quét rồi 1, đọc sai 1." in shown
    assert figures(shown) == (2, 3)
    postal.post(f"{page}/count", codes=" \n ", code="")
    assert "Mã cần đếm" in postal.get(f"{page}/count").text


def test_the_handover_takes_what_was_counted(closed, sign_in, database):
    page, codes = closed
    postal = sign_in("postal")
    refused = postal.post(f"{page}/count/hand-over", **BOTH)
    assert refused.location == f"{page}/count"
    assert "Chưa quét bưu gửi nào" in postal.get(f"{page}/count").text
    postal.post(f"{page}/count", codes="\n".join(codes[:2]))
    receipt = postal.get(postal.post(f"{page}/count/hand-over", **BOTH).location).text
    assert codes[2] in receipt
    assert states(database) == [State.HANDED_OVER, State.HANDED_OVER, State.WAITING]
    over = postal.get(f"{page}/count")
    assert (over.status_code, over.location) == (303, page)
    assert "giao nhận xong" in postal.get(page).text


def test_what_is_not_scanned_is_not_loaded(loaded, sign_in, database):
    page, codes, _ = loaded
    postal = sign_in("postal")
    assert "Kiểm hàng và giao chuyến" in postal.get(page).text
    assert figures(postal.get(f"{page}/load").text) == (0, 3)
    postal.post(f"{page}/load", code=codes[0])
    postal.post(f"{page}/load", code=codes[2])
    postal.post(f"{page}/load/hand-over")
    assert "Đang đi" in postal.get(page).text
    assert states(database) == [State.ON_ROUND, State.HANDED_OVER, State.ON_ROUND]


@pytest.fixture
def evening(loaded, database, clock):
    """Load all, deliver the first with its fee and paper; the other two come home."""
    page, codes, agency_id = loaded
    round_id = int(page.rsplit("/", 1)[1])
    with database.write() as session:
        rounds.start_round(build.act(session, clock.now), round_id, scanned=codes)
        own = session.get_one(models.DeliveryRound, round_id).courier_id
        actor = Actor(kind=ActorKind.USER, role=models.Role.COURIER, courier_id=own)
        item = session.scalars(select(models.Item).where(models.Item.s10 == codes[0])).one()
        scan = a_day.delivered(item, fee_vnd=135_000, fee_receipt="TH-1", taken_back=["Giấy cũ"])
        assert doorstep.record_scans(build.act(session, a_day.EVENING, by=actor), [scan])[0].status == "recorded"
    clock.now = a_day.EVENING
    return page, codes, agency_id


def test_a_round_comes_home_counted_with_its_money_and_papers(evening, sign_in, database):
    page, codes, _ = evening
    postal = sign_in("postal")
    shown = postal.get(f"{page}/back").text
    assert figures(shown) == (0, 2)
    assert "135.000" not in shown  # the cashier counts before anything is told of what is due
    refused = postal.post(f"{page}/back/hand-over", money_vnd="135000", n_papers="1")
    assert refused.location == f"{page}/back"
    shown = postal.get(f"{page}/back").text
    assert "Chưa quét" in shown
    assert "135.000" in shown
    assert "TH-1" in shown
    assert 'value="135000"' in shown  # what was counted is kept
    postal.post(f"{page}/back", codes="\n".join(codes[1:]))
    postal.post(f"{page}/back/hand-over", money_vnd="100000", n_papers="1")
    assert "Đếm lại" in postal.get(f"{page}/back").text
    postal.post(f"{page}/back/hand-over", money_vnd="100000", n_papers="1", why="thối nhầm")
    assert "Đã khép" in postal.get(page).text
    assert states(database)[1:] == [State.AT_OFFICE, State.AT_OFFICE]
    assert "100000 / 135000" in postal.get("/staff/discrepancies").text


def test_papers_and_returns_are_counted_for_their_agency(evening, sign_in, database, clock):
    page, codes, agency_id = evening
    with database.write() as session:
        rounds.close_round(build.act(session, clock.now), int(page.rsplit("/", 1)[1]))
        item = session.scalars(select(models.Item).where(models.Item.s10 == codes[1])).one()
        returns.start_return(build.act(session, clock.now), item.id, returns.AGENCY_ASKED)
    postal = sign_in("postal")
    home = postal.get("/staff/giving-back").text
    back = f"/staff/agencies/{agency_id}"
    assert f"{back}/papers" in home
    assert f"{back}/returns" in home
    postal.post(f"{back}/papers", code=codes[1])
    assert "Không có trong danh sách này" in postal.get(f"{back}/papers").text
    postal.post(f"{back}/papers", code=codes[0])
    assert "/handovers/" in postal.post(f"{back}/papers/hand-over", money_vnd="135000", **BOTH).location
    assert postal.post(f"{back}/returns/hand-over", **BOTH).location == f"{back}/returns"
    postal.post(f"{back}/returns", code=codes[1])
    assert "/handovers/" in postal.post(f"{back}/returns/hand-over", **BOTH).location
    assert states(database)[1] is State.RETURNED_TO_SENDER
    assert "Không còn giấy tờ" in postal.get("/staff/giving-back").text


def test_a_list_of_others_is_not_there(loaded, sign_in):
    page, codes, _ = loaded
    stranger = sign_in("stranger-clerk")
    for path in (f"{page}/load", f"{page}/back", "/staff/batches/4711/count"):
        assert stranger.get(path).status_code == 404
    stranger.post(f"{page}/load", code=codes[0])
    assert figures(sign_in("postal").get(f"{page}/load").text) == (0, 3)


@pytest.fixture
def collected(database, house, clock):
    """Let two dossiers collected at home lie at the post; return (their codes, the agency)."""
    codes = [f"H57.15-261123-900{n}" for n in (1, 2)]
    with database.write() as session:
        orders = [
            intake.CollectionIn(
                dossier_code=code,
                office=build.CENTRE,
                recipient="Trần Đình Phước",
                address="7 An Dương Vương, phường Thuận Hóa, thành phố Huế",
                phone="0905110003",
                documents="Đơn đề nghị (bản chính)",
                lat="16.4632",
                lon="107.5862",
            )
            for code in codes
        ]
        told = {"source_system": build.SYSTEM, "guide": build.guide()}
        report = intake.order_collections(build.act(session, NOW), orders, **told)
        items = [session.get_one(models.Item, row.item_id) for row in report.rows]
        kinds = (EventKind.OUT_FOR_COLLECTION, EventKind.COLLECTED, EventKind.BACK_AT_OFFICE)
        for minute, kind in enumerate(kinds, start=1):
            at = NOW + timedelta(minutes=minute)
            for item in items:
                scan = tracking.Scan(kind=kind, scan_id=f"{kind}-{item.id}", happened_at=at)
                tracking.record_strictly(build.act(session, at), item, scan)
        agency_id = items[0].consignment.issuing_office_id
    clock.now = a_day.EVENING
    return codes, agency_id


def test_dossiers_collected_at_home_are_counted_into_the_agencys_hands(collected, sign_in, database):
    codes, agency_id = collected
    postal = sign_in("postal")
    page = f"/staff/agencies/{agency_id}/dossiers"
    assert page in postal.get("/staff/giving-back").text
    assert figures(postal.get(page).text) == (0, 2)
    assert postal.post(f"{page}/hand-over", **BOTH).location == page
    postal.post(page, code=codes[1].lower())
    assert "Đúng." in postal.get(page).text
    receipt = postal.get(postal.post(f"{page}/hand-over", **BOTH).location).text
    assert codes[0] in receipt
    assert states(database) == [State.DOSSIER_AT_OFFICE, State.SUBMITTED]
    assert figures(postal.get(page).text) == (0, 1)
    postal.post(page, code=codes[0])
    postal.post(f"{page}/hand-over", **BOTH)
    assert states(database) == [State.SUBMITTED] * 2
    assert page not in postal.get("/staff/giving-back").text
    assert postal.post(f"{page}/hand-over", **BOTH).location == page
    assert "chờ nộp" in postal.get(page).text


PNG = png(60, 20)


def attach(person, page, image):
    data = {"csrf_token": person.csrf, "photo": (io.BytesIO(image), "phieu.png")}
    return person.client.post(page, data=data, headers={"Accept": "text/html"})


def test_a_recipients_signature_or_the_signed_sheet_stands_beside_each_delivery(evening, sign_in, database):
    page = f"{evening[0]}/signatures"
    postal = sign_in("postal")
    assert "1 lượt phát chưa có chữ ký" in postal.get(page).text
    for broken in (b"GIF89a", PNG[:40], b"\xff\xd8\xff" + b"x" * 50):
        attach(postal, page, broken)
        assert "Ảnh chữ ký" in postal.get(page).text
    for _ in range(2):
        assert attach(postal, page, PNG).status_code == 303
    shown = postal.get(page).text
    assert "1 lượt phát ký trên phiếu giấy, đã có ảnh 1 trang" in shown
    picture = re.search(rf'href="({page}/[0-9]+)"', shown)[1]
    answer = postal.get(picture)
    assert (answer.data, answer.mimetype) == (as_photo(PNG).data, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    assert postal.get(f"{page}/4711").status_code == 404
    assert sign_in("stranger-clerk").get(picture).status_code == 404
    with database.read() as session:
        assert as_photo(PNG).data not in session.scalars(select(models.DeliverySignature.sealed)).one()


def test_a_recipient_signs_on_the_couriers_device(loaded, sign_in, database, clock):
    page, codes, _ = loaded
    with database.write() as session:
        rounds.start_round(build.act(session, clock.now), int(page.rsplit("/", 1)[1]), scanned=codes)
    clock.now = a_day.EVENING
    proof = {
        "receiver_name": "Tôn Nữ Thị Diễm Hằng",
        "id_tail": "1234",
        "n_documents": 1,
        "signature": base64.b64encode(PNG).decode(),
    }
    scan = {"scan_id": "door-1", "code": codes[1], "kind": "delivered", "happened_at": "2026-11-23T09:00:00+07:00"}
    scan |= {"proof": proof}
    courier_at_door = sign_in("courier")
    for status in ("recorded", "known"):
        answer = courier_at_door.json("/v1/scans", {"scans": [scan]})
        assert answer.status_code == 200, answer.json
        assert answer.json["scans"][0]["status"] == status
    shown = sign_in("postal").get(f"{page}/signatures").text
    assert "Mọi lượt phát có chữ ký người nhận" in shown
    assert "giờ máy 09:00" in shown
    junk = scan | {"scan_id": "door-2", "code": codes[2], "proof": proof | {"signature": "R0lGODlh"}}
    assert courier_at_door.json("/v1/scans", {"scans": [junk]}).json["scans"][0]["status"] == "refused"
    with database.read() as session:
        chain.seal(session, now=clock.now)
        assert chain.check_chain(session).broken is None
        assert chain.check_pictures(session) == []


def test_what_the_agency_withdrew_does_not_keep_the_others_from_their_handover(closed, sign_in, database):
    page, codes = closed
    centre, postal = sign_in("centre"), sign_in("postal")
    centre.post("/staff/consignments/1/withdraw", reason="cấp nhầm", payer="agency")
    assert "Cơ quan đã rút" in postal.get(page).text
    postal.post(f"{page}/count", code=codes[0])
    shown = postal.get(f"{page}/count").text
    assert "Cơ quan đã rút bưu gửi này" in shown
    assert figures(shown) == (0, 2)
    postal.post(f"{page}/count", codes="\n".join(codes[1:]))
    receipt = postal.get(postal.post(f"{page}/count/hand-over", **BOTH).location).text
    assert codes[0] in receipt
    assert states(database) == [State.CANCELLED, State.HANDED_OVER, State.HANDED_OVER]


def test_what_the_agency_withdrew_from_an_open_batch_is_on_no_list(database, house, sign_in):
    with database.write() as session:
        items = build.accepted(session, *(build.result(n) for n in range(1, 4)))
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        batch_id = batch.id
    sign_in("centre").post("/staff/consignments/2/withdraw", reason="cấp nhầm", payer="agency")
    with database.write() as session:
        manifest = build.closed_batch(session, batch_id)
        assert [line.item_id for line in manifest.lines] == [1, 3]


@pytest.mark.parametrize("field", [{"scanned": ""}, {"scanned": "   "}, {"codes": ""}, {"scanned": "EY999999995VN"}])
def test_a_bare_field_never_overrides_a_finished_count(closed, sign_in, database, field):
    page, codes = closed
    postal = sign_in("postal")
    for code in codes:
        postal.post(f"{page}/count", code=code)
    answer = postal.post(f"{page}/count/hand-over", **BOTH, **field)
    assert answer.status_code == 303
    assert states(database) == [State.HANDED_OVER] * 3
