"""Workbooks as offices, portals and other programs save them, and as malice builds them."""

import io
import re
import time
import zipfile
from datetime import datetime
from datetime import time as clock

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from postal.intake import BadFile, read_rows
from postal.intake.heading import numbers_the_columns
from postal.tables.oldbook import MAX_OLD_BYTES, OLE_MAGIC
from tests.postal.file_reading import HEADER, ROW, code_of, noted, rows, sentence_of, xlsx
from tests.scale import scaled


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


# -- XLSX ---------------------------------------------------------------------------------------------


def test_a_workbook_reads_like_its_csv():
    assert rows(xlsx(TABLE), "x.xlsx") == rows(f"{HEADER}\n{ROW}")


def test_numbers_and_dates_of_a_workbook_read_as_a_clerk_sees_them():
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
    ((_, row),) = rows(far)
    assert row.recipient == "Lê Thị Hằng"
    assert "1048576" in noted(far)["cells_outside"]
    low = xlsx(TABLE, change=lambda book: book.active.cell(row=1_048_576, column=1, value="x"))
    assert [number for number, _ in rows(low)] == [2, 1_048_576]
    assert time.perf_counter() - began < 20


def sheet_xml(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def with_sheet(data, change):
    return repacked(data, replace={"xl/worksheets/sheet1.xml": change(sheet_xml(data)).encode()})


MANY = [HEADER.split(","), *([f"H57.15-261120-{n:04}", *ROW.split(",")[1:]] for n in range(1, 6))]


@pytest.mark.parametrize("said", ["A1:E3", "A1", "A1:A1", "A1:E1048576", "B2:C2", "", "nonsense"])
def test_the_rows_that_stand_there_count_and_not_what_the_sheet_says_of_its_size(said):
    data = with_sheet(xlsx(MANY), lambda xml: xml.replace('ref="A1:E6"', f'ref="{said}"'))
    assert f'ref="{said}"' in sheet_xml(data)
    assert [number for number, _ in rows(data)] == [2, 3, 4, 5, 6]


def test_rows_and_cells_without_references_are_counted_as_they_stand():
    bare = with_sheet(xlsx(MANY), lambda xml: re.sub(r'(<row|<c) r="[A-Z]*[0-9]+"', r"\1", xml))
    assert rows(bare) == rows(xlsx(MANY))


def test_hidden_rows_columns_and_sheets_are_read_and_named():
    def hide(book):
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["D"].hidden = True
        book.create_sheet("Ẩn").append(HEADER.split(","))
        book["Ẩn"].append(["H57.15-261121-0001", *ROW.split(",")[1:]])
        book["Ẩn"].sheet_state = "hidden"

    data = xlsx(MANY, change=hide)
    found = list(read_rows("x.xlsx", data))
    assert [(one.sheet, one.number) for one in found] == [("Sheet", n) for n in range(2, 7)] + [("Ẩn", 2)]
    assert all(one.row.recipient == "Lê Thị Hằng" for one in found)
    assert {"hidden_rows_read", "hidden_sheet_read", "sheets_read"} <= noted(data).keys()


@pytest.mark.parametrize("at", [0, 1])
def test_a_sheet_without_a_table_is_named_wherever_it_stands(at):
    def guide(book):
        book.create_sheet("Hướng dẫn", at).append(["Cách điền: mã hồ sơ ở cột A"])
        book.create_sheet("Trống", at)

    data = xlsx(TABLE, change=guide)
    assert len(rows(data)) == 1
    (said,) = noted(data).values()
    assert "“Hướng dẫn”" in said
    assert "Trống" not in said


def test_a_second_table_that_lacks_a_column_is_named_with_it():
    def second(book):
        book.create_sheet("Tháng 10").append(["ma_ho_so", "nguoi_nhan", "dia_chi", "ngay_xong"])

    assert "co_quan" in noted(xlsx(TABLE, change=second))["sheet_not_read"]


def test_of_sheets_that_are_no_tables_the_one_most_like_one_is_complained_of():
    def second(book):
        book.create_sheet("Kết quả").append(["ma_ho_so", "nguoi_nhan", "dia_chi", "ngay_xong"])
        book["Kết quả"].append(["x"] * 4)

    with pytest.raises(BadFile) as refusal:
        rows(xlsx([["Hướng dẫn"], ["x"]], change=second))
    assert refusal.value.facts["columns"] == "co_quan"


def test_blank_rows_titles_and_merged_cells_above_the_header_are_passed_over_and_named():
    def title(book):
        book.active.insert_rows(1, 4)
        book.active["A2"] = "DANH SÁCH"
        book.active.merge_cells("A2:E2")

    data = xlsx(TABLE, change=title)
    assert [number for number, _ in rows(data)] == [6]
    assert "Dòng 2 " in noted(data)["rows_above_header"]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!"])
def test_an_error_of_a_formula_is_read_as_the_error_it_is(error):
    def break_it(book):
        book.active["D2"] = error
        book.active["D2"].data_type = "e"

    assert rows(xlsx(TABLE, change=break_it))[0][1].recipient == error


def test_a_formula_that_was_never_worked_out_is_not_an_empty_cell():
    header = [*HEADER.split(","), "thu_ho"]
    ((_, row),) = rows(xlsx([header, [*ROW.split(","), "=35000*2"]]))
    assert row.fee_vnd == "=35000*2"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Mận_x000D_", "Mận\r"), ("a_x000d_\nb", "a\r\nb"), ("_x005F_x000D_", "_x000D_"), ("x_y_x00", "x_y_x00")],
)
def test_escapes_of_the_format_are_decoded(written, meant):
    def inline(xml):
        return re.sub(
            r'<c r="D2"[^>]*>.*?</c>', f'<c r="D2" t="inlineStr"><is><t>{written}</t></is></c>', xml, flags=re.DOTALL
        )

    assert rows(with_sheet(xlsx(TABLE), inline))[0][1].recipient == meant


