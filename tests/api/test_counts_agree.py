"""What one page counts the next one lists: results ready, taken into a batch, and left in it."""

import re

import pytest

from postal import models
from tests import builders as build
from tests.api.test_desk import import_results

READY = 5


@pytest.fixture
def centre(sign_in):
    """Bring in five results that may leave, one with a doubtful telephone, and three that must be asked about."""
    centre = sign_in("centre")
    import_results(
        centre,
        *(build.result(n) for n in range(1, READY)),
        build.result(11, address="gần chợ", lat="", lon=""),
        build.result(12, lat="", lon=""),
        build.result(13, address="12 Lê Lợi", lat="", lon=""),
        build.result(14, phone="09051"),
    )
    return centre


def figure(pattern, page):
    found = re.search(pattern, " ".join(re.sub(r"<[^>]+>", " ", page).split()))
    assert found, (pattern, page[-3000:])
    return int(found[1])


def rows_of(page):
    return len(re.findall(r'action="/staff/batches/\d+/remove"', page))


def listed(centre):
    """Return how many items the list of batches says the newest one has."""
    (row,) = re.findall(r'<a class="code" href="/staff/batches/1">.*?</tr>', centre.get("/staff/batches").text, re.S)
    return int(re.search(r'class="number">(\d+)<', row)[1])


def test_as_many_are_taken_into_a_batch_as_were_said_to_be_ready(centre, database):
    with database.read() as session:
        office_id = session.query(models.Consignment).first().issuing_office_id
    ready = centre.get("/staff/batches").text
    assert figure(r"(\d+) Xếp lô mới", ready) == READY
    assert figure(r"(\d+) kết quả sẵn sàng xếp lô", centre.get("/staff/").text) == READY
    opened = centre.post("/staff/batches", office_id=str(office_id))
    page = centre.get(opened.location).text
    assert figure(r"với (\d+) bưu gửi", page) == READY
    assert figure(r"(\d+) bưu gửi\. Đang mở", page) == rows_of(page) == listed(centre) == READY
    assert "Xếp lô mới" not in centre.get("/staff/batches").text


@pytest.mark.parametrize("how", ["taken out", "withdrawn"])
def test_what_left_a_batch_is_neither_counted_nor_listed(centre, database, how):
    with database.read() as session:
        first = session.query(models.Item).order_by(models.Item.id).first()
        office_id, item_id, consignment_id = (
            first.consignment.issuing_office_id, first.id, first.consignment_id)  # fmt: skip
    page = centre.post("/staff/batches", office_id=str(office_id)).location
    if how == "taken out":
        centre.post(f"{page}/remove", item_id=str(item_id))
    else:
        centre.post(f"/staff/consignments/{consignment_id}/withdraw", reason="cấp nhầm", payer="agency")
    left = centre.get(page).text
    assert figure(r"(\d+) bưu gửi\. Đang mở", left) == rows_of(left) == listed(centre) == READY - 1
    assert figure(r"trên (\d+) bưu gửi", left) == READY - 1
    is_ready_again = "Xếp lô mới" in centre.get("/staff/batches").text
    assert is_ready_again == (how == "taken out")
    if is_ready_again:
        assert figure(r"Thêm (\d+) kết quả", left) == 1
