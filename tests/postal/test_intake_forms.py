"""Files as clerks, portals and spreadsheets make them, each of another kind: what is taken, asked, refused and named.

Every file is made here and read twice: as an intake reads it, and as `tannha addresses check` does.
"""

import csv
import io
import re
import zipfile
from datetime import date as day_of
from datetime import datetime, time

import openpyxl
import pytest
import xlwt
from click.testing import CliRunner
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from api.commands.addresses import addresses
from postal.intake import BadFile, read_rows
from postal.intake.judging import judge_result
from postal.rules.working_days import LOCAL
from tests import builders as build

NAMES = ("ma_ho_so", "co_quan", "ngay_xong", "nguoi_nhan", "dia_chi", "dien_thoai", "thu_ho", "vi_do", "kinh_do")
SPOKEN = ("Mã hồ sơ", "Cơ quan", "Ngày xong", "Người nhận", "Địa chỉ", "Điện thoại", "Thu hộ", "Vĩ độ", "Kinh độ")
OFFICE = "Trung tâm Phục vụ hành chính công thành phố Huế"
ADDRESS = "12 Lê Lợi, phường Vĩnh Ninh, TP Huế"
THUAN_HOA = "19789"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=LOCAL)
GUIDE = build.guide()
HERE = ("16.4637", "107.5909")


def line(number=1, **cells):
    """Return the cells of a row in order, some of them changed."""
    usual = {
        "ma_ho_so": f"H57.15-261120-{number:04}",
        "co_quan": OFFICE,
        "ngay_xong": "20/11/2026 16:30",
        "nguoi_nhan": "Lê Thị Mận",
        "dia_chi": ADDRESS,
        "dien_thoai": "0905123456",
        "thu_ho": "0",
        "vi_do": "",
        "kinh_do": "",
    }
    return list((usual | cells).values())


