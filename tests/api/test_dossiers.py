"""A dossier from its first day: what the one-stop system tells, and what the citizen's one page shows of it."""

import itertools
import threading
from datetime import timedelta

import pytest

from postal import citizen, models
from postal.citizen import guessing
from postal.people import open_person
from tests import builders as build
from tests.api.conftest import NOW, Person

CODE = build.result(1).dossier_code
TOLD = {
    "dossier_code": CODE,
    "office": build.CENTRE,
    "recipient": "Tôn Nữ Thị Diễm Hằng",
    "phone": "0905121234",
    "status": 2,
    "status_at": "2026-11-18T08:00:00+07:00",
    "appointment_on": "2026-11-27",
}


@pytest.fixture
def tell(system):
    def tell(**changes):
        answer = system.post("/v1/dossiers", TOLD | changes)
        assert answer.status_code == 200, answer.json
        return answer.json

    return tell


@pytest.fixture
def someone(app):
    return lambda: Person(app)


def page_of(person, code=CODE, tail="1234"):
    person.get("/track")
    answer = person.post("/track", code=code, tail=tail)
    return person.get(answer.location).text if answer.status_code == 303 else answer


def test_the_page_begins_on_the_first_day_and_goes_on_with_the_result(tell, someone, database):
    tell(status=1, status_at="2026-11-17T10:00:00+07:00")
    tell()
    page = page_of(someone())
    assert "Cơ quan đã tiếp nhận hồ sơ" in page
    assert "Hẹn trả kết quả: thứ Sáu 27/11/2026" in page
    assert page.index("Cơ quan đã tiếp nhận hồ sơ</li>") < page.index("Đã gửi hồ sơ, chờ cơ quan tiếp nhận")
    assert "T. N. T. D. Hằng" in page
    assert "0905121234" not in page
    with database.write() as session:
        build.accepted(session, build.result(1, phone="0905121234"), now=NOW)
    page = page_of(someone())
    assert "Kết quả của Ông/Bà" in page
    assert page.index("Kết quả đã sẵn sàng") < page.index("Cơ quan đã tiếp nhận hồ sơ")


def test_repeated_is_one_step_and_late_takes_its_place(tell):
    tell(status=4, status_at="2026-11-19T08:00:00+07:00")
    tell(status=4, status_at="2026-11-19T08:00:00+07:00")
    told = tell()
    assert [one["status"] for one in told["steps"]] == [2, 4]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_is_told_late_changes_neither_person_nor_appointment(tell, database, order):
    news = [
        {"status": 1, "status_at": "2026-11-16T08:00:00+07:00", "appointment_on": "2026-11-24", "recipient": "Tên Cũ"},
        {"status": 2, "status_at": "2026-11-17T08:00:00+07:00", "appointment_on": "2026-11-26", "phone": "0905999888"},
        {"status": 4, "status_at": "2026-11-18T08:00:00+07:00", "appointment_on": "2026-12-01"},
    ]
    for number in order:
        tell(**news[number])
        tell(**news[number])
    with database.read() as session:
        (found,) = session.query(models.Dossier)
        assert [one.status for one in found.steps] == [1, 2, 4]
        assert str(found.appointment_on) == "2026-12-01"
        person = open_person(session, found.person)
        assert (person.full_name, person.phone) == (TOLD["recipient"], TOLD["phone"])


def test_an_appointment_is_kept_by_newer_news_without_one_and_taken_late_where_none_is_known(tell, database):
    tell(appointment_on=None)
    tell(status=1, status_at="2026-11-17T10:00:00+07:00", appointment_on="2026-11-24")
    tell(status=4, status_at="2026-11-19T08:00:00+07:00", appointment_on=None)
    with database.read() as session:
        assert str(session.query(models.Dossier).one().appointment_on) == "2026-11-24"


