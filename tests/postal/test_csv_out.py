"""CSV that people open: nothing in it runs as a formula, and what was written is read back."""

import csv
import io

import pytest

from postal import write_csv
from postal.csv_out import guarded, unguarded

HOSTILE = ["=1+1", "+84905123456", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://x")']
HARMLESS = ["H57.15-261120-0001", "", "-", "5 - 7", "Nguyễn Văn A", "'quoted'", "19753 19789"]


def written(*cells):
    out = io.StringIO(newline="")
    write_csv(out, ("a", "b"), [cells])
    return next(iter(list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1:]))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_spreadsheet_would_calculate_is_written_as_text(text):
    first, second = written(text, "x")
    assert (first, second) == (f"'{text}", "x")
    assert unguarded(first) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_everything_else_stays_as_it_is(text):
    assert written(text, text) == [text, text]
    assert unguarded(guarded(text)) == text


def test_numbers_stay_numbers():
    assert written(-5, 12.5) == ["-5", "12.5"]