def as_csv(*lines, names=NAMES, separator=",", encoding="utf-8", end="\n"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows([names, *lines])
    return out.getvalue().encode(encoding)


def as_xlsx(*lines, names=NAMES, change=None):
    book = openpyxl.Workbook()
    for cells in (names, *lines):
        book.active.append(list(cells))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls(*lines, names=NAMES, change=None):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Danh sách", cell_overwrite_ok=True)
    for at, cells in enumerate((names, *lines)):
        for column, value in enumerate(cells):
            sheet.write(at, column, value)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def patched(data, part, change):
    """Return a workbook with the text of one part changed, as another program would have written it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = old.read(entry)
            new.writestr(entry.filename, change(body.decode()).encode() if entry.filename.endswith(part) else body)
    return out.getvalue()


def on_sheet(change, *lines, **more):
    return patched(as_xlsx(*(lines or [line()]), **more), "sheet1.xml", change)


def judged(data):
    """Return each row as it was judged, and the codes of the notes."""
    found = read_rows("ket-qua", data)
    rows = [judge_result(one.number, one.row, GUIDE, now=NOW) for one in found]
    return rows, {one.code for one in found.notes}


def checked(data, folder):
    """Return what `tannha addresses check` says of each row's address."""
    file, out = folder / "ket-qua", folder / "out.csv"
    file.write_bytes(data)
    result = CliRunner().invoke(addresses, ["check", str(file), "-o", str(out)])
    assert result.exit_code == 0, result.output
    return [row["codes"] for row in csv.DictReader(out.open(encoding="utf-8"))]


def merged_title(book):
    book.active.insert_rows(1, 3)
    book.active["A1"] = "SỞ NỘI VỤ"
    book.active["A2"] = "DANH SÁCH KẾT QUẢ TRẢ QUA BƯU CHÍNH"
    book.active.merge_cells("A1:D1")
    book.active.merge_cells("A2:I2")


def filtered(book):
    book.active.auto_filter.ref = "A1:I6"
    for number in (2, 4, 5):
        book.active.row_dimensions[number].hidden = True


def grouped(book):
    book.active.row_dimensions.group(2, 4, outline_level=1, hidden=True)


def more_sheets(book):
    for name, number in (("Phường Phú Xuân", 21), ("Tổng hợp", 0), ("Lưu", 31)):
        sheet = book.create_sheet(name)
        if number:
            sheet.append(list(NAMES))
            sheet.append(line(number))
        else:
            sheet.append(["Tổng số", 3])
    book["Lưu"].sheet_state = "veryHidden"


def totals(book):
    book.active.append([])
    book.active.append(["Tổng cộng", "", "", "", "", "", 0])


def styled(at, value, shown):
    def change(book):
        book.active[at] = value
        book.active[at].number_format = shown

    return change


def bold_name(book):
    book.active["D2"] = CellRichText("Lê Thị ", TextBlock(InlineFont(b=True), "Mận"))


def one_hyperlink(book):
    book.active["F2"].hyperlink = "tel:0905123456"


FIVE = [line(n) for n in range(1, 6)]
WRONG_SIZES = ("A1", "A1:I1", "A1:A2", "A1:XFD1048576", "C3:D4")

# What came in, and how many rows of it are taken without a question; every file holds nothing but good rows.
GOOD = {
    **{
        f"size told {said}": (
            on_sheet(lambda x, s=said: re.sub(r'dimension ref="[^"]*"', f'dimension ref="{s}"', x), *FIVE),
            5,
        )
        for said in WRONG_SIZES
    },
    "no size told": (on_sheet(lambda x: re.sub(r"<dimension[^>]*/>", "", x), *FIVE), 5),
    "rows filtered away": (as_xlsx(*FIVE, change=filtered), 5),
    "rows folded away": (as_xlsx(*FIVE, change=grouped), 5),
    "further sheets": (as_xlsx(*FIVE, change=more_sheets), 7),
    "merged titles": (as_xlsx(*FIVE, change=merged_title), 5),
    "spoken headers": (as_xlsx(*FIVE, names=SPOKEN), 5),
    "header in capitals": (as_csv(*FIVE, names=[name.upper() for name in SPOKEN]), 5),
    "header with blanks": (as_csv(*FIVE, names=[f"  {name} " for name in NAMES]), 5),
    "blank rows between": (as_csv(line(1), [""] * 9, line(2), [" "] * 9, line(3)), 3),
    "semicolons of Excel": (as_csv(*FIVE, separator=";", encoding="utf-8-sig", end="\r\n"), 5),
    "tabs in UTF-16": (as_csv(*FIVE, separator="\t", encoding="utf-16"), 5),
    "bars": (as_csv(*FIVE, separator="|"), 5),
    "old Mac lines": (as_csv(*FIVE, end="\r"), 5),
    "old workbook": (as_xls(*FIVE), 5),
    "old workbook, titles": (as_xls(["DANH SÁCH"], [""], list(NAMES), *FIVE[:2], names=["SỞ NỘI VỤ"]), 2),
    "old workbook, hidden sheet": (
        as_xls(*FIVE, change=lambda book, _: setattr(book.add_sheet("Ẩn"), "visibility", 1)),
        5,
    ),
    "shared texts with runs": (as_xlsx(line(), change=bold_name), 1),
    "hyperlinks": (as_xlsx(line(), change=one_hyperlink), 1),
    "no row numbers": (on_sheet(lambda x: re.sub(r'(<row|<c) r="[A-Z]*[0-9]+"', r"\1", x), *FIVE), 5),
    "prefixed XML": (
        on_sheet(
            lambda x: re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", x.split("?>")[-1]).replace("xmlns=", "xmlns:x="), *FIVE
        ),
        5,
    ),
    "quoted cells of many lines": (as_csv(line(dia_chi="12 Lê Lợi,\nphường Vĩnh Ninh,\n\nTP Huế"), *FIVE[1:]), 5),
    "a quoted list of commas": (
        as_csv(line(dia_chi="tổ 3, kv 2, kiệt 5, nhà 7,\nLê Lợi, , phường Vĩnh Ninh, TP Huế"), line(2)),
        2,
    ),
    "quotes in quotes": (
        as_csv(line(nguoi_nhan="Lê Thị Mận", dia_chi='quán "Bê Thui", 12 Lê Lợi, phường Vĩnh Ninh, TP Huế')),
        1,
    ),
    "everything quoted": ("\n".join(",".join(f'"{cell}"' for cell in cells) for cells in (NAMES, *FIVE)).encode(), 5),
    "a counter and numbered columns": (
        as_csv(["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"], *FIVE),
        5,
    ),
    "a header on every page": (as_csv(*FIVE[:3], list(NAMES), *FIVE[3:]), 5),
    "trailing empty columns": (as_csv(*[[*cells, "", ""] for cells in FIVE], names=[*NAMES, "", ""]), 5),
    "fifty blank rows first": (b"\n" * 50 + as_csv(*FIVE), 5),
    "invisible letters": (as_csv(line(nguoi_nhan="Lê\u200b Thị\u00a0Mận\ufeff", dia_chi=f"\u200e{ADDRESS}\u200f")), 1),
    "decoded escapes": (as_csv(line(nguoi_nhan="Lê Thị Mận", dia_chi="12 Lê Lợi_x000D_\nphường Vĩnh Ninh, TP Huế")), 1),
    "a day of the sheet": (as_xlsx(line(), change=styled("C2", datetime(2026, 11, 20, 16, 30), "dd/mm/yyyy")), 1),
    "a bare day of the sheet": (as_xlsx(line(), change=styled("C2", day_of(2026, 11, 20), "d-mmm-yy")), 1),
    "a serial with a comma": (as_csv(line(ngay_xong="46346,6875")), 1),
    "numbers for texts": (as_xlsx(line(dien_thoai=905123456, thu_ho=135000.0, vi_do=16.4637, kinh_do=107.5909)), 1),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_file_that_is_in_order_comes_in_whole_and_is_checked_alike(kind, tmp_path):
    data, n_taken = GOOD[kind]
    rows, _ = judged(data)
    taken = [row for row in rows if row.accepted is not None and not row.problems]
    assert len(taken) == n_taken, [[p.code for p in row.problems] for row in rows]
    assert len(rows) == n_taken
    assert {row.accepted.place.commune_code for row in taken} == {THUAN_HOA}
    assert {row.accepted.person.full_name for row in taken} == {"Lê Thị Mận"}
    assert checked(data, tmp_path) == [THUAN_HOA] * n_taken


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (GOOD["rows filtered away"][0], {"hidden_rows_read"}),
        (GOOD["rows folded away"][0], {"hidden_rows_read"}),
        (GOOD["further sheets"][0], {"sheets_read", "sheet_not_read", "hidden_sheet_read"}),
        (GOOD["merged titles"][0], {"rows_above_header"}),
        (GOOD["a header on every page"][0], {"header_rows_again"}),
        (as_csv([*line(), "gấp"], names=[*NAMES, "Ghi chú"]), {"columns_not_used"}),
        (as_xlsx(line(), change=lambda book: styled("L9", "x", "@")(book)), {"cells_outside"}),
    ],
)
def test_what_is_not_read_as_results_is_named_in_an_intake_and_in_a_check(data, notes, tmp_path):
    assert notes <= judged(data)[1]
    file = tmp_path / "x"
    file.write_bytes(data)
    said = CliRunner().invoke(addresses, ["check", str(file), "-o", str(tmp_path / "o.csv")]).output
    for note in read_all(data):
        assert str(note.message) in said


