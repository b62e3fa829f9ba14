"""Files as offices save them and as malice builds them: rows, or one coded refusal before anything is taken."""

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postal.intake import BadFile, BrokenRow, FileTooLarge, ResultIn, read_rows
from postal.intake.heading import numbers_the_columns
from postal.tables import MAX_FILE_BYTES, MAX_ROWS
from tests import builders as build
from tests.postal.file_reading import HEADER, ROW, code_of, noted, rows, sentence_of


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


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "ảnh"),
        (b"%PDF-1.7 x", "PDF"),
        (b"<html><body><table><tr><td>ma_ho_so</td></tr></table></body></html>", "HTML"),
        (b"\xef\xbb\xbf\r\n  <!DOCTYPE html>\n<HTML>", "HTML"),
        ("<html><table><td>Mã hồ sơ</td></table>".encode("utf-16"), "HTML"),
        ("<meta charset=windows-1258><table><td>Mã</td>".encode("utf-16-le"), "HTML"),
        (b"<table>" + "<td>Nguyễn</td>".encode() * 2_000, "HTML"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "HTML"),
        (
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
            b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "XML 2003",
        ),
        (b'<?xml version="1.0"?><rows/>', "XML"),
        (b"PK\x03\x04 not really", "hỏng"),
        (bytes(range(1, 32)) * 3 + bytes(600), "không phải văn bản"),
    ],
)
def test_what_is_no_table_is_told_for_what_it_is(data, what):
    assert what in sentence_of(data)


def test_the_name_of_the_file_means_nothing():
    for name in ("../../etc/passwd", "CON", "a\r\nSet-Cookie: x", "x" * 300, "results.xlsx", ""):
        assert len(rows(f"{HEADER}\n{ROW}", name)) == 1


def test_rows_are_numbered_as_a_spreadsheet_shows_them_and_empty_ones_passed_over():
    numbers = [number for number, _ in rows(f"{HEADER}\n{ROW}\n\n,,,,\n{ROW}\n")]
    assert numbers == [2, 5]


def test_a_title_blank_rows_and_a_setting_of_excel_above_the_header_are_no_rows():
    text = f"sep=,\n\nDANH SÁCH KẾT QUẢ,,,,\n\n{HEADER}\n{ROW}\n"
    assert [number for number, _ in rows(text)] == [5]
    assert noted(text) == {"rows_above_header": "Dòng 2 nằm trên dòng tiêu đề: không đọc như kết quả."}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("n_titles", [0, 1, 3, 40])
def test_the_separator_is_that_of_the_header_and_not_of_the_titles_above(separator, n_titles):
    titles = ["Xuất, ngày 20; tháng 11, bởi: Trung tâm; v, v"] * n_titles
    table = [line.replace(",", separator) for line in (HEADER, ROW)]
    ((number, row),) = rows("\n".join([*titles, *table]))
    assert (number, row.recipient) == (n_titles + 2, "Lê Thị Hằng")


def test_a_header_of_two_rows_is_one():
    upper = "Mã hồ sơ,Cơ quan,Ngày xong,Người nhận,,Ghi chú"
    lower = ",,,Họ tên,Địa chỉ nhận,"
    ((number, row),) = rows(f"DANH SÁCH\n{upper}\n{lower}\n{ROW},gấp")
    assert (number, row.recipient, row.address) == (4, "Lê Thị Hằng", "1 Lê Lợi")
    assert "“Ghi chú”" in noted(f"{upper}\n{lower}\n{ROW},gấp")["columns_not_used"]


def test_a_header_cell_may_hold_a_line_break():
    assert rows(f'"Mã\nhồ sơ",{HEADER.split(",", 1)[1]}\n{ROW}')[0][1].recipient == "Lê Thị Hằng"


def test_a_header_repeated_on_every_page_and_numbers_of_columns_are_no_rows():
    text = "\n".join([HEADER, "(1),(2),(3),(4),(5)", ROW, HEADER, ROW])
    assert [number for number, _ in rows(text)] == [3, 5]
    assert "2, 4" in noted(text)["header_rows_again"]


