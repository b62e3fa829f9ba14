"""Files as offices save them and as malice builds them: rows, or one coded refusal before anything is taken."""

import io
import time
import unicodedata
import zipfile

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postal.intake import BadFile, BrokenRow, ResultIn, failures, read_rows, workbook
from tests import builders as build

HEADER = "ma_ho_so,co_quan,ngay_xong,nguoi_nhan,dia_chi"
ROW = "H57.15-261120-0001,Trung tâm,2026-11-20T15:00:00+07:00,Lê Thị Hằng,1 Lê Lợi"


def rows(data, filename="ket-qua.csv", **more):
    return list(read_rows(filename, data if isinstance(data, bytes) else data.encode(), **more))


def code_of(data, filename="ket-qua.csv"):
    with pytest.raises(BadFile) as refusal:
        rows(data, filename)
    assert str(refusal.value.message)
    assert "…" not in str(refusal.value.message)
    return refusal.value.code


def xlsx(table, *, change=None):
    book = openpyxl.Workbook()
    for line in table:
        book.active.append(line)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data, *, replace=None, add=None):
    """Return the archive with entries replaced or added, as a hostile hand would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = (replace or {}).get(entry.filename, old.read(entry))
            new.writestr(entry.filename, body)
        for name, body in (add or {}).items():
            new.writestr(name, body)
    return out.getvalue()


TABLE = [HEADER.split(","), ROW.split(",")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_way_an_office_saves_csv_reads_the_same(separator, end, encoding):
    text = end.join(line.replace(",", separator) for line in (HEADER, ROW)) + end
    ((number, row),) = rows(text.encode(encoding))
    assert number == 2
    assert (row.dossier_code, row.recipient, row.address) == ("H57.15-261120-0001", "Lê Thị Hằng", "1 Lê Lợi")


def test_a_header_counts_in_any_case_form_and_under_a_name_that_was_set():
    header = "Mã hồ sơ,CO QUAN,ngày xong,Họ và tên," + unicodedata.normalize("NFD", "Địa chỉ nhận")
    assert rows(f"{header}\n{ROW}")[0][1].recipient == "Lê Thị Hằng"
    odd = HEADER.replace("nguoi_nhan", "chu_nhan")
    assert code_of(f"{odd}\n{ROW}") == "column_missing"
    assert rows(f"{odd}\n{ROW}", aliases={"Chủ nhận": "nguoi_nhan"})[0][1].recipient == "Lê Thị Hằng"


def test_a_column_missing_or_doubled_is_named():
    with pytest.raises(BadFile) as refusal:
        rows("ma_ho_so,co_quan\nx,y")
    assert "nguoi_nhan" in str(refusal.value.message)
    assert code_of(f"{HEADER},nguoi_nhan\n{ROW},x") == "column_twice"


@pytest.mark.parametrize("data", [b"", b" \r\n\n", b"\xef\xbb\xbf", HEADER.encode(), (HEADER + "\n\n ,,\n").encode()])
def test_an_empty_file_says_so(data):
    assert code_of(data) == "empty_file"


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252", "latin-1"])
def test_a_file_in_an_old_encoding_is_refused_whole_with_what_to_do(encoding):
    text = f"{HEADER}\n{ROW}".replace("Hằng", "Hà").replace("Lợi", "Lô").replace("ị", "i").replace("â", "a")
    assert code_of(text.encode(encoding)) == "legacy_encoding"


def test_pictures_and_old_workbooks_are_no_tables():
    assert code_of(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))) == "not_a_table"
    assert code_of(workbook.OLE_MAGIC + bytes(600), "cu.xls") == "not_a_table"
    assert code_of(b"PK\x03\x04 not really", "hong.xlsx") == "not_a_table"


def test_the_name_of_the_file_means_nothing():
    for name in ("../../etc/passwd", "CON", "a\r\nSet-Cookie: x", "x" * 300, "results.xlsx", ""):
        assert len(rows(f"{HEADER}\n{ROW}", name)) == 1


def test_rows_are_numbered_as_a_spreadsheet_shows_them_and_empty_ones_passed_over():
    numbers = [number for number, _ in rows(f"{HEADER}\n{ROW}\n\n,,,,\n{ROW}\n")]
    assert numbers == [2, 5]


def test_a_quoted_cell_may_hold_separators_quotes_and_a_line_break():
    row = ROW.replace("1 Lê Lợi", '"1, ""Lê Lợi"",\nHuế"')
    ((_, read),) = rows(f"{HEADER}\n{row}")
    assert read.address == '1, "Lê Lợi",\nHuế'


def test_a_quote_in_the_middle_of_a_cell_is_a_quote():
    ((_, read),) = rows(f'{HEADER}\n{ROW} ống 5" cạnh chợ')
    assert read.address.endswith('5" cạnh chợ')


@pytest.mark.parametrize("broken", [ROW.replace("Lê Thị", '"Lê Thị'), ROW.replace("1 Lê", '"1 Lê')])
@pytest.mark.parametrize("n_after", [0, 1, 5, 60])
def test_a_quote_never_closed_costs_its_own_row_and_none_below(broken, n_after):
    found = rows("\n".join([HEADER, ROW, broken, *[ROW] * n_after]))
    assert [number for number, _ in found] == list(range(2, 4 + n_after))
    assert [isinstance(row, BrokenRow) for _, row in found] == [False, True] + [False] * n_after
    assert found[1][1].problems[0].code == "quote_not_closed"
    assert found[1][1].dossier_code == "H57.15-261120-0001"


def test_two_open_quotes_far_apart_do_not_swallow_what_lies_between():
    broken = ROW.replace("1 Lê", '"1 Lê')
    found = rows("\n".join([HEADER, broken, ROW, ROW, broken, ROW]))
    assert [number for number, row in found if isinstance(row, BrokenRow)] == [2, 5]


def test_a_row_with_too_many_cells_is_refused_and_named():
    ((_, row),) = rows(f"{HEADER}\n{ROW}, phường Thuận Hóa")
    assert (row.dossier_code, row.problems[0].code) == ("H57.15-261120-0001", "cells_too_many")
    assert isinstance(rows(f"{HEADER}\n{ROW},,,")[0][1], ResultIn)


def test_a_row_with_too_few_cells_keeps_what_it_has():
    ((_, row),) = rows(f"{HEADER}\nH57.15-261120-0001,Trung tâm")
    assert (row.office, row.recipient, row.address) == ("Trung tâm", "", "")


@pytest.mark.parametrize("n", [30_000, 200_000])
def test_a_cell_of_a_novel_is_refused_alone(n):
    found = rows("\n".join([HEADER, ROW.replace("1 Lê Lợi", "x" * n), ROW]))
    assert [isinstance(row, BrokenRow) for _, row in found] == [True, False]
    assert found[0][1].problems[0].code == "cell_too_large"


def test_formulas_are_texts():
    for cell in ('=HYPERLINK("http://x")', "+84905123456", "@SUM(1)", "-1", "\t=1"):
        quoted = '"' + cell.replace('"', '""') + '"'
        ((_, row),) = rows(f"{HEADER}\n{ROW.replace('1 Lê Lợi', quoted)}")
        assert row.address == cell


def test_a_file_beyond_the_limits_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("postal.intake.reading.MAX_ROWS", 3)
    assert code_of("\n".join([HEADER, *[ROW] * 4])) == "file_too_large"
    monkeypatch.setattr("postal.intake.reading.MAX_FILE_BYTES", 1_000)
    assert code_of(HEADER + "\n" + "x" * 1_000) == "file_too_large"
    path = tmp_path / "x.csv"
    path.write_bytes(b"x" * 2_000)
    with pytest.raises(failures.FileTooLarge):
        list(read_rows("x.csv", path))


# -- XLSX ---------------------------------------------------------------------------------------------


def test_a_workbook_reads_like_its_csv():
    assert rows(xlsx(TABLE), "x.xlsx") == rows(f"{HEADER}\n{ROW}")


def test_numbers_and_dates_of_a_workbook_read_as_a_clerk_sees_them():
    from datetime import datetime

    header = [*HEADER.split(","), "dien_thoai", "thu_ho", "vi_do"]
    line = [
        "H57.15-261120-0001",
        "TT",
        datetime(2026, 11, 20, 15, 0),
        "Lê Hằng",
        "1 Lê Lợi",
        905123456,
        135000.0,
        16.46,
    ]
    ((_, row),) = rows(xlsx([header, line]), "x.xlsx")
    assert row.finished_at == "2026-11-20T15:00:00+07:00"
    assert (row.phone, row.fee_vnd, row.lat) == ("905123456", "135000", "16.46")


def test_a_cell_far_away_neither_hangs_nor_is_lost_in_silence():
    began = time.perf_counter()
    far = xlsx(TABLE, change=lambda book: book.active.cell(row=1_048_576, column=16_384, value="x"))
    ((_, row),) = rows(far, "x.xlsx")
    assert row.recipient == "Lê Thị Hằng"
    low = xlsx(TABLE, change=lambda book: book.active.cell(row=1_048_576, column=1, value="x"))
    assert code_of(low, "x.xlsx") == "file_too_large"
    assert time.perf_counter() - began < 10


def test_a_zip_bomb_is_refused_unopened():
    bomb = repacked(xlsx(TABLE), add={"xl/worksheets/sheet2.xml": b" " * 200_000_000})
    assert len(bomb) < 400_000
    began = time.perf_counter()
    assert code_of(bomb, "x.xlsx") == "file_too_large"
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_and_outside_references_are_refused(declaration):
    with zipfile.ZipFile(io.BytesIO(xlsx(TABLE))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    hostile = f'<?xml version="1.0"?>{declaration}{sheet}'
    for body in (hostile.encode(), hostile.encode("utf-16")):
        data = repacked(xlsx(TABLE), replace={"xl/worksheets/sheet1.xml": body})
        assert code_of(data, "x.xlsx") == "unsafe_workbook"


def test_thousands_of_parts_and_macros_are_refused():
    many = repacked(xlsx(TABLE), add={f"xl/media/{n}.txt": b"x" for n in range(5_000)})
    assert code_of(many, "x.xlsx") == "unsafe_workbook"
    assert code_of(repacked(xlsx(TABLE), add={"xl/vbaProject.bin": b"x"}), "x.xlsm") == "unsafe_workbook"


def test_an_archive_that_is_no_workbook_or_is_cut_short_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert code_of(out.getvalue(), "x.xlsx") == "not_a_table"
    whole = xlsx(TABLE)
    assert code_of(whole[: len(whole) // 2], "x.xlsx") == "not_a_table"
    broken = repacked(whole, replace={"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"})
    assert code_of(broken, "x.xlsx") == "not_a_table"


@given(data=st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"\xff\xfe")
@example(b"\xff\xfeA")
@example(b'"')
def test_any_bytes_give_rows_or_a_coded_refusal(data):
    found, refused = [], None
    try:
        found = rows(data)
    except BadFile as exc:
        refused = exc
    assert refused is None or (refused.code and str(refused.message))
    assert all(number >= 1 for number, _ in found)


@given(tail=st.text(max_size=200))
def test_any_text_under_a_header_gives_rows_or_a_coded_refusal(tail):
    try:
        found = rows((f"{HEADER}\n{ROW}\n" + tail).encode("utf-8", "ignore"))
    except BadFile:
        return
    assert found[0][1].dossier_code == "H57.15-261120-0001"


def test_what_is_written_is_read_back():
    results = [build.result(n, address=f'{n} "kiệt"; 3,\tLê Lợi') for n in range(1, 30)]
    for separator in (",", ";", "\t"):
        found = rows(build.results_csv(results, separator=separator))
        assert [row for _, row in found] == results
