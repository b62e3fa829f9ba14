"""People's data: sealed where it lies, found by keyed hashes, shown masked."""

import base64
import hashlib
import json
import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import select, text

from postal import people
from postal.intake.uploads import KeptFile, keep
from postal.models import Base, Person, PersonKind, PersonWord
from postal.people import (
    PersonData,
    add_people,
    add_person,
    bare_phone,
    find_by_phone,
    mask_name,
    mask_phone,
    named,
    open_person,
    phone_tail_matches,
    replace_person,
)
from postal.people.vault import Vault, VaultLocked, fold_name
from tests import builders as build
from tests.postal import day
from tests.scale import record_figure, scaled

HANG = PersonData(
    full_name="Tôn Nữ Thị Diễm Hằng",
    phone="0905 120 001",
    address="12/3 kiệt 45 Lê Ngô Cát",
    landmark="sau chùa Từ Hiếu",
    email="diem.hang@example.vn",
    id_number_tail="7731",
    position="tổ trưởng dân phố",
    procedure_name="Đăng ký kết hôn",
)


@pytest.fixture
def hang(session):
    return add_person(session, PersonKind.RECIPIENT, HANG, now=build.EVENING)


def test_what_was_sealed_comes_back_as_it_was(session, hang):
    session.expire_all()
    assert open_person(session, session.get_one(Person, hang.id)) == HANG


@pytest.mark.parametrize(
    "phone", ["0905120001", "0905.120.001", "+84 905 120 001", "84905120001", "０９０５１２０００１"]
)
def test_a_phone_is_found_however_it_is_written(session, hang, phone):
    assert find_by_phone(session, phone) == [hang.id]


def test_a_phone_is_never_found_by_a_part_of_it(session, hang):
    assert [find_by_phone(session, part) for part in ("0905120002", "0001", "905120001", "", "%", "_")] == [[]] * 6
    assert phone_tail_matches(session, hang, "0001")
    assert not phone_tail_matches(session, hang, "0002")


@pytest.mark.parametrize(
    "words",
    [
        "Tôn Nữ Thị Diễm Hằng",
        unicodedata.normalize("NFD", "Diễm Hằng"),
        "diem hang",
        "HẰNG  tôn",
        "hang ton nu thi diem",
        "hằng",
    ],
)
def test_a_name_is_found_by_its_words_in_any_order_case_and_accent(session, hang, words):
    assert list(session.scalars(named(session, words))) == [hang.id]


def test_a_name_with_another_word_in_it_is_another_name(session, hang):
    assert [list(session.scalars(named(session, words))) for words in ("diem hang hang2", "han", "hangx", "", "%")] == [
        []
    ] * 5


def test_many_people_are_stored_in_their_order(session):
    many = [PersonData(full_name=f"Người Thứ {number}", phone=f"09051{number:05d}") for number in range(50)]
    ids = add_people(session, PersonKind.RECIPIENT, many, now=build.EVENING)
    assert [open_person(session, session.get_one(Person, one)) for one in ids] == many
    assert find_by_phone(session, "0905100007") == [ids[7]]
    assert list(session.scalars(named(session, "thu 49"))) == [ids[49]]


def test_a_corrected_person_is_found_by_what_is_right_only(session, hang):
    replace_person(session, hang, PersonData(full_name="Tôn Nữ Diễm Hạnh", phone="0914000222"))
    session.flush()
    assert list(session.scalars(named(session, "hằng"))) == []
    assert list(session.scalars(named(session, "hạnh"))) == [hang.id]
    assert find_by_phone(session, HANG.phone) == []
    assert open_person(session, hang).address is None


def test_an_erased_person_has_no_name(session, hang):
    hang.sealed = None
    assert open_person(session, hang).full_name == "(đã xóa)"


def test_nobody_is_shown_whole_on_the_way():
    assert (mask_phone("+84905120001"), mask_phone("123"), mask_phone(None)) == ("09xx xxx 001", "xxx", "")
    assert mask_name("Tôn Nữ Thị Diễm Hằng") == "T. N. T. D. Hằng"
    assert mask_name("") == ""
    assert "Hằng" not in repr(HANG)
    assert "Hằng" not in repr(KeptFile(data="Hằng".encode(), suffix=".csv"))
    assert bare_phone("(+84) 905-120-001") == "0905120001"
    assert fold_name(" Đặng   THỊ Ánh ") == "dang thi anh"


def test_the_same_words_never_seal_to_the_same_bytes():
    vault = build.vault()
    sealed = [vault.seal({"full_name": "Hằng"}) for _ in range(50)]
    assert len({one.data for one in sealed}) == 50
    assert {one.key_id for one in sealed} == {vault.newest_key_id}


def test_a_record_with_a_changed_byte_does_not_open():
    vault = build.vault()
    sealed = vault.seal({"full_name": "Tôn Nữ Thị Diễm Hằng"})
    for place in range(len(sealed.data)):
        harmed = bytearray(sealed.data)
        harmed[place] ^= 1
        with pytest.raises(VaultLocked):
            vault.open(bytes(harmed), sealed.key_id)
    with pytest.raises(VaultLocked):
        vault.open(b"", sealed.key_id)


def test_a_new_key_seals_while_older_ones_still_open():
    old, both, new = (Vault(keys, b"l" * 32) for keys in ([b"k" * 32], [b"n" * 32, b"k" * 32], [b"n" * 32]))
    sealed = old.seal({"full_name": "Hằng"})
    assert both.open(sealed.data, sealed.key_id) == {"full_name": "Hằng"}
    assert both.newest_key_id == new.newest_key_id != old.newest_key_id
    with pytest.raises(VaultLocked):
        new.open(sealed.data, sealed.key_id)
    # People are still found: the key of the hashes is not the one that rotates.
    assert old.look_up("phone", "0905120001") == new.look_up("phone", "0905120001")


