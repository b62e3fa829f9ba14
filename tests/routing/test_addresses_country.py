"""Every commune and district of the country, old and new, is known to a resolver of Huế: none is taken for its own."""

import random

import pytest

from routing import (
    AddressResolver,
    AddressStatus,
    Register,
    district_name,
    find_province,
    national_communes,
    national_former_units,
    provinces,
    register_of,
)
from tests.scale import record_figure, scaled

RESOLVER = AddressResolver(Register.builtin())
HUE = find_province("Huế")
FORMER = [unit for unit in national_former_units() if unit.province not in (HUE.name, *HUE.former_names)]
FORMS = {
    "typed, with its province": "{u.type} {u.name}, {u.district}, {u.province}",
    "in brackets": "{u.type} {u.name} ({d}, {u.province})",
    "without types": "{u.name}, {d}, {u.province}",
    "a shop called Huế": "Quán bún Huế, {u.type} {u.name}, {u.province}",
    "no province named": "{u.type} {u.name}, {u.district}",
    "the district without its type": "{u.type} {u.name}, {d}",
}


def some(units):
    return random.Random(3).sample(units, min(len(units), scaled(600, len(units))))


@pytest.mark.parametrize("kind", FORMS)
def test_a_former_unit_of_another_province_is_outside(kind):
    units = some(FORMER)
    told = [RESOLVER.resolve(FORMS[kind].format(u=u, d=district_name(u.district))) for u in units]
    automatic = [answer.written for answer in told if answer.status.is_automatic]
    n_outside = sum(answer.status is AddressStatus.OUTSIDE for answer in told)
    record_figure(f"Đơn vị cũ tỉnh khác, {kind}: ngoài tỉnh", f"{n_outside}/{len(units)}", "địa chỉ")
    # Cần Thơ's Phong Điền has its namesake in Huế; "phường Phú Thuận, 7" names a house.
    assert len(automatic) <= 0.001 * len(units), automatic
    assert n_outside >= 0.97 * len(units)


def test_a_commune_of_today_of_another_province_is_outside():
    names = {province.code: province.name for province in provinces()}
    units = some([one for one in national_communes() if one.province_code != HUE.code])
    for one in units:
        answer = RESOLVER.resolve(f"12 Lê Lợi, {one.commune.type} {one.commune.name}, {names[one.province_code]}")
        assert not answer.status.is_automatic, answer
        assert answer.status is AddressStatus.OUTSIDE, answer


@pytest.mark.parametrize("name", ["Đà Nẵng", "Cần Thơ", "Lâm Đồng"])
def test_another_province_knows_its_own_and_calls_hue_outside(name):
    province = find_province(name)
    resolver = AddressResolver(register_of(province))
    own = some([one.commune for one in national_communes() if one.province_code == province.code])
    for commune in own:
        answer = resolver.resolve(f"12 Lê Lợi, {commune.type} {commune.name}, {province.kind} {province.name}")
        assert commune.code in answer.codes, answer
    for commune in Register.builtin():
        answer = resolver.resolve(f"{commune.type} {commune.name}, thành phố Huế")
        assert answer.status is AddressStatus.OUTSIDE, answer
