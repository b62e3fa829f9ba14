"""XLSX that people open: nothing in it runs as a formula, and what was written is read back."""

import io

import openpyxl
import pytest

from postal import write_xlsx
from postal.tables.workbook import workbook_sheets
from tests.postal.test_csv_out import HARMLESS, HOSTILE


def written(*rows):
    out = io.BytesIO()
    write_xlsx(out, ("a", "b", "c"), rows)
    return out.getvalue()


@pytest.mark.parametrize("text", [*HOSTILE, *HARMLESS, "<b>&amp;</b>", "hai\ndòng", "  đầu và cuối  "])
def test_every_text_stays_a_text(text):
    sheet = openpyxl.load_workbook(io.BytesIO(written((text, 7, "x")))).active
    first, number, last = sheet[2]
    assert first.data_type != "f"
    assert (first.value or "") == text.replace("\r", "\n")
    assert (number.value, last.value) == (7, "x")
    assert [cell.value for cell in sheet[1]] == ["a", "b", "c"]


def test_what_xml_cannot_hold_is_left_out_and_equal_rows_give_equal_bytes():
    sheet = openpyxl.load_workbook(io.BytesIO(written(("a\x00b\x0bc", None, 1.5)))).active
    assert [cell.value for cell in sheet[2]] == ["a b c", None, 1.5]
    assert written(("x", 1, None)) == written(("x", 1, None))


def test_rows_are_taken_one_by_one_and_our_own_reader_reads_them():
    taken = []

    def rows():
        for n in range(3):
            taken.append(n)
            yield f"H57-{n}", n, ""

    data = written(*rows())
    assert taken == [0, 1, 2]
    assert b"H57-2" not in data
    (sheet,) = workbook_sheets(data)
    assert [cells[0] for _number, cells in sheet.rows][1:] == ["H57-0", "H57-1", "H57-2"]
