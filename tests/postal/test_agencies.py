"""A misspelt agency founds no new one: somebody is asked, and everything under that name follows the answer."""

import pytest
from sqlalchemy import func, select

from postal.cells.agencies import is_like_a_known_one
from postal.errors import NotFound
from postal.models import Office
from postal.queue import OFFICE_NEW, is_ready, questions
from tests import builders as build

KNOWN = [build.CENTRE, "UBND phường Thuận Hóa", "Sở Xây dựng thành phố Huế", "UBND phường Hương An", "UBND xã Phú Lộc"]


@pytest.mark.parametrize("name", [
    "UBND phường Thuận Hoá", "Ủy ban nhân dân phường Thuận Hóa", "UBND phường Thuân Hóa", "UBND phường Thuận Hóaa",
    "Trung tâm Phục vụ hành chánh công thành phố Huế", "TT Phục vụ hành chính công TP Huế",
    "Trung tâm Phục vụ hành chính công thành phố Huế.", "Trung tâm Phục vụ hành chính công Huế thành phố Huế",
    "Sở Xây dựgn thành phố Huế", "Sở Xây dưng thành phố Huế",
])  # fmt: skip
def test_a_slip_of_the_pen_is_seen(name):
    assert is_like_a_known_one(name, KNOWN)


@pytest.mark.parametrize("name", [
    "UBND phường Hương Trà", "UBND phường Hương Thủy", "Sở Tư pháp thành phố Huế", "UBND xã Phú Vinh", *KNOWN,
    "UBND xã Vinh Lộc", "Công an thành phố Huế", "Chi nhánh 1 Văn phòng đăng ký đất đai",
])  # fmt: skip
def test_another_agency_is_another_agency(name):
    assert not is_like_a_known_one(name, [*KNOWN, "Chi nhánh 2 Văn phòng đăng ký đất đai"])


@pytest.fixture
def asked(session):
    build.accepted(session, build.result(1))
    wrong = build.CENTRE.replace("hành chính", "hành chánh")
    return build.accepted(session, build.result(2, office=wrong), build.result(3, office=wrong), channel="file")


def in_use(session):
    return session.scalar(select(func.count()).select_from(Office).where(Office.is_active))


def test_it_waits_until_somebody_says_which_agency_is_meant(session, asked):
    assert in_use(session) == 1
    assert all(item.consignment.attention == [OFFICE_NEW] and not is_ready(item.consignment) for item in asked)
    centre = session.scalars(select(Office).where(Office.is_active)).one()
    with pytest.raises(NotFound):
        questions.answer_office(build.act(session), asked[0].consignment_id, 9_999)
    with pytest.raises(questions.NotAsked):
        questions.settle(build.act(session), asked[0].consignment_id, OFFICE_NEW, guide=build.guide())
    questions.answer_office(build.act(session), asked[0].consignment_id, centre.id)
    for item in asked:
        assert item.consignment.issuing_office_id == centre.id
        assert is_ready(item.consignment)
    assert in_use(session) == 1
    with pytest.raises(questions.NotAsked):
        questions.answer_office(build.act(session), asked[1].consignment_id, centre.id)


def test_or_that_it_is_a_new_one_under_the_name_it_came_with(session, asked):
    office = questions.answer_office(build.act(session), asked[0].consignment_id, None)
    assert "hành chánh" in office.name
    assert in_use(session) == 2
    assert all(is_ready(item.consignment) for item in asked)
    later = build.accepted(session, build.result(4, office=office.name), channel="file")
    assert later[0].consignment.attention == []