def test_a_hash_says_nothing_without_its_key_and_nothing_across_purposes():
    vault, other = build.vault(), Vault([b"k" * 32], b"x" * 32)
    hashes = {vault.look_up(purpose, "0001") for purpose in ("phone", "tail", "name", "word", "address")}
    assert len(hashes) == 5
    assert other.look_up("tail", "0001") not in hashes
    for keys, lookup in (([], b"l" * 32), ([b"k" * 31], b"l" * 32), ([b"k" * 32], b"l")):
        with pytest.raises(ValueError, match="32"):
            Vault(keys, lookup)


def spellings(value: str) -> set[bytes]:
    """Return every form in which a value could lie open: normal forms, no accents, escaped, base64, bare hashes."""
    texts = {unicodedata.normalize(form, value) for form in ("NFC", "NFD")} | {fold_name(value), value.casefold()}
    found = {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts}
    found |= {json.dumps(text)[1:-1].encode() for text in texts}
    found |= {base64.b64encode(text.encode()).rstrip(b"=")[:-1] for text in texts}
    for text_ in texts:
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, text_.encode())
            found |= {digest.hexdigest().encode(), digest.digest()}
    return found


def dump(database) -> bytes:
    """Return everything that is stored: the files themselves, or each row as PostgreSQL prints it with its bytes."""
    if database.engine.dialect.name == "sqlite":
        file = Path(database.engine.url.database)
        return b"".join(path.read_bytes() for path in sorted(file.parent.glob(file.name + "*")))
    with database.engine.connect() as connection:
        found = []
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
            found += [str(row[0]).encode() for row in connection.execute(text(f'SELECT t::text FROM "{table.name}" t'))]
    return b"\n".join(found)


def live_a_day(database, people):
    """Bring results in, hand them over, walk them and deliver: everything that writes about people."""
    with database.write() as session:
        session.info["vault"] = build.vault()
        office, couriers = day.set_up(session)
        day.handed_over(session, *people)
        keep(
            build.act(session, day.MORNING, user_id=_user(session)),
            KeptFile(data=json.dumps(people).encode(), suffix=".csv"),
        )
        plan = day.walking(session)
        actor = day.Day(office=office, couriers=couriers, items=[]).actor(0)
        return plan, actor


def _user(session):
    from postal.access import accounts
    from postal.models import Role

    new = accounts.NewUser(username="hang", full_name="Lê Thị Giao", role=Role.CENTRE_CLERK, password="bưu tá đi sớm")
    return accounts.add_user(session, new, now=build.EVENING).id


FAMILY = ("Nguyễn", "Trần", "Hoàng", "Tôn Thất", "Đặng")
GIVEN = ("Quỳnh Như", "Khắc Duẩn", "Thụy Khanh", "Đức Hiệp", "Bích Phượng")


def test_no_file_of_the_database_shows_a_person(database):
    n = scaled(40, 500)
    people = [
        {
            "dossier_code": f"H57.99-261120-{number:04d}",
            "recipient": f"{FAMILY[number % 5]} {GIVEN[number // 5 % 5]} Xuyến",
            "phone": f"0914{377_001 + number}",
            "address": f"{number + 3}/17 kiệt Tuyết Sương, phường Thuận Hóa, thành phố Huế",
        }
        for number in range(n)
    ]
    live_a_day(database, people)
    stored = dump(database)
    # The search itself works: what is no secret is found.
    assert b"H57.99-261120-0007" in stored
    assert "Bưu cục Thử".encode() in stored
    secret = {cells[name] for cells in people for name in ("recipient", "phone")}
    secret |= {"Xuyến", "Quỳnh Như", "Tuyết Sương", "kiệt Tuyết", "Lê Thị Giao", "Trần Văn Nhận", "Bưu Tá 1"}
    shown = {value for value in secret for form in spellings(value) if form in stored}
    assert shown == set()
    record_figure("Người được tìm trong tệp cơ sở dữ liệu", len(secret), "tên, số; 0 lần thấy")


def test_words_of_a_name_are_kept_as_keyed_hashes_only(session, hang):
    hashes = set(session.scalars(select(PersonWord.word_hash).where(PersonWord.person_id == hang.id)))
    assert hashes == {build.vault().look_up("word", word) for word in ("ton", "nu", "thi", "diem", "hang")}


@pytest.mark.parametrize(
    ("stored", "sought"),
    [
        ("Đặng Thị Mơ", "Ðặng Thị Mơ"), ("Ðặng Thị Mơ", "Đặng Thị Mơ"), ("Lê Thị Lý", "Lê Thị Lí"),
        ("Lê Thị Lí", "lê thị lý"), ("Ðinh Mỹ Quý", "đinh mĩ quí"), ("Huỳnh Yến Vy", "huình iến vi"),
        ("Lý Thị Lí", "Lí Lý"), ("Ýến", "iến"),
    ],
)  # fmt: skip
def test_people_are_found_whatever_the_d_with_a_stroke_and_the_i_or_y(session, stored, sought):
    person = people.add_person(session, PersonKind.RECIPIENT, people.PersonData(full_name=stored), now=build.EVENING)
    people.add_person(session, PersonKind.RECIPIENT, people.PersonData(full_name="Lê Văn Thu"), now=build.EVENING)
    assert list(session.scalars(named(session, sought))) == [person.id]
