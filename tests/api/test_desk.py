"""The desk's pages as clerks use them: a whole day by forms, and what each page refuses."""

import html
import io
import re

import pytest
from sqlalchemy import select

from postal import State, models
from tests import builders as build
from tests.hostile_pictures import png

PNG = png(60, 20)

CODE = re.compile(r"EY[0-9]{9}VN")


def upload(person, results, name="ket-qua.csv"):
    data = {"csrf_token": person.csrf, "file": (io.BytesIO(build.results_csv(results)), name)}
    answer = person._note(person.client.post("/staff/intake/check", data=data, headers={"Accept": "text/html"}))
    return person.get(answer.location) if answer.status_code == 303 else answer


@pytest.fixture
def centre(sign_in):
    return sign_in("centre")


def import_results(centre, *results):
    trial = upload(centre, results)
    kept = re.search(r'name="upload" value="([^"]+)"', trial.text)[1]
    return trial, centre.post("/staff/intake/import", upload=kept)


def pages(person, path):
    """Yield each page of a list."""
    while path:
        page = person.get(path).text
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further and html.unescape(further[1])
        yield page


def pack(centre, batch, *, n=1, weight=45):
    """Type the counts and the weight of every row of the open batch, page by page; return the page that follows."""
    for page in pages(centre, batch):
        fields = {}
        for item_id in re.findall(r'name="weight-([0-9]+)"', page):
            fields |= {f"giver-{item_id}": str(n), f"receiver-{item_id}": "1", f"weight-{item_id}": str(weight)}
        centre.post(f"{batch}/pack", **fields)
    return centre.get(batch).text


def close(centre, batch):
    pack(centre, batch)
    return centre.post(f"{batch}/close", sure="1")


def hand_over(centre, postal, database):
    """Open, close and hand over one batch by forms; return the codes."""
    with database.read() as session:
        office_id = session.scalar(select(models.Consignment.issuing_office_id).limit(1))
    batch = centre.post("/staff/batches", office_id=str(office_id)).location
    close(centre, batch)
    codes = sorted({code for page in pages(centre, batch) for code in CODE.findall(page.replace(" ", ""))})
    postal.post(f"{batch}/count", codes="\r\n".join(codes))
    answer = postal.post(f"{batch}/count/hand-over", giver_name="Lê Thị Giao", receiver_name="Trần Văn Nhận")
    assert answer.status_code == 303, answer.text
    return codes, answer.location


def test_a_trial_records_nothing_and_an_import_tells_every_row(centre, database):
    trial, done = import_results(centre, build.result(1), build.result(2, recipient=""))
    assert "Mới đọc thử" in trial.text
    assert "Người nhận" in trial.text
    report = centre.get(done.location).text
    assert "Từ chối" in report
    with database.read() as session:
        assert len(session.scalars(select(models.Item)).all()) == 1


@pytest.mark.parametrize("name", ["ket-qua.exe", "ket-qua.pdf", "ket-qua.xlsx", "ket-qua"])
def test_a_table_is_known_by_its_content_whatever_it_is_called(centre, name):
    kept = re.search(r'name="upload" value="([^"]+)"', upload(centre, [build.result(1)], name).text)[1]
    centre.post("/staff/intake/import", upload=kept)
    assert "H57.15-261120-0001" in centre.get("/staff/queue").text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ket-qua.csv", b"MZ\x90\x00" + bytes(range(256)) * 8),
        ("ket-qua.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"),
        ("ket-qua.csv", PNG),
        ("ket-qua.xlsx", b"PK\x03\x04" + b"\0" * 400),
        ("ket-qua.csv", b""),
        ("", b"ma_ho_so\n"),
    ],
)
def test_what_is_no_table_is_refused(centre, database, name, data):
    sent = {"csrf_token": centre.csrf, "file": (io.BytesIO(data), name)}
    answer = centre._note(centre.client.post("/staff/intake/check", data=sent, headers={"Accept": "text/html"}))
    assert answer.status_code == 303
    assert 'class="notice' in centre.get("/staff/intake").text
    with database.read() as session:
        assert session.scalars(select(models.Item)).all() == []


def test_an_unclear_address_is_asked_and_answered(centre, database):
    import_results(centre, build.result(1, address="12 Lê Lợi", lat="", lon=""))
    assert "Không rõ xã, phường" in centre.get("/staff/queue?bucket=address").text
    page = centre.get("/staff/consignments/1").text
    assert "Chọn xã, phường" in page
    centre.post("/staff/consignments/1/address", commune_code="19789")
    page = centre.get("/staff/consignments/1").text
    assert "Phường Thuận Hóa" in page
    assert "Điểm chỉ đúng đến xã, phường" in page
    refused = centre.post("/staff/consignments/1/point", lat="0", lon="0")
    assert refused.status_code == 303
    assert "không hợp lệ" in centre.get("/staff/consignments/1").text
    centre.post("/staff/consignments/1/release", reason="Bưu tá quen địa bàn")
    with database.read() as session:
        assert session.scalar(select(models.Consignment.released_reason)) == "Bưu tá quen địa bàn"


