"""Tables stack as cards on a narrow screen: every cell of a page's tables knows the heading of its column."""

from html.parser import HTMLParser

import pytest

from api.pages.cards import label_cells
from tests import builders as build
from tests.api.test_desk import import_results


class Cells(HTMLParser):
    """Reads the labels and words of a table's cells as a browser does."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th"):
            self.found.append([dict(attrs).get("data-label"), ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][1] += data

    @property
    def labelled(self):
        return [(label, words.strip()) for label, words in self.found if label is not None]


def table(head, *rows):
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def test_each_cell_has_its_columns_words_whatever_stands_in_the_heading():
    head = '<th scope="col">Mã</th><th>Hạn <span class="soft">phát</span>\n</th><th>“A” &amp; "B"</th>'
    html = table(head, '<td class="code">EY 1</td><td>25/11</td><td></td>', "<th>EY 2</th><td>26/11</td><td>x</td>")
    assert Cells(label_cells(html)).labelled == [
        ("Mã", "EY 1"), ("Hạn phát", "25/11"), ('“A” & "B"', ""),
        ("Mã", "EY 2"), ("Hạn phát", "26/11"), ('“A” & "B"', "x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "row", "labels"),
    [
        ("<th>A</th><th></th>", "<td>1</td><td>2</td>", ["A"]),
        ("<th>A</th>", "<td>1</td><td>2</td>", ["A"]),
        ('<th colspan="2">A</th><th>B</th>', "<td>1</td><td>2</td><td>3</td>", ["A", "A", "B"]),
        ("<th>A</th><th>B</th><th>C</th>", '<td colspan="2">1</td><td>3</td>', ["A", "C"]),
        ("<th>A</th>", '<td data-label="own">1</td>', ["own"]),
    ],
)
def test_headings_and_cells_are_counted_by_columns(head, row, labels):
    assert [label for label, _ in Cells(label_cells(table(head, row))).labelled] == labels


def test_a_table_without_a_head_and_everything_else_stay_as_they_were():
    html = "<p>a &lt; b</p><table><tr><th>A</th><td>1</td></tr></table><ul><li>x</li></ul>"
    assert label_cells(table("<th>A</th>") + html) == table("<th>A</th>") + html


def test_what_people_typed_into_a_cell_cannot_pose_as_a_heading():
    html = table("<th>A</th>", "<td>&lt;th&gt;B&lt;/th&gt;</td>", "<td>2</td>")
    assert Cells(label_cells(html)).labelled == [("A", "<th>B</th>"), ("A", "2")]


def test_a_page_of_the_desk_says_its_columns(sign_in, database):
    import_results(sign_in("centre"), build.result(1), build.result(2, address="12 Đường Không Có"))
    for path in ("queue", "items", "batches"):
        cells = Cells(sign_in("centre").get(f"/staff/{path}").text).found
        headings = [words.strip() for label, words in cells if label is None]
        labels = [label for label, _ in cells if label is not None]
        assert labels, path
        assert set(labels) <= set(headings), path