def read_all(data):
    found = read_rows("x", data, needed=("ma_ho_so", "dia_chi"))
    assert list(found)
    return found.notes


MIDNIGHT, AFTERNOON = datetime(2026, 11, 20, tzinfo=LOCAL), datetime(2026, 11, 20, 16, 30, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("20/11/2026 16:30", AFTERNOON),
        ("20/11/2026 16:30:00", AFTERNOON),
        ("20/11/2026 4:30:00 CH", AFTERNOON),
        ("20-11-2026 16.30", None),
        ("16h30, 20/11/2026", AFTERNOON),
        ("16:30:00 20/11/2026", AFTERNOON),
        ("20.11.2026", MIDNIGHT),
        ("2026-11-20", MIDNIGHT),
        ("20/11/2026 ", MIDNIGHT),
        ("'20/11/2026", MIDNIGHT),
        ("20 / 11 / 2026", MIDNIGHT),
        ("46346", MIDNIGHT),
        ("46346.0", MIDNIGHT),
        ("46346.6875", AFTERNOON),
        ("2026-11-20T16:30:00+07:00", AFTERNOON),
        ("2026-11-20 16:30:00.000", AFTERNOON),
        ("Ngày 20 tháng 11 năm 2026", MIDNIGHT),
        ("20 Tháng 11, 2026", MIDNIGHT),
        ("20/11/2026 16 giờ 30", AFTERNOON),
        ("20/11/2026 lúc 16h30", AFTERNOON),
        ("20-Nov-2026", None),
        ("20/11/26", None),
    ],
)
@pytest.mark.parametrize("make", [as_csv, as_xlsx, as_xls])
def test_a_day_is_read_alike_in_every_kind_of_file(make, text, meant):
    (row,), _ = judged(make(line(ngay_xong=text)))
    if meant is None:  # what cannot be told for certain is refused by its column, never guessed
        assert [(p.column, p.code) for p in row.problems] == [("ngay_xong", "bad_datetime")]
    else:
        assert row.accepted.ready_at == meant


