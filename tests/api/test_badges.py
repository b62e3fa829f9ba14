"""Printed badges: yes at the door on every day of duty, never once revoked; printing is counted, no token is kept."""

import io
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import citizen, custody, models
from postal.citizen import genuine
from tests import builders as build
from tests.api.conftest import NOW, Person


@pytest.fixture
def square(tmp_path):
    """Read the square code of a badge as a phone's camera does."""
    import zxingcpp
    from PIL import Image

    def read(pdf):
        (tmp_path / "badge.pdf").write_bytes(pdf)
        command = ["pdftoppm", "-r", "203", "-gray", "-png", "-singlefile", tmp_path / "badge.pdf", tmp_path / "badge"]
        subprocess.run(command, check=True)
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO((tmp_path / "badge.png").read_bytes())))
        return found.text

    return read


@pytest.fixture
def person(app, own_round):
    person = Person(app)
    person.get("/genuine")
    return person


@pytest.fixture
def couriers(own_round, own_courier, database):
    """Return the ids of the courier on duty and of one at home."""
    with database.read() as session:
        others = select(models.Courier.id).where(models.Courier.id != own_courier[0])
        return own_courier[0], session.scalar(others.order_by(models.Courier.id))


@pytest.fixture
def press(sign_in):
    def press(courier_id, who="dispatcher", **fields):
        return sign_in(who).post(f"/staff/couriers/{courier_id}/badge.pdf", **fields)

    return press


def path_of(link):
    return "/" + link.split("/", 3)[3]


def test_a_badge_says_yes_on_each_day_of_duty_and_no_on_others(person, couriers, press, square, clock, database):
    answer = press(couriers[0])
    assert answer.mimetype == "application/pdf"
    path = path_of(square(answer.data))
    assert len(path.rpartition("/")[2]) == 32
    with database.read() as session:
        office = session.get_one(models.Office, session.get_one(models.Courier, couriers[0]).office_id).name
        code = session.get_one(models.Courier, couriers[0]).code
        days_code = genuine.day_code(session, couriers[0], clock().date())
    assert f"Đúng. Người có mã này là bưu tá đang đi phát của {office}" in person.get(path).text
    assert f"Thẻ này của bưu tá {code}; xem ảnh và tên trên thẻ có đúng người" in person.get(path).text
    by_code = person.post("/genuine", code=days_code).text
    assert f"đang đi phát của {office}" in by_code
    assert "Thẻ này của bưu tá" not in by_code, "another code each day is nothing to copy"
    clock.forward(days=1)
    assert person.get(path).status_code == 404, "no round of his is under way"
    with database.write() as session:
        plan = session.scalars(select(models.DayPlan)).one()
        plan.day += timedelta(days=1)
    assert person.get(path).status_code == 200, "the same badge, the next day"
    with database.read() as session:
        (kept,) = session.scalars(select(models.Badge))
        assert path.rpartition("/")[2] not in str(vars(kept))


def test_with_the_items_label_the_badge_says_who_holds_it_and_what_is_due(person, couriers, press, square, database):
    path = path_of(square(press(couriers[0]).data))
    assert "Số tiền phải nộp" not in person.get(path).text
    with database.read() as session:
        items = session.scalars(select(models.Item).order_by(models.Item.id)).all()
        links = [custody.token_of(session, item) for item in items]
    for link, amount in zip(links, ("50.000 đ", "0 đ"), strict=False):
        person.get(f"/t/{link}")
        page = person.get(path).text.replace("\xa0", " ")
        assert "đang giữ bưu gửi của Ông/Bà" in page
        assert f"Số tiền phải nộp: {amount}" in page


def test_unknown_revoked_and_off_duty_are_one_answer(person, couriers, press, square, sign_in, database):
    def no(path):
        answer = person.get(path)
        return answer.status_code, answer.text.replace(person.csrf, "").replace(path, "")

    lost = path_of(square(press(couriers[0]).data))
    idle = path_of(square(press(couriers[1]).data))
    with database.read() as session:
        badge_id = session.scalar(select(models.Badge.id).where(models.Badge.courier_id == couriers[0]))
    assert person.get(lost).status_code == 200
    clerk = sign_in("dispatcher")
    assert clerk.post(f"/staff/badges/{badge_id}/revoke").status_code == 303
    assert clerk.post(f"/staff/badges/{badge_id}/revoke").status_code == 303, "safe to repeat"
    answers = [no(path) for path in ("/genuine/" + "0" * 32, "/genuine/x", lost, idle)]
    assert all(one == answers[0] for one in answers)
    assert answers[0][0] == 404
    assert "Thẻ số 1 đã thu hồi" in clerk.get("/staff/badges").text
    with database.read() as session:
        noted = session.scalars(select(models.AuditEntry.action).where(models.AuditEntry.subject == "badge")).all()
    assert sorted(noted) == ["badge_printed", "badge_printed", "badge_revoked"]


def test_a_reprint_needs_a_reason_is_counted_and_ends_the_one_before(person, couriers, press, square, sign_in):
    first = path_of(square(press(couriers[0]).data))
    refused = press(couriers[0])
    assert refused.mimetype != "application/pdf"
    assert person.get(first).status_code == 200, "a reprint that was refused ends nothing"
    second = path_of(square(press(couriers[0], reason="ảnh cũ").data))
    assert person.get(first).status_code == 404
    assert person.get(second).status_code == 200
    page = sign_in("dispatcher").get("/staff/badges").text
    assert "Thẻ số 2" in page
    assert "ảnh cũ" in page


def test_guessing_a_badge_is_slowed_like_a_days_code(person, couriers, press, square):
    path = path_of(square(press(couriers[0]).data))
    for number in range(genuine._CHECKS.n_free):
        person.get(f"/genuine/{number:032d}")
    assert person.get(path).status_code == 429
    other = Person(person.app)
    assert other.client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200


def test_an_office_prints_and_revokes_its_own_badges_alone(couriers, press, sign_in, database):
    assert press(couriers[0], who="stranger-clerk").status_code in (403, 404)
    with database.write() as session:
        courier = session.get_one(models.Courier, couriers[0])
        badge, _ = citizen.print_badge(build.act(session, NOW), courier)
        badge_id = badge.id
    assert sign_in("stranger-clerk").post(f"/staff/badges/{badge_id}/revoke").status_code in (403, 404)
    with database.read() as session:
        assert session.get_one(models.Badge, badge_id).revoked_at is None


def test_a_courier_who_left_gets_no_badge_and_his_says_no(person, couriers, press, square, database):
    path = path_of(square(press(couriers[0]).data))
    with database.write() as session:
        session.get_one(models.Courier, couriers[0]).is_active = False
    assert person.get(path).status_code == 404
    assert press(couriers[0], reason="mới").mimetype != "application/pdf"
