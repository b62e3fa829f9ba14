"""Minutes of a handover: a code that can be checked, every line and fault, room for both signatures."""

import pytest

from labels.papers import handover_receipt
from labels.samples.handover_receipt import CODE, receipt
from labels.samples.made_up import S10


def squeezed(words):
    return "".join(words.split())


@pytest.mark.parametrize("scale", [1.0, 0.95])
def test_the_signed_code_stands_on_both_copies_and_decodes(pictures_of, codes_in, scale):
    pages = pictures_of(handover_receipt.draw([receipt(3, code=CODE)]), scale=scale)
    assert [codes_in(page) for page in pages] == [[CODE], [CODE]]


def test_a_receipt_that_nothing_vouches_for_yet_has_no_code(pictures_of, codes_in):
    pages = pictures_of(handover_receipt.draw([receipt(3)]))
    assert [codes_in(page) for page in pages] == [[], []]


@pytest.mark.parametrize("n_lines", [0, 5, 19, 20, 30, 31, 64, 65, 75])
@pytest.mark.parametrize("n_faults", [0, 1, 20, 34, 35, 80])
def test_every_line_and_every_fault_is_printed_once_and_signed_for_once(text_of, n_lines, n_faults):
    faults = tuple(
        handover_receipt.HandoverLineData(position=n, s10=S10, dossier_code=f"H57.99-261119-{n:04d}", fault="thiếu")
        for n in range(1, n_faults + 1)
    )
    told = text_of(handover_receipt.draw([receipt(n_lines, faults=faults, code=CODE)], copies=1))
    assert all(told.count(f"H57.15-261119-{n:04d}") == 1 for n in range(1, n_lines + 1))
    assert all(told.count(f"H57.99-261119-{n:04d}") == 1 for n in range(1, n_faults + 1))
    assert told.count("(ký") == 2
    assert ("Không có chênh lệch." in told) == (n_faults == 0)


def test_nothing_is_written_over_the_foot_of_the_page(text_of):
    """On a page too full, words of the signatures and of the foot would share a line."""
    for n_lines in range(17, 33):
        told = text_of(handover_receipt.draw([receipt(n_lines, code=CODE)], copies=1), is_layout=True).split("\n")
        feet = [line for line in told if "Mã danh sách" in line]
        assert all("Lê Thị Hoài Thương" not in line for line in feet)
        names = [n for n, line in enumerate(told) if "Nguyễn Văn Thành" in line]
        assert max(names) < max(n for n, line in enumerate(told) if "Mã danh sách" in line)


def test_papers_are_counted_with_their_originals_and_weight(text_of):
    line = handover_receipt.HandoverLineData(
        position=1, s10=S10, dossier_code="H57", commune="Xã A Lưới 2", n_documents=3, n_originals=2, weight_g=45
    )
    told = text_of(handover_receipt.draw([receipt(1, lines=(line,), weight_g=45, n_documents=3)], copies=1))
    assert "3 (2 chính)" in told
    assert squeezed("3 tài liệu (bằng chữ: ba), 45 g") in squeezed(told)