@pytest.mark.parametrize(
    ("text", "vnd", "code"),
    [
        ("135.000 đ", 135_000, None),
        ("135.000đ.", 135_000, None),
        ("135 000", 135_000, None),
        ("0 đ", 0, None),
        ("135,000.00", 135_000, None),
        ("135.000,-", 135_000, None),
        ("135.000 VND", 135_000, None),
        ("-", 0, None),
        ("135000 đồng", 135_000, None),
        ("0đ", 0, None),
        ("Không", 0, None),
        ("KHÔNG THU", 0, None),
        ("", 0, None),
        ("miễn phí", 0, None),
        ("Miễn phí (hộ nghèo)", 0, "bad_money"),
        ("35 đ", 35, "odd_money"),
        ("35", 35, "odd_money"),
        ("35.0", 35, "odd_money"),
        ("135", 135, "odd_money"),
        ("một trăm nghìn", 0, "bad_money"),
        ("#REF!", 0, "bad_money"),
        ("100.000 + 35.000", 0, "bad_money"),
        ("1.350.00", 0, "bad_money"),
        ("x" * 3_000, 0, "bad_money"),
    ],
)
def test_a_sum_is_read_or_asked_about_and_never_refuses_the_result(text, vnd, code):
    for make in (as_csv, as_xlsx):
        (row,), _ = judged(make(line(thu_ho=text)))
        assert row.accepted is not None
        assert row.accepted.fee_vnd == vnd
        assert [p.code for p in row.problems] == ([code] if code else [])


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        (*HERE, None),
        ("16,4637", "107,5909", None),
        ("16.4637, 107.5909", "", None),
        ("", "16,4637; 107,5909", None),
        ("16°27'49.3\"N", "107°35'27.2\"E", None),
        ("16°27'49.3\"N 107°35'27.2\"E", "", None),
        ("N16.4637", "E107.5909", None),
        ("16.4637 N", "107.5909 E", None),
        ("107.5909E", "16.4637N", None),
        ("16.4637°B", "107.5909°Đ", None),
        ("16 27 49.3", "107 35 27.2", None),
        ("(16.4637,107.5909)", "-", None),
        ("16.4637\n107.5909", "", None),
        ("https://maps.app.goo.gl/x", "", "bad_coordinates"),
        ("1820345.12", "563456.78", "bad_coordinates"),
        ("563456,78", "1820345,12", "bad_coordinates"),
        ("0", "0", "bad_coordinates"),
        ("107.5909", "16.4637", None),
        ("10.7769", "106.7009", "bad_coordinates"),
        ("#N/A", "#N/A", "bad_coordinates"),
        ("16.1", "107.2", "point_far"),
    ],
)
def test_a_point_is_taken_or_asked_about_and_never_refuses_the_result(lat, lon, code):
    (row,), _ = judged(as_xlsx(line(vi_do=lat, kinh_do=lon)))
    assert row.accepted is not None
    codes = [p.code for p in row.problems]
    if (lat, lon) == ("107.5909", "16.4637"):  # swapped: put right or asked about, never a point in the sea
        assert codes in ([], ["bad_coordinates"])
    else:
        assert codes == ([code] if code else [])
    point = row.accepted.place.point
    if not code and codes == []:
        assert (round(point.lat, 3), round(point.lon, 3)) == (16.464, 107.591)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("dien_thoai", "không có"),
        ("dien_thoai", "12345"),
        ("dien_thoai", "#N/A"),
        ("dien_thoai", "x" * 5_000),
        ("thu_ho", "\x00"),
        ("vi_do", "x" * 5_000),
        ("thu_ho", "\ud7ff"),
        ("kinh_do", "\n\n"),
        ("dien_thoai", "0905-123"),
    ],
)
def test_an_optional_cell_never_keeps_a_result_out(column, text):
    (row,), _ = judged(as_csv(line(**{column: text})))
    assert row.accepted is not None
    assert not any(problem.is_refusal for problem in row.problems)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("nguoi_nhan", "#N/A"),
        ("nguoi_nhan", "#REF!"),
        ("nguoi_nhan", "#####"),
        ("nguoi_nhan", "Nguy?n Th? H??ng"),
        ("nguoi_nhan", "=VLOOKUP(A2,B:C,2,0)"),
        ("nguoi_nhan", "Nguyeãn Thò Höông"),
        ("nguoi_nhan", "NguyÔn ThÞ H­¬ng"),
        ("nguoi_nhan", "Nguyá»…n Thá»‹ HÆ°Æ¡ng"),
        ("nguoi_nhan", "Nguyeenx Thij Huwowng"),
        ("nguoi_nhan", "0"),
        ("nguoi_nhan", "Nguye64n Thi5 Hu7o7ng"),
        ("nguoi_nhan", "TRUE"),
        ("nguoi_nhan", "x"),
        ("dia_chi", "#VALUE!"),
    ],
)
def test_a_name_or_address_that_cannot_be_never_passes_unseen(column, text):
    (row,), _ = judged(as_csv(line(**{column: text})))
    assert any(problem.column == column for problem in row.problems)


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 19_000_000,
        b'"' + b"a," * 9_500_000,
        ("Ă" * 9_500_000).encode(),
        b"\xff" * 19_000_000,
        b"\n" * 19_000_000,
        "<html><body><table><tr><td>Mã hồ sơ</td></tr></table></body></html>".encode(),
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><table/></html>',
        b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n",
        as_xlsx(line())[:900],
        as_xls(line())[:900],
        as_csv(line(), names=["a", *NAMES[1:]]),
        as_csv(line(), names=[NAMES[1], *NAMES[1:]]),
    ],
    ids=range(12),
)
def test_what_cannot_be_read_is_one_refusal_in_words(data):
    with pytest.raises(BadFile) as refusal:
        judged(data)
    assert refusal.value.code
    assert len(str(refusal.value.message)) > 20


def test_a_time_of_day_alone_is_no_day():
    (row,), _ = judged(as_xlsx(line(ngay_xong=time(16, 30))))
    assert [p.code for p in row.problems] == ["bad_datetime"]