def test_first_tells_at_one_instant_are_one_dossier(database, house):
    """From a barrier: neither ends in an error, and nobody is recorded twice."""
    guide = build.guide()
    start, faults = threading.Barrier(4), []

    def run(number):
        new = citizen.DossierIn(
            dossier_code=CODE, office=build.CENTRE, recipient="Tôn Nữ Thị Diễm Hằng", phone="0905121234",
            status=1 + number % 2, status_at=NOW - timedelta(hours=2 - number % 2), appointment_on=None,
        )  # fmt: skip
        start.wait()
        try:
            with database.write() as session:
                citizen.tell_dossier(build.act(session, NOW), new, source_system=build.SYSTEM, guide=guide)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    with database.read() as session:
        (found,) = session.query(models.Dossier)
        assert [one.status for one in found.steps] == [1, 2]
        assert session.query(models.Person).filter_by(phone_hash=found.person.phone_hash).count() == 1


def test_two_systems_with_one_code_each_phone_gets_digits_of_its_own(tell, foreign_system, someone, database):
    tell()
    other = TOLD | {"recipient": "Người Khác", "phone": "0905777666"}
    assert foreign_system.post("/v1/dossiers", other).status_code == 200
    for name in ("Hằng", "Khác"):
        owner = someone()
        owner.get("/track")
        assert owner.post("/track/code", code=CODE).status_code == 200
        with database.read() as session:
            two = session.query(models.SentCode).order_by(models.SentCode.id.desc()).limit(2).all()
            told = {
                open_person(session, session.get(models.Dossier, one.dossier_id).person).full_name.split()[-1]: one.id
                for one in two
            }
            assert set(told) == {"Hằng", "Khác"}
            digits = citizen.digits_of(session, told[name])
        answer = owner.post("/track/code/open", code=CODE, digits=digits)
        assert answer.status_code == 303
        assert name in owner.get(answer.location).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": 9}, "status"),
        ({"status": 0}, "status"),
        ({"status_at": "2027-11-18T08:00:00+07:00"}, "status_at"),
        ({"dossier_code": "----"}, "dossier_code"),
        ({"office": ""}, "office"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_cannot_be_is_refused_by_name(system, changes, field):
    answer = system.post("/v1/dossiers", TOLD | changes)
    assert (answer.status_code, answer.json["field"]) == (400, field)


def test_a_dossier_is_guarded_like_an_item(tell, someone):
    tell()
    unknown, wrong = page_of(someone(), code="H57.15-261120-9999"), page_of(someone(), tail="0000")
    assert unknown.status_code == wrong.status_code == 404
    for number in range(guessing.MAX_WRONG_FOR_CODE):
        page_of(someone(), tail=f"{number:04d}")
    assert page_of(someone()).status_code == 404


def test_digits_sent_to_the_phone_open_a_dossier_without_a_result(tell, someone, database):
    tell()
    for number in range(guessing.MAX_WRONG_FOR_CODE):
        page_of(someone(), tail=f"{number:04d}")
    owner = someone()
    owner.get("/track")
    assert owner.post("/track/code", code=CODE).status_code == 200
    with database.read() as session:
        sent = session.query(models.SentCode).one()
        assert sent.dossier_id is not None
        digits = citizen.digits_of(session, sent.id)
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    assert owner.post("/track/code/open", code=CODE, digits=wrong).status_code == 404
    answer = owner.post("/track/code/open", code=CODE, digits=digits)
    assert answer.status_code == 303
    assert "T. N. T. D. Hằng" in owner.get(answer.location).text
    assert page_of(owner).startswith("<!doctype html>"), "its browser is known now"


def test_a_passed_appointment_is_apologised_for_unless_it_is_over(tell, someone, clock):
    tell()
    clock.now = NOW + timedelta(days=10)
    assert "Đã quá hẹn trả thứ Sáu 27/11/2026" in page_of(someone())
    tell(status=7, status_at="2026-11-29T08:00:00+07:00")
    page = page_of(someone())
    assert "Đã quá hẹn" not in page
    assert "Ông/Bà đã xin rút hồ sơ" in page


def test_a_systems_dossiers_are_its_own(tell, foreign_system, database):
    tell()
    assert foreign_system.post("/v1/dossiers", TOLD | {"recipient": "Người Khác"}).status_code == 200
    with database.read() as session:
        assert session.query(models.Dossier).count() == 2
