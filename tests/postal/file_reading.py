"""How tests of files read them: rows, notes, or the refusal of the whole file."""

import io

import openpyxl
import pytest

from postal.intake import BadFile, read_rows

HEADER = "ma_ho_so,co_quan,ngay_xong,nguoi_nhan,dia_chi"
ROW = "H57.15-261120-0001,Trung tâm,2026-11-20T15:00:00+07:00,Lê Thị Hằng,1 Lê Lợi"


def rows(data, filename="ket-qua.csv", **more):
    found = read_rows(filename, data if isinstance(data, bytes) else data.encode(), **more)
    return [(one.number, one.row) for one in found]


def noted(data, **more):
    """Return the notes of a file by their codes, once it was read to its end."""
    found = read_rows("ket-qua.csv", data if isinstance(data, bytes) else data.encode(), **more)
    assert len(list(found)) > 0
    return {one.code: str(one.message) for one in found.notes}


def code_of(data, filename="ket-qua.csv"):
    with pytest.raises(BadFile) as refusal:
        rows(data, filename)
    assert str(refusal.value.message)
    assert "…" not in str(refusal.value.message)
    return refusal.value.code


def sentence_of(data):
    with pytest.raises(BadFile) as refusal:
        rows(data)
    assert refusal.value.code == "not_a_table"
    return str(refusal.value.message)


def xlsx(table, *, change=None):
    """Return a workbook with one sheet of these rows, changed by hand before it is saved."""
    book = openpyxl.Workbook()
    for line in table:
        book.active.append(line)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
