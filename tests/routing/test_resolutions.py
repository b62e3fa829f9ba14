"""Resolutions of after July 2025, from the operator's file: merged, divided, renamed communes, each from its day on."""

from datetime import date

import pytest

from routing import AddressResolver, AddressStatus, BadRegister, Register, read_resolutions, with_resolutions

HEADER = "valid_from,code,type,name,lat,lon,radius_km,area_km2,from_codes,legal_ref\n"
ON = date(2027, 6, 1)
MERGED = "2027-01-01,90001,phường,Kinh Thành,16.47,107.57,3,20,19753;19789,NQ 1/2027\n"
DIVIDED = (
    "2027-03-01,90002,xã,A Lưới Bắc,16.30,107.20,5,80,20044,NQ 2/2027\n"
    "2027-03-01,90003,xã,A Lưới Nam,16.20,107.25,5,80,20044,NQ 2/2027\n"
)


@pytest.fixture
def written(tmp_path):
    def write(*lines):
        file = tmp_path / "nghi-quyet.csv"
        file.write_text(HEADER + "".join(lines), encoding="utf-8")
        return read_resolutions(file)

    return write


def resolve(register, address):
    return AddressResolver(register).resolve(address)


def test_merged_communes_become_former_units_of_the_new_one(written):
    before = Register.builtin()
    after = with_resolutions(before, written(MERGED), on=ON)
    assert len(after) == len(before) - 1
    assert "19753" not in after
    for address in (
        "12 Lê Lợi, phường Kinh Thành, Huế",
        "12 Lê Lợi, phường Thuận Hóa, Huế",
        "12 Lê Lợi, phường Tây Lộc, thành phố Huế, Thừa Thiên Huế",
    ):
        found = resolve(after, address)
        assert found.codes == ("90001",), address
        assert found.status.is_automatic
    people = before.commune("19753").population + before.commune("19789").population
    assert after.commune("90001").population == people


def test_a_resolution_holds_from_its_day_on(written):
    units = written(MERGED)
    assert with_resolutions(Register.builtin(), units, on=date(2026, 12, 31)) == Register.builtin()
    assert "90001" in with_resolutions(Register.builtin(), units, on=date(2027, 1, 1))


def test_a_commune_that_was_divided_asks(written):
    register = with_resolutions(Register.builtin(), written(DIVIDED), on=ON)
    name = Register.builtin().commune("20044").name
    found = resolve(register, f"xã {name}, thành phố Huế")
    assert found.status is AddressStatus.AMBIGUOUS
    assert set(found.codes) == {"90002", "90003"}


def test_resolutions_follow_one_another(written):
    again = "2027-05-01,90004,phường,Cố Đô,16.47,107.57,4,30,90001;19777,NQ 3/2027\n"
    register = with_resolutions(Register.builtin(), written(again, MERGED, DIVIDED), on=ON)
    for name in ("phường Kinh Thành", "phường Phú Xuân", "phường Vỹ Dạ", "phường Cố Đô"):
        assert resolve(register, f"5 Trần Phú, {name}, thành phố Huế").codes == ("90004",), name


def test_a_commune_renamed_under_its_own_code_keeps_it_and_its_old_name(written):
    line = "2027-01-01,19753,phường,Phú Xuân Mới,16.48,107.57,2,10,19753,NQ 4/2027\n"
    register = with_resolutions(Register.builtin(), written(line), on=ON)
    assert len(register) == 40
    assert register.commune("19753").name == "Phú Xuân Mới"
    assert resolve(register, "5 Trần Phú, phường Phú Xuân, thành phố Huế").codes == ("19753",)


def test_lines_of_other_provinces_change_nothing(written):
    line = "2027-01-01,90009,phường,Hải Châu Mới,16.07,108.21,2,10,20242,NQ 5/2027\n"
    assert with_resolutions(Register.builtin(), written(line), on=ON) == Register.builtin()


def test_a_commune_made_of_one_that_is_not_there_is_refused(written):
    line = "2027-01-01,90001,phường,Kinh Thành,16.47,107.57,3,20,19753;99999,NQ 1/2027\n"
    with pytest.raises(BadRegister, match="99999"):
        with_resolutions(Register.builtin(), written(line), on=ON)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("valid_from", "1/1/2027"),
        ("code", ""),
        ("type", "huyện"),
        ("lat", "107.5"),
        ("lon", ""),
        ("radius_km", "0"),
        ("from_codes", ""),
    ],
)
def test_a_wrong_cell_is_named(written, column, value):
    cells = dict(zip(HEADER.strip().split(","), MERGED.strip().split(","), strict=True)) | {column: value}
    with pytest.raises(BadRegister) as refused:
        written(DIVIDED, ",".join(cells.values()) + "\n")
    assert f"dòng 4, cột {column}" in str(refused.value)