def far_away(centre):
    """Answer an unclear address in the city with a commune in the mountains; return the page that follows."""
    import_results(centre, build.result(1, address="gần chợ"))
    centre.post("/staff/consignments/1/address", commune_code="20044")
    return centre.get("/staff/consignments/1").text


def test_an_answer_that_contradicts_the_point_says_so_and_asks_again(centre, database):
    page = far_away(centre)
    assert "Điểm và xã, phường trái nhau" in page
    assert re.search(r"Điểm cách Xã A Lưới 2 [0-9]{2},[0-9] km", page)
    assert "Điểm nằm xa xã, phường đã ghi" in centre.get("/staff/queue?bucket=question").text
    nearest = re.search(r'name="commune_code" required>\s*<option value="([0-9]+)"', page)[1]
    centre.post("/staff/consignments/1/address", commune_code=nearest)
    assert "trái nhau" not in centre.get("/staff/consignments/1").text
    assert "H57.15-261120-0001" in centre.get("/staff/queue?bucket=ready").text


@pytest.mark.parametrize(
    ("act", "fields", "bucket"),
    [("far-point", {"answer": "keep"}, "ready"), ("far-point", {"answer": "drop"}, "point"),
     ("point", {"lat": "16,2540", "lon": "107,2300"}, "ready")],
)  # fmt: skip
def test_a_point_far_away_is_kept_dropped_or_put_right(centre, act, fields, bucket):
    far_away(centre)
    centre.post(f"/staff/consignments/1/{act}", **fields)
    assert "trái nhau" not in centre.get("/staff/consignments/1").text
    assert "H57.15-261120-0001" in centre.get(f"/staff/queue?bucket={bucket}").text


def test_a_name_the_label_cannot_print_is_asked_and_written_again(centre, database):
    import_results(centre, build.result(1, recipient="Nguyễn 🙂 Hằng"))
    assert "không in được" in centre.get("/staff/consignments/1").text.lower()
    centre.post("/staff/consignments/1/settle", code="unprintable", full_name="Nguyễn Thị Hằng")
    page = centre.get("/staff/consignments/1").text
    assert "Nguyễn Thị Hằng" in page
    assert "không in được" not in page.lower()


def test_an_unclear_address_may_turn_out_to_lie_elsewhere(centre, database):
    import_results(centre, build.result(1, address="12 Lê Lợi", lat="", lon=""))
    centre.post("/staff/consignments/1/outside", sure="1")
    assert "H57.15-261120-0001" in centre.get("/staff/queue?bucket=outside").text


def test_people_are_found_by_name_and_phone_without_standing_in_an_address(centre):
    import_results(centre, build.result(1), build.result(2))
    for asked in ("diem hang", "Tôn Nữ"):
        answer = centre.post("/staff/find", person=asked)
        assert answer.status_code == 200
        assert "H57.15-261120-0001" in answer.text
        assert "Tôn Nữ Thị Diễm Hằng" in answer.text
    assert "Gõ mã hồ sơ, số hiệu" in centre.post("/staff/find", person=" ").text


def test_one_exact_hit_of_a_search_opens_the_item(centre, sign_in):
    import_results(centre, build.result(1), build.result(2))
    assert 'action="/staff/find"' in centre.get("/staff/").text
    for asked in ("H57.15-261120-0001", "h5715261120 0001", "0905120001"):
        assert centre.post("/staff/find", person=asked).location == "/staff/consignments/1", asked
    for asked in ("H57.15-261120-0009", "0905999999", "Không Ai"):
        assert "Không tìm thấy bưu gửi nào" in centre.post("/staff/find", person=asked).text, asked


def test_who_may_not_see_people_finds_by_code_alone(centre, sign_in):
    import_results(centre, build.result(1))
    admin = sign_in("admin")
    assert admin.post("/staff/find", person="H57.15-261120-0001").location == "/staff/consignments/1"
    for asked in ("diem hang", "0905120001"):
        answer = admin.post("/staff/find", person=asked)
        assert "H57.15-261120-0001" not in answer.text
        assert "chỉ tìm theo mã hồ sơ hoặc số hiệu" in answer.text


def test_who_may_not_see_people_sees_them_masked(centre, sign_in):
    import_results(centre, build.result(1))
    page = sign_in("admin").get("/staff/consignments/1").text
    assert "Tôn Nữ Thị Diễm Hằng" not in page
    assert "Lê Lợi" not in page
    assert "T. N. T. D. Hằng" in page


def test_labels_print_once_and_again_only_with_a_reason(centre, sign_in, database):
    import_results(centre, build.result(1), build.result(2))
    hand_over(centre, sign_in("postal"), database)
    first = centre.post("/staff/batches/1/labels", size="100x150")
    assert first.mimetype == "application/pdf"
    assert centre.post("/staff/batches/1/labels", size="100x150").status_code == 303
    assert "In lại phải ghi lý do" in centre.get("/staff/batches/1").text
    assert centre.post("/staff/batches/1/labels", size="A6", reason="nhãn rách").mimetype == "application/pdf"


