"""Days, sums and points as people and spreadsheets write them: a value, a question, never a guess unseen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal.cells.coordinates import read_coordinates
from postal.cells.dates import exact_instant, instant
from postal.cells.sums import money
from postal.rules.working_days import LOCAL

AFTERNOON = datetime(2026, 11, 20, 16, 30, tzinfo=LOCAL)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=LOCAL)


@pytest.mark.parametrize(
    "text",
    [
        "20/11/2026 16:30", "20/11/2026 16:30:00", "20/11/2026, 16:30", "20/11/2026 16h30", "20/11/2026 lúc 16 giờ 30",
        "2026-11-20 16:30:00", "2026-11-20T16:30:00", "2026-11-20T16:30:00.000+0700", "2026-11-20T16:30:00+07",
        "2026-11-20T09:30:00Z", "2026-11-20T09:30:00.123456789Z", "46346.6875", "46346,6875", "16:30 20/11/2026",
        "16h30 ngày 20/11/2026", "20/11/26 4:30 CH", "20/11/2026 4:30 PM", "20-11-2026 16:30", "20.11.2026 16:30",
        "ngày 20 tháng 11 năm 2026 16:30", "16 giờ 30 phút, ngày 20 tháng 11 năm 2026", "2026/11/20 16:30",
        "Thứ sáu, 20/11/2026 16:30", " 20/11/2026\u00a016:30 ", "20/11/2026 4:30 chiều", "2026-11-20 16:30 +07:00",
    ],
)  # fmt: skip
def test_an_instant_is_read_however_it_is_written(text):
    value, problem = instant(text, "ngay_xong")
    assert problem is None
    assert abs(value - AFTERNOON) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "text",
    ["20/11/2026", "20-11-2026", "20.11.2026", "2026-11-20", "2026/11/20", "46346", "20261120", "20112026",
     "ngày 20 tháng 11 năm 2026", "20 / 11 / 2026", "2026-11-20 00:00:00", "20/11/2026 0:00", "20/11/2026 12:00 SA"],
)  # fmt: skip
def test_a_bare_day_begins_at_midnight_in_hue(text):
    assert instant(text, "ngay_xong") == (MIDNIGHT.astimezone(UTC), None)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2098, 12, 31)),
    st.sampled_from(["%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y", "%d-%m-%Y %H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %Hh%M",
                     "%d/%m/%y %H:%M", "%d/%m/%Y %I:%M %p", "ngày %d tháng %m năm %Y %H:%M"]),
)  # fmt: skip
def test_day_comes_before_month_in_every_way_of_writing(moment, pattern):
    moment = moment.replace(second=0, microsecond=0, tzinfo=LOCAL)
    assert instant(moment.strftime(pattern), "ngay_xong") == (moment.astimezone(UTC), None)


@given(st.floats(37_000, 73_000))
def test_a_serial_number_of_a_spreadsheet_is_its_day_and_second(serial):
    value, problem = instant(repr(serial), "ngay_xong")
    assert problem is None
    exact = datetime(1899, 12, 30, tzinfo=LOCAL) + timedelta(days=serial)
    assert abs((value - exact).total_seconds()) <= 1


def test_a_day_that_can_only_be_written_month_first_is_asked_about():
    value, problem = instant("11/20/2026", "ngay_xong")
    assert (value, problem.code, problem.is_refusal) == (MIDNIGHT.astimezone(UTC), "month_first", False)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T08:00:00+07:00", "2026-11-20T24:00:00+07:00", "2026-11-20T10:00:60+07:00", "31/11/2026", "0/1/2026",
        "9999-12-31T23:59:59+07:00", "2026-W01-1", "20/11", "20/11/26", "２０２６-11-20T10:00:00+07:00", "1795",
        "20/11/1926",
        "hôm qua",
        "20/11/2026 25:00", "20/13/2026 10:00 x", "32/13/2026", "99999", "00000000", "#N/A",
        "20/11/2026" + "x" * 80,
    ],
)  # fmt: skip
def test_an_instant_that_is_none_is_refused(text):
    value, problem = instant(text, "ngay_xong")
    assert (value, problem.code) == (None, "bad_datetime")


@pytest.mark.parametrize(
    "text", ["2026-11-20T10:00:00", "2026-11-20", "20/11/2026 16:30", "46346", "2026-11-20T10:00:60Z"]
)
def test_a_program_is_held_to_the_standard(text):
    assert exact_instant(text, "ngay_xong")[1].code == "bad_datetime"
    assert exact_instant("2026-11-20T16:30:00+07:00", "x") == (AFTERNOON.astimezone(UTC), None)


@pytest.mark.parametrize(
    ("text", "vnd"),
    [
        ("", 0), ("0", 0), ("135000", 135_000), ("135.000", 135_000), ("1,200,000", 1_200_000), ("135.000 đ", 135_000),
        ("135.000đ", 135_000), ("135 000 VNĐ", 135_000), ("135,000 VND", 135_000), ("135.000 đồng", 135_000),
        ("135.000,00", 135_000), ("135000.0", 135_000), ("1.350.000,0 đ", 1_350_000), ("135\u00a0000", 135_000),
        ("0 đ", 0), ("0đ", 0), ("-", 0), ("–", 0), ("không", 0), ("Không thu", 0), ("miễn phí", 0), ("Miễn", 0),
        ("đã nộp", 0), ("không thu phí.", 0), ("135k", 135_000), ("135 nghìn", 135_000), ("1,2 triệu", 1_200_000),
        ("'135000", 135_000), ("₫135.000", 135_000), ("0,00", 0), ("1.000", 1_000), ("1tr", 1_000_000),
    ],
)  # fmt: skip
def test_money_is_whole_dong(text, vnd):
    assert money(text, "thu_ho") == (vnd, None)


@given(st.integers(1_000, 10**9), st.sampled_from([".", ",", " ", "\u00a0"]), st.sampled_from(["", " đ", "đ", " VNĐ"]))
def test_any_sum_reads_the_same_in_groups_and_with_its_currency(vnd, separator, currency):
    assert money(f"{vnd:,}".replace(",", separator) + currency, "thu_ho") == (vnd, None)


@pytest.mark.parametrize("text", ["35", "35 đ", "135", "999", "1", "135,00", "135.0"])
def test_a_sum_that_no_fee_can_be_is_asked_about(text):
    value, problem = money(text, "thu_ho")
    assert (problem.code, problem.is_refusal) == ("odd_money", False)
    assert 0 < value < 1_000


@pytest.mark.parametrize(
    "text",
    [
        "-1", "1e9", "12.5", "9999999999999", "NaN", "Infinity", "mười", "1.000.00", "٣", "35.5", "#N/A", "#REF!",
        "=A1*2",
        "135.000.00", "100.000-200.000", "135.000 + 20.000", "?", "không rõ", "1.35E+05", "x" * 500, "2000000000",
    ],
)  # fmt: skip
def test_money_that_is_not_a_sum_is_asked_about(text):
    value, problem = money(text, "thu_ho")
    assert (value, problem.code, problem.is_refusal) == (0, "bad_money", False)


HERE = (16.4637, 107.5909)
IN_DEGREES = (16 + 27 / 60 + 49 / 3600, 107 + 35 / 60 + 27 / 3600)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("16.4637", "107.5909"), ("16,4637", "107,5909"), (" 16.4637° ", "107.5909°"), ("16.4637N", "107.5909E"),
        ("N 16.4637", "E 107.5909"), ("16,4637 B", "107,5909 Đ"), ("16.4637, 107.5909", ""), ("", "16.4637, 107.5909"),
        ("16.4637,107.5909", "-"), ("16,4637; 107,5909", ""), ("16,4637, 107,5909", ""), ("16,4637,107,5909", ""),
        ("(16.4637, 107.5909)", ""), ("16.4637 107.5909", ""), ("16.4637\n107.5909", ""), ("16.4637/107.5909", ""),
        ("107.5909 E", "16.4637 N"), ("107.5909E, 16.4637N", ""), ("vĩ độ: 16.4637", "kinh độ: 107.5909"),
        ("lat 16.4637", "lng 107.5909"), ("16.4637 bắc", "107.5909 đông"), ("16.4637, 107.5909", "16.4637, 107.5909"),
    ],
)  # fmt: skip
def test_a_point_in_decimal_degrees_is_read_however_it_is_written(lat, lon):
    found = read_coordinates(lat, lon)
    assert (found.lat, found.lon) == HERE


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("16°27'49\"N", "107°35'27\"E"), ("16° 27' 49\" N", "107° 35' 27\" E"), ("16º27′49″ B", "107º35′27″ Đ"),
        ("16 27 49", "107 35 27"), ("16°27’49”", "107°35’27”"), ("16°27'49''", "107°35'27''"),
        ("N16°27'49\"", "E107°35'27\""),
        ("16°27'49\"N 107°35'27\"E", ""), ("16°27'49\"N, 107°35'27\"E", ""), ("", "16°27'49\"N;107°35'27\"E"),
        ("16 độ 27 phút 49 giây", "107 độ 35 phút 27 giây"), ("16°27,81667'", "107°35,45'"),
        ("16°27'49\"N107°35'27\"E", ""),
    ],
)  # fmt: skip
def test_a_point_in_degrees_and_minutes_is_read_however_it_is_written(lat, lon):
    found = read_coordinates(lat, lon)
    assert (found.lat, found.lon) == pytest.approx(IN_DEGREES, abs=1e-5)


@given(
    st.floats(8, 23).map(lambda v: round(v, 6)), st.floats(102, 110).map(lambda v: round(v, 6)),
    st.sampled_from([",", "."]), st.sampled_from(["two", "; ", "\n", " / "]),
)  # fmt: skip
def test_any_point_of_the_country_is_read_back(lat, lon, decimal, between):
    texts = [f"{value:.6f}".replace(".", decimal) for value in (lat, lon)]
    found = read_coordinates(*texts) if between == "two" else read_coordinates(between.join(texts), "")
    assert (found.lat, found.lon) == (lat, lon)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("1820345.12", "563456.78"), ("563456,78", "1820345,12"), ("1.820.345,12", "563.456,78"),
        ("1820345 563456", ""),
        ("1820345; 563456", ""), ("X: 1820345.12", "Y: 563456.78"), ("1820345m", "563456m"),
    ],
)  # fmt: skip
def test_metres_of_the_national_grid_are_recognised(lat, lon):
    assert read_coordinates(lat, lon).why_not == "vn2000"


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("NaN", "NaN"), ("16.46", ""), ("", "107.59"), ("x", "y"), ("16°75'", "107°"), ("16.4N", "16.5N"),
        ("1e2", "107"),
        ("#N/A", "#N/A"), ("16.46" * 40, "107"), ("200", "300"), ("16.4637.5", "107.59"), ("5 Lê Lợi", ""),
        ("16 27 61", "107"),
    ],
)  # fmt: skip
def test_what_is_no_point_is_not_made_one(lat, lon):
    assert read_coordinates(lat, lon).why_not == "not_a_number"


@pytest.mark.parametrize("nothing", ["", " ", "-", "không", "N/A", "null"])
def test_no_point_is_no_point(nothing):
    assert read_coordinates(nothing, "") is None


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_two_cells_are_a_point_or_say_why_not(lat, lon):
    found = read_coordinates(lat, lon)
    assert found is None or (found.why_not is None) == (found.lat is not None and found.lon is not None)
