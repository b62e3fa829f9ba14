"""The page of a file: mended in bulk and row by row, kept over a reload, brought in, asked about, given back."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import event, func, select

from postal import models
from postal.life.balance import balance
from tests import builders as build
from tests.api.conftest import work
from tests.api.test_desk import import_results, upload

SLIP = "Trung tâm Phục vụ hành chánh công thành phố Huế"


@pytest.fixture
def centre(sign_in):
    return sign_in("centre")


def page_of(centre, *results):
    """Send a file; return the address of its page and the page."""
    shown = upload(centre, results)
    return re.search(r'href="(/staff/intake/files/\d+)\?show=', shown.text)[1], shown.text


def row_ids(text):
    return re.findall(r'id="row-(\d+)"', text)


def test_the_page_names_columns_in_words_with_value_name_and_address(centre):
    _, text = page_of(centre, build.result(1, finished_at="hôm qua"), build.result(2))
    assert "Ngày xong" in text
    assert "“hôm qua”" in text
    assert build.result(1).recipient in text
    assert build.result(1).address in text
    assert "ngay_xong" not in text


def test_a_misspelt_agency_and_a_column_of_dates_are_mended_at_once_and_a_reload_loses_nothing(centre, app, database):
    import_results(centre, build.result(900))
    work(app)
    rows = [build.result(n, office=SLIP, finished_at=f"11/{n}/26") for n in range(13, 20)]
    address, text = page_of(centre, *rows)
    assert "7 dòng." in text
    office_id = re.search(rf'<option value="(\d+)" selected>{build.CENTRE}</option>', text)[1]
    row_id = re.search(r'name="row_id" value="(\d+)"', text)[1]
    centre.post(f"{address}/office", row_id=row_id, office_id=office_id)
    centre.post(f"{address}/dates", order="mdy")
    again = centre.get(address).text
    assert "Nhập 7 dòng" in again
    assert "Sửa nhiều dòng" not in again
    done = centre.post("/staff/intake/import", upload=address.rpartition("/")[2])
    work(app)
    assert "Kết quả nhập" in centre.get(centre.get(done.location).location or done.location).text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(models.Item)) == 8
        assert session.scalar(select(func.count()).where(models.Office.name == SLIP)) == 0


def test_a_mended_row_leaves_its_pile_and_one_still_wrong_says_so(centre):
    address, text = page_of(centre, build.result(1, recipient="", finished_at="x"), build.result(2))
    (row_id,) = row_ids(text)
    centre.post(f"{address}/rows/{row_id}", recipient="Lê Văn Sửa", show="refused")
    text = centre.get(address).text
    assert "đã ghi; còn: Ngày xong" in text
    centre.post(f"{address}/rows/{row_id}", finished_at="20/11/2026", show="refused")
    text = centre.get(f"{address}?show=refused").text
    assert "đã đúng" in text
    assert row_ids(text) == []
    assert "Nhập 2 dòng" in text


def test_a_double_stands_beside_its_twin(centre, app, database, house):
    import_results(centre, build.result(1))
    work(app)
    address, _ = page_of(centre, build.result(1), build.result(5), build.result(5, recipient="Người Khác"))
    text = centre.get(f"{address}?show=duplicate").text
    assert len(re.findall("data-twin", text)) == 2
    assert "/staff/consignments/" in text
    with database.write() as session:
        other = build.accepted(session, build.result(9, office="Sở Xây dựng"))[0].consignment.issuing_office_id
        session.get_one(models.User, house["centre"]).office_id = other
    shown = centre.get(f"{address}?show=duplicate")
    assert shown.status_code == 200
    assert len(re.findall("data-twin", shown.text)) == 2
    assert "/staff/consignments/" not in shown.text


def test_refused_rows_are_mended_after_the_import_and_the_sum_holds(centre, app, database):
    address, _ = page_of(centre, build.result(1), build.result(2, recipient=""))
    done = centre.post("/staff/intake/import", upload=address.rpartition("/")[2])
    work(app)
    text = centre.get(f"{address}?show=refused").text
    (row_id,) = row_ids(text)
    centre.post(f"{address}/rows/{row_id}", recipient="Lê Văn Sửa")
    assert "Nhập 1 dòng vừa sửa" in centre.get(address).text
    centre.post(f"{address}/take")
    centre.post(f"{address}/take")
    with database.read() as session:
        found = balance(session)
        assert (found.n_in, found.waiting, found.refused, found.is_balanced) == (2, 2, 0, True)
    assert done.status_code == 303


def test_a_page_of_before_the_import_brings_a_file_in_no_second_time(centre, app, database):
    address, text = page_of(centre, build.result(1), build.result(2, recipient=""))
    number, (row_id,) = address.rpartition("/")[2], row_ids(text)
    centre.post("/staff/intake/import", upload=number)
    work(app)
    centre.post(f"{address}/rows/{row_id}", recipient="Lê Văn Sửa", show="refused")
    again = centre.post("/staff/intake/import", upload=number)
    assert re.fullmatch(r"/staff/intake/\d+", again.location), again.location
    assert "đã nhập rồi" in centre.get(again.location).text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(models.Intake)) == 1
        assert balance(session).is_balanced


def test_unknown_headers_are_asked_about_and_told(centre):
    data = build.results_csv([build.result(1)]).decode().replace("nguoi_nhan", "Bên thụ hưởng", 1).encode()
    sent = {"csrf_token": centre.csrf, "file": (io.BytesIO(data), "ket-qua.csv")}
    answer = centre._note(centre.client.post("/staff/intake/check", data=sent, headers={"Accept": "text/html"}))
    assert answer.location.endswith("/columns")
    text = centre.get(answer.location).text
    assert "Bên thụ hưởng" in text
    fields = dict(
        re.findall(r'name="(column-\w+)"[^>]*>(?:(?!</select>).)*?<option value="(\d+)" selected', text, re.DOTALL)
    )
    at = re.search(r'<option value="(\d+)">Bên thụ hưởng', text)[1]
    missing = centre.post(answer.location, **fields)
    assert "Người nhận: chưa chọn" in centre.get(missing.location).text.replace("column-nguoi_nhan", "Người nhận")
    told = centre.post(answer.location, **fields, **{"column-nguoi_nhan": at})
    assert "Nhập 1 dòng" in centre.get(told.location).text


def test_the_workbook_comes_back_with_own_headers(centre):
    address, _ = page_of(centre, build.result(1, finished_at="hôm qua"), build.result(2))
    answer = centre.get(f"{address}/errors.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[0][:4] == (
        "Dòng",
        "Kết luận",
        "Lý do và cách sửa",
        "ma_ho_so" if rows[0][3] == "ma_ho_so" else rows[0][3],
    )
    assert "hôm qua" in rows[1]
    assert len(rows) == 2


def test_addresses_of_an_import_are_asked_one_after_another(centre, app, database):
    vague = {"lat": "", "lon": "", "address": "12 Lê Lợi"}
    import_results(centre, *(build.result(n, **vague) for n in (1, 2)), build.result(3))
    work(app)
    with database.read() as session:
        intake_id = session.scalar(select(models.Intake.id))
        asked = list(session.scalars(select(models.Consignment.id).where(models.Consignment.address_status.in_(
            ("ambiguous", "unknown")))))  # fmt: skip
    page = f"/staff/intake/{intake_id}/addresses"
    for n_left in range(len(asked), 0, -1):
        text = centre.get(page).text
        assert f"Còn {n_left} địa chỉ" in text
        code = re.search(r'name="commune_code" value="(\w+)"', text) or re.search(r'<option value="(\d+)"', text)
        answer = centre.post(re.search(r'action="(/staff/intake/\d+/addresses/\d+)"', text)[1], commune_code=code[1])
        assert answer.location.startswith(page)
    assert "Không còn địa chỉ nào" in centre.get(page).text
    assert len(asked) >= 1


def test_a_large_file_is_shown_in_few_statements(centre, database):
    rows = [build.result(n, finished_at="x" if n % 2 else "20/11/2026", office=f"Sở {n} Huế") for n in range(1, 1500)]
    address, _ = page_of(centre, *rows)
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    assert centre.get(address).status_code == 200
    assert len([one for one in statements if not one.startswith(("BEGIN", "SAVEPOINT"))]) <= 25


def test_nobody_elses_file_is_there(centre, sign_in):
    address, text = page_of(centre, build.result(1, recipient=""))
    other = sign_in("admin")
    for path in ("", "/columns", f"/rows/{row_ids(text)[0]}", "/errors.xlsx"):
        assert other.get(address + path).status_code in (403, 404)
