"""Reports of an agency's broken procedures: numbered, sealed, answered once."""

import re

import pytest
from sqlalchemy import select

from postal import models
from tests import builders as build

WORDS = "Ông Tôn Thất Tùng đòi thêm bản sao hộ khẩu"


@pytest.fixture
def agency_id(database, house):
    with database.write() as session:
        item = build.accepted(session)[0]
        return item.consignment.issuing_office_id


def report(person, agency, **changes):
    person.get("/staff/violations")
    fields = {"agency_id": str(agency), "what": "more_papers", "words": WORDS}
    return person.post("/staff/violations", **fields | changes)


@pytest.mark.parametrize("name", ["postal", "dispatcher", "courier"])
def test_a_report_is_read_by_who_made_it_and_who_answers_and_by_nobody_else(sign_in, database, agency_id, name):
    reporter, other, admin = sign_in(name), sign_in("stranger-clerk"), sign_in("admin")
    report(reporter, agency_id, code="H57.15-261120-0001")
    page = reporter.get("/staff/violations").text
    assert WORDS in page
    assert re.search(r"PA[-/0-9]+", page)
    assert "H57.15-261120-0001" in page
    assert WORDS not in other.get("/staff/violations").text
    assert sign_in("centre").get("/staff/violations").status_code == 403
    page = admin.get("/staff/violations").text
    assert WORDS in page
    answer = re.search(r'action="([^"]*/answer)"', page)[1]
    assert reporter.post(answer, words="tự trả lời").status_code == 403
    admin.post(answer, words="Đã nhắc nhở cán bộ")
    assert "Đã nhắc nhở cán bộ" in reporter.get("/staff/violations").text
    admin.post(answer, words="lần nữa")
    assert "đã có trả lời" in admin.get("/staff/violations").text
    with database.read() as session:
        kept = session.scalars(select(models.Violation)).one()
        assert WORDS.encode() not in kept.sealed
        assert {entry.action for entry in session.scalars(select(models.AuditEntry))} >= {
            "violation_reported", "violation_answered"}  # fmt: skip


@pytest.mark.parametrize(
    "changes", [{"words": "  "}, {"what": "murder"}, {"agency_id": ""}, {"agency_id": "99999"}, {"code": "KHÔNG-CÓ"}]
)
def test_a_report_that_says_nothing_or_names_nobody_is_refused(sign_in, database, agency_id, changes):
    reporter = sign_in("postal")
    report(reporter, agency_id, **changes)
    with database.read() as session:
        assert session.scalars(select(models.Violation)).all() == []
