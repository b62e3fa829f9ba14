"""`benchmarks/arrivals.py` judges anybody's days: a file says what the tests say of the same days."""

import io
import random

import pytest

from benchmarks import arrivals
from postal.citizen.arrivals import Expected
from tests.postal import unseen_days
from tests.postal.judged_days import at_eight_and_later, hours, share, told_at, true_of, walked_of, width


def example(name="factors, half a day", n_days=6):
    out = io.StringIO()
    arrivals.write_example(name, n_days, out)
    return out.getvalue().splitlines()


def test_a_file_is_judged_as_the_days_it_was_written_from():
    kind = next(one for one in unseen_days.KINDS if one.name == "factors, half a day")
    chance, looks = random.Random(1), []
    for _ in range(6):
        for one in unseen_days.day(kind, chance):
            looks += told_at(walked_of(one), true_of(one), Expected(), hours(true_of(one)))
    told, updated = at_eight_and_later(looks)
    figures = arrivals.report(arrivals.judged(arrivals.read(example())["1"], is_cold=True), io.StringIO())
    assert figures["told_held"] == pytest.approx(share(told), abs=1)
    assert figures["updated_held"] == pytest.approx(share(updated), abs=1)
    assert figures["told_width_min"] == width(told)


def test_what_the_file_does_not_say_is_taken_as_planned():
    head, *rows = example(n_days=1)
    cells = [dict(zip(head.split(","), row.split(","), strict=True)) for row in rows]
    few = ["day", "courier", "leave", "arrive", "done_planned", "done"]
    lines = [",".join(few), *(",".join(one[name] for name in few) for one in cells)]
    lines[-1] = lines[-1].rpartition(",")[0] + ","
    (rounds,) = arrivals.read(lines)[""].values()
    for one in rounds:
        assert one.walked.lunch is None
        assert one.walked.left_s == one.walked.leave_s
        assert all(one.true[leg.position] == leg.done_s - leg.service_s for leg in one.walked.legs if leg.done_s)
    assert sum(leg.done_s is None for one in rounds for leg in one.walked.legs) == 1
    assert list(arrivals.judged({"001": rounds}, is_cold=False))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: [lines[0].replace("arrive,", "came,"), *lines[1:]], "columns missing: arrive"),
        (lambda lines: [*lines[:3], lines[3].replace(":", ".", 1), *lines[4:]], "row 4: not a time"),
        (
            lambda lines: [lines[0], lines[1].replace(lines[1].split(",")[3], "", 1), *lines[2:]],
            "row 2: a planned time",
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_its_row(change, told):
    with pytest.raises(arrivals.BadRow, match=told):
        arrivals.read(change(example(n_days=1)))


def test_the_command_ends_with_one_line_of_figures(tmp_path, capsys):
    file = tmp_path / "days.csv"
    file.write_text("\n".join(example()) + "\n", encoding="utf-8")
    arrivals.main([str(file)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("told at 08:00")
    assert "held" in lines[1]
    assert set(arrivals.json.loads(lines[-1])) == {
        "told_held", "told_width_min", "updated_held", "updated_width_min", "is_kept",
    }  # fmt: skip
