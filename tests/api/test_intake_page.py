"""Files that are no table, sent by the page of imports: a refusal a clerk can read, never an error of ours."""

import io

import pytest

from tests.postal.file_reading import HEADER, ROW


def check(person, data, name="ket-qua.csv"):
    form = {"csrf_token": person.csrf, "file": (io.BytesIO(data), name)}
    answer = person.client.post("/staff/intake/check", data=form, headers={"Accept": "text/html"})
    if answer.status_code == 303:
        answer = person.get(answer.location)
    return answer


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"x" * 19_000_000, "mot-dong.csv", "Tệp"),
        (b'"' + b"a," * 9_400_000, "ngoac.csv", "Tệp"),
        (b"<html><body><table><tr><td>ma_ho_so</td></tr></table></body></html>", "ket-qua.xls", "trang web"),
        (b"%PDF-1.7", "ket-qua.xlsx", "PDF"),
        (f"{HEADER},nguoi_nhan\n{ROW},x".encode(), "hai-cot.csv", "nguoi_nhan"),
        (HEADER.encode(), "trong.csv", "trống"),
    ],
    ids=["one line of 19 MB", "an open quote of 19 MB", "a web page", "a PDF", "a column twice", "no rows"],
)
def test_what_cannot_be_read_is_told_on_the_page(sign_in, data, name, words):
    answer = check(sign_in("centre"), data, name)
    assert answer.status_code < 500
    assert words in answer.text
    assert "Traceback" not in answer.text


def test_a_hidden_row_and_an_unused_column_are_named_on_the_page(sign_in):
    answer = check(sign_in("centre"), f"DANH SÁCH\n{HEADER},ghi_chu\n{ROW},gấp\n".encode())
    assert "nằm trên dòng tiêu đề" in answer.text
    assert "ghi_chu" in answer.text
