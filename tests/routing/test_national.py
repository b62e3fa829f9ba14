"""The national tables: every unit of the country, how it became what it is, and provinces as people write them."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from datetime import date

import pytest

from routing import (
    AddressResolver,
    AddressStatus,
    Register,
    UnknownProvince,
    find_province,
    great_circle_m,
    national_communes,
    national_former_units,
    provinces,
    register_of,
)
from tests.scale import scaled


def test_the_country_has_34_provinces_3321_communes_and_10040_former_units():
    assert (len(provinces()), len(national_communes()), len(national_former_units())) == (34, 3_321, 10_040)
    assert len({one.commune.code for one in national_communes()}) == 3_321
    assert {one.province_code for one in national_communes()} == {one.code for one in provinces()}


def test_every_former_unit_went_to_communes_that_exist_and_has_its_dates():
    codes = {one.commune.code for one in national_communes()}
    for unit in national_former_units():
        assert unit.successor_codes
        assert set(unit.successor_codes) <= codes
        assert len(set(unit.successor_codes)) == len(unit.successor_codes)
    assert {one.valid_from for one in national_communes()} == {date(2025, 7, 1)}
    assert sum(len(unit.successor_codes) > 1 for unit in national_former_units()) == 471


def test_every_commune_of_today_was_made_of_something_and_lies_in_the_country():
    made = {code for unit in national_former_units() for code in unit.successor_codes}
    for one in national_communes():
        assert one.commune.code in made
        # From Cà Mau to Lũng Cú, from A Pa Chải to the Spratly islands.
        assert 8 < one.commune.point.lat < 23.5
        assert 102 < one.commune.point.lon < 115
        assert one.commune.radius_km > 0


def test_a_former_unit_lies_near_the_commune_it_went_to():
    points = {one.commune.code: one.commune for one in national_communes()}
    for unit in national_former_units():
        if unit.point is not None:
            near = [
                great_circle_m(unit.point, points[code].point) / 1000 / points[code].radius_km
                for code in unit.successor_codes
            ]
            far = min(great_circle_m(unit.point, points[code].point) / 1000 for code in unit.successor_codes)
            assert min(near) < 2.6 or far < 3.1


def test_names_are_composed_text_without_spaces_around():
    names = [one.commune.name for one in national_communes()]
    names += [text for unit in national_former_units() for text in (unit.name, unit.district, unit.province)]
    assert not [name for name in names if unicodedata.normalize("NFC", name).strip() != name or not name]


@pytest.mark.parametrize("province", provinces(), ids=lambda one: one.name)
def test_every_way_of_writing_a_province_finds_it(province):
    plain = unicodedata.normalize("NFD", province.name.replace("Đ", "D").replace("đ", "d"))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    ways = [province.name, province.full_name, province.name.upper(), bare, bare.replace(" ", ""), f"T. {bare}"]
    ways += [f"TP {province.name}", unicodedata.normalize("NFD", province.name), f"  {province.name.lower()} "]
    for text in [*ways, *province.former_names, *province.former_forms, *province.forms_today]:
        assert find_province(text) is province, text


def test_a_name_that_no_province_has_is_refused_with_the_nearest_ones():
    with pytest.raises(UnknownProvince) as caught:
        find_province("Lam Dongg")
    assert caught.value.near == ("Lâm Đồng",)
    with pytest.raises(UnknownProvince):
        find_province("")


@pytest.mark.parametrize("province", provinces(), ids=lambda one: one.name)
def test_every_province_has_a_register_of_its_own(province):
    register = register_of(province)
    assert len(register) == sum(one.province_code == province.code for one in national_communes())
    assert register.home.name == province.name
    assert province.seat_code in register
    assert {unit.successor_code for unit in register.former_units} <= {commune.code for commune in register}


def test_hue_keeps_its_own_checked_tables():
    assert register_of(find_province("Thừa Thiên Huế")) == Register.builtin()


@pytest.mark.parametrize(
    ("province", "address", "code"),
    [
        ("Đà Nẵng", "12 Trần Phú, phường Hải Châu, Đà Nẵng", "20242"),
        ("Đà Nẵng", "phường Minh An, TP Hội An, Quảng Nam", "20410"),
        ("Đà Nẵng", "xã Tam Ngọc, thành phố Tam Kỳ, tỉnh Quảng Nam", "20350"),
        ("Cần Thơ", "phường Cái Khế, quận Ninh Kiều, thành phố Cần Thơ", "31120"),
        ("Lâm Đồng", "phường Phú Tài, thành phố Phan Thiết, tỉnh Bình Thuận", "22960"),
    ],
)
def test_addresses_of_other_provinces_are_read(province, address, code):
    answer = AddressResolver(register_of(find_province(province))).resolve(address)
    assert answer.status.is_automatic
    assert answer.codes == (code,)


@pytest.mark.parametrize("province", ["Đà Nẵng", "Cần Thơ", "Lâm Đồng"])
def test_a_divided_unit_asks(province):
    home = find_province(province)
    register = register_of(home)
    resolver = AddressResolver(register)
    codes = {commune.code for commune in register}
    divided = [u for u in national_former_units() if len(u.successor_codes) > 1 and codes.issuperset(u.successor_codes)]
    assert divided
    for unit in divided[: scaled(12, len(divided))]:
        answer = resolver.resolve(f"số 5, {unit.type} {unit.name}, {unit.district}, {unit.province}")
        assert answer.status is AddressStatus.AMBIGUOUS, unit
        assert set(answer.codes) >= set(unit.successor_codes)


def test_an_installation_of_hue_never_reads_the_national_tables():
    script = (
        "from routing import AddressResolver, Register\n"
        "from routing.addresses import national\n"
        "AddressResolver(Register.builtin()).resolve('phường Vỹ Dạ, Huế')\n"
        "print(national.national_communes.cache_info().currsize, national.national_former_units.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0"]