def test_a_text_of_several_runs_is_one_text_without_its_readings():
    runs = "<is><r><t>Lê </t></r><r><rPr><b/></rPr><t>Mận</t></r><rPh sb='0' eb='1'><t>X</t></rPh></is>"
    change = lambda xml: re.sub(r'<c r="D2".*?</c>', f'<c r="D2" t="inlineStr">{runs}</c>', xml, flags=re.DOTALL)  # noqa: E731
    assert rows(with_sheet(xlsx(TABLE), change))[0][1].recipient == "Lê Mận"


@pytest.mark.parametrize(
    "shown", ["dd/mm/yyyy", "yyyy-mm-dd h:mm", "[$-42A]dd mmmm yyyy;@", "h:mm dd/mm", 'd"ngày"', "[h]:mm"]
)
def test_a_number_shown_as_a_day_is_a_day(shown):
    def dated(book):
        book.active["C2"] = 46346.6875
        book.active["C2"].number_format = shown

    assert rows(xlsx(TABLE, change=dated))[0][1].finished_at == "2026-11-20T16:30:00+07:00"


@pytest.mark.parametrize(
    "shown", ["General", "0", "#,##0", '#,##0 "đ"', '#,##0\\ "đồng d"', "#,##0 [$đ-42A]", "@", "0.00E+00"]
)
def test_a_number_shown_as_money_or_plainly_is_no_day(shown):
    def plain(book):
        book.active["C2"] = 46346.6875
        book.active["C2"].number_format = shown

    assert rows(xlsx(TABLE, change=plain))[0][1].finished_at == "46346.6875"