def test_columns_that_are_not_used_are_named_but_for_the_counter():
    text = f"STT,{HEADER},ghi_chu,,trống\n1,{ROW},gấp,x,\n"
    found = noted(text)["columns_not_used"]
    assert "“ghi_chu”" in found
    assert "H1" in found
    assert "STT" not in found
    assert "trống" not in found


def test_a_note_never_repeats_what_stands_in_a_row():
    text = f"Nguyễn Bí Mật\n{HEADER},ghi_chu\n{ROW},Trần Bí Mật\n"
    assert "Bí Mật" not in str(noted(text))


@pytest.mark.parametrize("lines", [2, 3, 10, 60])
@pytest.mark.parametrize("n_commas", [0, 1, 4, 9])
def test_a_quoted_cell_goes_over_lines_with_any_number_of_commas(lines, n_commas):
    cell = "\n".join(["tổ 3" + ", khu vực 2" * n_commas] * lines)
    for row in (ROW.replace("1 Lê Lợi", f'"{cell}"'), ROW.replace("Trung tâm", f'"{cell}"')):
        found = rows("\n".join([HEADER, row, ROW]))
        assert [number for number, _ in found] == [2, 3]
        assert cell in (found[0][1].address, found[0][1].office)


def test_a_cell_in_quotes_with_bare_quotes_inside_is_read_on_one_line():
    row = ROW.replace("1 Lê Lợi", '"Quán "Hoa" số 5"')
    ((_, read),) = rows(f"{HEADER}\n{row}")
    assert "Hoa" in read.address


def test_two_quotes_that_look_like_one_long_cell_do_not_swallow_rows():
    opened, closed = ROW.replace("1 Lê", '"1 Lê'), ROW.replace("1 Lê Lợi", '1 Lê Lợi"')
    found = rows("\n".join([HEADER, opened, ROW, closed, ROW]))
    assert [number for number, _ in found] == [2, 3, 4, 5]
    assert [number for number, row in found if isinstance(row, BrokenRow)] == [2]


@pytest.mark.parametrize("start", ["", '"', "x,", "DANH SÁCH\n"])
def test_a_first_line_of_many_megabytes_is_a_refusal(start):
    assert code_of(start.encode() + b"x" * 19_000_000) in ("column_missing", "empty_file")


def test_a_row_of_many_megabytes_is_refused_alone():
    found = rows(f"{HEADER}\n".encode() + b"x" * 19_000_000 + f"\n{ROW}".encode())
    assert [isinstance(row, BrokenRow) for _, row in found] == [True, False]


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


def test_a_file_beyond_the_limits_is_refused(tmp_path):
    assert code_of("\n".join([HEADER, *[ROW] * (MAX_ROWS + 1)])) == "file_too_large"
    assert code_of(HEADER + "\n" + "x" * MAX_FILE_BYTES) == "file_too_large"
    path = tmp_path / "x.csv"
    with path.open("wb") as out:
        out.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(FileTooLarge):
        list(read_rows("x.csv", path))


# -- anything at all -------------------------------------------------------------------------------------


@given(
    st.lists(
        st.lists(st.text(st.sampled_from('ab ,;"\n1|'), max_size=8), min_size=5, max_size=5), min_size=1, max_size=6
    ),
    st.sampled_from(",;\t|"),
)
def test_any_table_that_a_program_writes_is_read_back_cell_by_cell(table, separator):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerows([HEADER.split(","), *table])
    try:
        found = rows(out.getvalue())
    except BadFile:
        found = []
    wanted = [tuple(cells) for cells in table if any(cell.strip() for cell in cells)]
    read = [(r.dossier_code, r.office, r.finished_at, r.recipient, r.address) for _, r in found]
    assert read == [cells for cells in wanted if not numbers_the_columns(list(cells))]


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
