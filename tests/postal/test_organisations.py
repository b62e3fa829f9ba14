"""Which recipients are organisations, so that nobody receives for them in person."""

import pytest

from postal.rules.organisations import is_organisation


@pytest.mark.parametrize(
    "name",
    [
        "Công ty TNHH MTV Xây dựng & Thương mại Phú Bài",
        "CÔNG TY CỔ PHẦN DỆT MAY HUẾ",
        "CONG TY CO PHAN HONG DUC",
        "Chi nhánh Công ty TNHH Vận tải Sông Hương tại Chân Mây",
        "Trường Mầm non Hoa Sen",
        "  doanh nghiệp   tư nhân Vĩnh Phát",
        "Hợp tác xã Nông nghiệp Thủy Thanh",
        "HTX Phú Hồ",
        "UBND xã Phú Vinh",
        "U\u1ef7 ban nhân dân phường Thuận Hóa",
        "Văn phòng Luật sư An Cựu",
    ],
)
def test_an_organisation_is_known_by_the_words_its_name_begins_with(name):
    assert is_organisation(name)


@pytest.mark.parametrize(
    "name",
    [
        "Tôn Nữ Thị Diễm Hằng",
        "Đoàn Văn Hội",
        "Trương Mầm",
        "Truong Mam",
        "Văn Phong",
        "VAN PHONG",
        "Sở Thị Ngân",
        "Hội",
        "Nguyễn Công Tý",
        "Ngân Hằng",
        "Lê Trung Tâm",
        "Hộ kinh doanh Nguyễn Văn Ba",
        "",
    ],
)
def test_a_person_is_no_organisation(name):
    assert not is_organisation(name)