def test_days_of_a_workbook_that_counts_from_1904_are_right():
    data = xlsx([TABLE[0], [TABLE[1][0], TABLE[1][1], datetime(2026, 11, 20, 16, 30), *TABLE[1][3:]]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = archive.read("xl/workbook.xml").decode().replace("<workbookPr ", '<workbookPr date1904="1" ')
    data = with_sheet(data, lambda xml: xml.replace("46346.6875", "44884.6875"))
    data = repacked(data, replace={"xl/workbook.xml": book.encode()})
    assert rows(data)[0][1].finished_at == "2026-11-20T16:30:00+07:00"


@given(
    st.lists(
        st.lists(
            st.one_of(st.none(), st.text("aăđ ơ1,\n", max_size=6), st.integers(-(10**6), 10**14)),
            min_size=5,
            max_size=5,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_workbook_is_read_back_cell_by_cell(table):
    wanted = [["" if cell is None else str(cell) for cell in line] for line in table]
    full = [tuple(line) for line in wanted if any(cell.strip() for cell in line)]
    try:
        found = rows(xlsx([HEADER.split(","), *table]))
    except BadFile:
        found = []
    read = [(r.dossier_code, r.office, r.finished_at, r.recipient, r.address) for _, r in found]
    assert read == [line for line in full if not numbers_the_columns(list(line))]


def test_parts_named_with_backslashes_or_elsewhere_are_found():
    data = xlsx(TABLE)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            moved = entry.filename.replace("xl/worksheets/", "xl\\Worksheets\\")
            new.writestr(moved, old.read(entry))
    assert rows(out.getvalue()) == rows(data)


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


@pytest.mark.parametrize("inside", [b"<c/>" * 5_000_000, b"<c><v>1</v></c>" * 2_000_000])
def test_a_row_of_millions_of_cells_is_refused_before_it_fills_the_memory(inside):
    row = b"<worksheet><sheetData><row>" + inside + b"</row></sheetData></worksheet>"
    assert code_of(repacked(xlsx(TABLE), replace={"xl/worksheets/sheet1.xml": row})) == "file_too_large"


def test_millions_of_other_elements_fill_no_memory():
    tail = b"<x>" + b"<y/>" * scaled(500_000, 3_000_000) + b"</x></worksheet>"
    data = xlsx(TABLE)
    body = sheet_xml(data).encode().replace(b"</worksheet>", tail)
    assert rows(repacked(data, replace={"xl/worksheets/sheet1.xml": body})) == rows(data)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("xl/workbook.bin", ".xlsb"), ("word/document.xml", "Word"), ("content.xml", "OpenDocument"),
        ("ppt/presentation.xml", "trình chiếu"), ("a.txt", "không phải bảng tính"),
    ],
)  # fmt: skip
def test_an_archive_of_another_kind_is_told_for_what_it_is(part, what):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, "<x/>")
    assert what in sentence_of(out.getvalue())


def test_an_archive_that_is_no_workbook_or_is_cut_short_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert code_of(out.getvalue(), "x.xlsx") == "not_a_table"
    whole = xlsx(TABLE)
    assert code_of(whole[: len(whole) // 2], "x.xlsx") == "not_a_table"
    broken = repacked(whole, replace={"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"})
    assert code_of(broken, "x.xlsx") == "not_a_table"


# -- XLS ----------------------------------------------------------------------------------------------


def xls(table, *, change=None):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Kết quả", cell_overwrite_ok=True)
    for at, line in enumerate(table):
        for column, value in enumerate(line):
            sheet.write(at, column, value)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_old_workbook_reads_like_its_csv():
    assert rows(xls(MANY), "cu.xls") == rows("\n".join(",".join(line) for line in MANY))


def test_numbers_days_and_hidden_sheets_of_an_old_workbook_are_read():
    def more(book, sheet):
        sheet.write(1, 2, datetime(2026, 11, 20, 16, 30), xlwt.easyxf(num_format_str="dd/mm/yyyy hh:mm"))
        sheet.write(1, 5, 905123456)
        sheet.write(1, 6, clock(7, 30), xlwt.easyxf(num_format_str="hh:mm"))
        book.add_sheet("Hướng dẫn").write(0, 0, "Cách điền")
        book.get_sheet(1).visibility = 1

    data = xls([[*HEADER.split(","), "dien_thoai", "khung_gio"], ROW.split(",")], change=more)
    ((_, row),) = rows(data)
    assert (row.finished_at, row.phone, row.window) == ("2026-11-20T16:30:00+07:00", "905123456", "07:30:00")
    assert "“Hướng dẫn”" in noted(data)["sheet_not_read"]


def test_titles_above_the_header_of_an_old_workbook_are_passed_over():
    data = xls([["DANH SÁCH"], [], *TABLE])
    assert [number for number, _ in rows(data)] == [4]


@pytest.mark.parametrize("tail", [b"", bytes(600), b"\xff" * 5_000])
def test_an_old_office_file_that_is_no_workbook_is_refused(tail):
    assert code_of(OLE_MAGIC + tail, "cu.xls") == "not_a_table"


@settings(deadline=None)
@given(at=st.integers(0, 5_000), value=st.binary(min_size=1, max_size=8), cut=st.integers(0, 3))
def test_a_damaged_old_workbook_gives_rows_or_a_coded_refusal(at, value, cut):
    data = bytearray(xls(TABLE))
    data[8 + at : 8 + at + len(value)] = value
    try:
        found = rows(bytes(data)[: len(data) - cut * 700])
    except BadFile as refusal:
        found = []
        assert str(refusal.message)  # noqa: PT017
    assert len(found) < 50_000


def test_an_old_workbook_beyond_its_limit_is_refused_unread():
    assert code_of(xls(TABLE) + bytes(MAX_OLD_BYTES)) == "file_too_large"
