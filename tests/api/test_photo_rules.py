"""Photos by the class of the papers: allowed, required or forbidden, told to the phone and held by the server."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from postal import models
from postal.rules import PhotoRule, photo_rule
from tests.api.conftest import NOW
from tests.api.test_courier_phones import CourierPhone, code_for, failed


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


@pytest.mark.parametrize(
    ("papers", "rule"),
    [
        (["Giấy chứng nhận đăng ký (bản chính)"], PhotoRule.ALLOWED),
        ([], PhotoRule.ALLOWED),
        (["Giấy chứng nhận quyền sử dụng đất"], PhotoRule.REQUIRED),
        (["Giấy chứng nhận quyền sử dụng đất", "Thẻ Căn cước cũ"], PhotoRule.FORBIDDEN),
        (["Phiếu lí lịch tư pháp số 1", "Phiếu lý lịch tư pháp số 1"], PhotoRule.FORBIDDEN),
        (["HỘ CHIẾU"], PhotoRule.FORBIDDEN),
        (["Giấy xác nhận khuyết tật"], PhotoRule.FORBIDDEN),
        (["Thẻ nhà báo"], PhotoRule.ALLOWED),
    ],
)
def test_the_class_of_the_papers_says_whether_a_photo_is_taken(papers, rule):
    assert photo_rule(papers) is rule


def named(database, code, papers):
    with database.write() as session:
        session.execute(update(models.Item).where(models.Item.s10 == code).values(documents=papers))


def delivered(code, scan_id, **changes):
    proof = {"receiver_name": "Tôn Nữ Thị Diễm Hằng", "id_tail": "9911", "n_documents": 1}
    return {"scan_id": scan_id, "code": code, "kind": "delivered", "happened_at": NOW.isoformat(), "proof": proof} | (
        changes
    )


def first_plain(phone):
    stops = phone.round().json["stops"]
    pieces = [piece for stop in stops for piece in stop["pieces"] if not piece["evidence"]["fee_vnd"]]
    return next(one for one in pieces if not one["evidence"]["take_back"] and one["evidence"]["n_documents"] == 1)


def test_a_sensitive_paper_is_never_photographed_but_its_closed_door_may_be(phone, own_round, database):
    code = first_plain(phone)["code"]
    named(database, code, [{"name": "Phiếu lý lịch tư pháp số 2", "kind": "bản chính"}])
    assert first_plain(phone)["evidence"]["photo"] == "forbidden"
    answer = phone.scans(delivered(code, "quet-1", pictures=["anh-0001-abcd"])).json["scans"][0]
    assert (answer["status"], answer["code"], answer["missing_pictures"]) == ("recorded", "", [])
    with database.read() as session:
        assert session.scalars(select(models.EventPicture)).all() == []
    other = first_plain(phone)["code"]
    named(database, other, [{"name": "Phiếu lý lịch tư pháp số 2", "kind": "bản chính"}])
    door = phone.scans(failed(other, "quet-2", pictures=["anh-0002-abcd"])).json["scans"][0]
    assert (door["status"], door["missing_pictures"]) == ("recorded", ["anh-0002-abcd"])


def test_a_title_to_land_is_handed_over_with_a_photo_of_its_envelope(phone, own_round, database):
    code = first_plain(phone)["code"]
    named(database, code, [{"name": "Giấy chứng nhận quyền sử dụng đất", "kind": "bản chính"}])
    assert first_plain(phone)["evidence"]["photo"] == "required"
    (bare,) = phone.scans(delivered(code, "quet-1")).json["scans"]
    assert (bare["status"], bare["code"]) == ("refused", "proof_missing")
    assert "ảnh phong bì" in bare["detail"]
    (shown,) = phone.scans(delivered(code, "quet-2", pictures=["anh-0001-abcd"])).json["scans"]
    assert (shown["status"], shown["missing_pictures"]) == ("recorded", ["anh-0001-abcd"])