def test_a_batch_closes_only_when_both_sides_have_counted(centre, sign_in, database):
    import_results(centre, build.result(1))
    with database.read() as session:
        office_id = session.scalar(select(models.Consignment.issuing_office_id).limit(1))
    batch = centre.post("/staff/batches", office_id=str(office_id)).location
    centre.post(f"{batch}/close", sure="1")
    assert "chưa được hai bên đếm, cân và niêm phong" in centre.get(batch).text
    assert "bên giao đếm 2, bên nhận đếm 1" in pack(centre, batch, n=2)
    with database.read() as session:
        assert session.scalar(select(models.Manifest)) is None
    assert "niêm phong 1 trên 1" in pack(centre, batch)
    centre.post(f"{batch}/close", sure="1")
    assert "Đã chốt danh sách" in centre.get(batch).text


def test_the_receipt_is_the_same_paper_every_time(centre, sign_in, database):
    import_results(centre, build.result(1))
    _, where = hand_over(centre, sign_in("postal"), database)
    first, second = centre.get(f"{where}/receipt.pdf"), centre.get(f"{where}/receipt.pdf")
    assert first.data == second.data
    assert first.data.startswith(b"%PDF")


def test_a_day_goes_from_the_queue_to_the_doorstep_by_forms(centre, sign_in, database, clock):
    postal, dispatcher = sign_in("postal"), sign_in("dispatcher")
    import_results(centre, *(build.result(n) for n in (1, 2, 3)))
    codes, _ = hand_over(centre, postal, database)
    clock.forward(days=2, hours=15)  # Monday morning
    day = "2026-11-23"
    made = dispatcher.post("/staff/plans", day=day, seconds="2")
    assert "/staff/plans/" in made.location, dispatcher.get("/staff/plans").text
    plan = dispatcher.get(made.location).text
    assert "Công bố cho bưu tá" in plan
    dispatcher.post(f"{made.location}/publish")
    assert dispatcher.get(f"{made.location}/sheets.pdf").data.startswith(b"%PDF")
    with database.read() as session:
        found = session.scalars(select(models.DeliveryRound)).all()
        walked = {one.id: [i.s10 for s in one.stops for i in s.consignment.items] for one in found}
    assert sorted(code for loaded in walked.values() for code in loaded) == codes
    for round_id, loaded in walked.items():
        _walk(postal, round_id, loaded, database)
    with database.read() as session:
        states = [item.state for item in session.scalars(select(models.Item).order_by(models.Item.id))]
    assert states.count(State.DELIVERED) == 2
    assert states.count(State.AT_OFFICE) == 1
    assert "Khớp" in postal.get("/staff/").text


def _walk(postal, round_id, loaded, database):
    page = f"/staff/rounds/{round_id}"
    postal.post(f"{page}/load", codes="\n".join(loaded))
    postal.post(f"{page}/load/hand-over")
    assert "Đang đi" in postal.get(page).text
    with database.read() as session:
        stops = {
            stop.id: stop.consignment.items[0].dossier_code
            for stop in session.get_one(models.DeliveryRound, round_id).stops
        }
        items = {i.dossier_code: i.id for i in session.scalars(select(models.Item))}
    fields = {}
    for stop_id, dossier in stops.items():
        fields |= {
            f"outcome-{stop_id}": "VANG_NHA" if dossier.endswith("0002") else "done",
            f"time-{stop_id}": "0755",
            f"receiver-{stop_id}": "Tôn Nữ Thị Diễm Hằng",
            f"id-tail-{stop_id}": "1234",
            f"n-documents-{items[dossier]}": "1",
            f"piece-{items[dossier]}": "1",
        }
    answer = postal.post(f"{page}/results", **fields)
    assert answer.status_code == 303, answer.text
    told = postal.get(page).text
    assert f"Đã ghi {len(stops)} điểm" in told, told
    postal.post(f"{page}/back", codes="\n".join(loaded))
    postal.post(f"{page}/back/hand-over", money_vnd="0", n_papers="0")
    assert "Đã khép" in postal.get(page).text


def test_every_page_of_the_desk_opens_while_there_is_nothing_yet(sign_in):
    person = sign_in("dispatcher")
    for path in ("", "queue", "batches", "plans", "rounds", "coverage", "discrepancies"):
        answer = person.get(f"/staff/{path}")
        assert answer.status_code == 200, path
        assert 'lang="vi"' in answer.text


def test_a_form_without_its_token_is_refused(app, sign_in):
    person = sign_in("centre")
    person.csrf = "gia-mao"
    assert person.post("/staff/batches", office_id="1").status_code == 400


def test_signing_in_leads_only_to_pages_of_ours(app, house):
    from tests.api.conftest import PASSWORD, Person

    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        person = Person(app)
        person.get("/staff/sign-in")
        answer = person.post("/staff/sign-in", username="centre", password=PASSWORD, next=target)
        assert answer.location == "/staff/"


def test_a_wrong_password_says_one_sentence(app, house):
    from tests.api.conftest import Person

    person = Person(app)
    person.get("/staff/sign-in")
    told = {
        person.post("/staff/sign-in", username=name, password="sai hoan toan").text for name in ("centre", "khong-co")
    }
    assert len({re.sub(r'value="[^"]+"', "", page) for page in told}) == 1
