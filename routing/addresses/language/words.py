"""The words around names in an address: types, streets and hamlets, landmarks, old and new, other addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto

WARD, RURAL, TOWN, ZONE = "phường", "xã", "thị trấn", "đặc khu"


class Word(IntEnum):
    """What a known word does in an address."""

    COMMUNE = auto()  # the type of a commune; value: its types
    DISTRICT = auto()  # quận, huyện, thị xã
    CITY = auto()  # thành phố: a district, the province, or another province
    PROVINCE = auto()  # tỉnh
    HOME = auto()  # the register's own province; value: ("now" | "city" | "before")
    STREET = auto()  # what follows is a street or a house
    BUILDING = auto()  # what follows is the name of a building, an agency, a company; value: see below
    HAMLET = auto()  # what follows is a hamlet or a group of houses
    LANDMARK = auto()  # what follows only says what is near
    AFTER = auto()  # cũ, mới behind a name; value: "old" | "new"
    BEFORE = auto()  # nay là, trước đây là before a name; value: "old" | "new"
    AT = auto()  # a place may follow: ở, tại, thuộc
    ADDRESS = auto()  # another address may begin here: tạm trú, giao tại
    NOTE = auto()  # a note to the courier: telephone, whom to ask for
    COUNTRY = auto()
    SUFFIX = auto()  # English: ward, commune behind the name; value: its types


# Words of staying and going before a place. "vo", "lai", "ha" are surnames without their accents.
_WAYS = frozenset({
    "ở", "o", "tại", "tai", "về", "ve", "vào", "vao", "vô", "ra", "lên", "xuống", "xuong", "sang", "qua", "đến",
    "den", "tới", "toi", "trong", "ngoài", "ngoai", "trên", "tren", "dưới", "duoi", "từ", "trọ", "tro", "luôn",
    "luon", "lại",
})  # fmt: skip


def is_way(written: str) -> bool:
    """Say whether a cleaned word tells of staying or going: "ở", "sang", "trọ"."""
    return written in _WAYS


@dataclass(frozen=True, slots=True)
class Known:
    """A known word or phrase; ``is_short`` for abbreviations."""

    kind: Word
    value: tuple[str, ...] = ()
    is_short: bool = False


# Kind, value, and the phrases with commas between them.
Table = tuple[tuple[Word, tuple[str, ...], str], ...]

FULL: Table = (
    (Word.COMMUNE, (WARD,), "phường, phuờng, phưòng, fường"),
    (Word.COMMUNE, (RURAL,), "xã"),
    (Word.COMMUNE, (TOWN,), "thị trấn"),
    (Word.COMMUNE, (ZONE,), "đặc khu"),
    (Word.DISTRICT, (), "quận, huyện, thị xã"),
    (Word.CITY, (), "thành phố"),
    (Word.PROVINCE, (), "tỉnh"),
    (
        Word.STREET,
        (),
        "đường, phố, kiệt, ngõ, ngách, hẻm, số, số nhà, nhà số, lô, thửa, thửa đất, đại lộ, quốc lộ, tỉnh lộ, "
        "huyện lộ, hương lộ, xa lộ, cao tốc, đường tránh, km, tuyến, tuyến đường, "
        "đường tỉnh, đường huyện, đường xã, đường thôn, đường liên xã, đường liên thôn, đường liên huyện",
    ),
    (
        Word.BUILDING,
        (),
        "chung cư, cầu, chợ, trường, khu đô thị, khu quy hoạch, khu chung cư, khu tái định cư, khu dân cư, "
        "khu công nghiệp, khu tập thể, căn hộ, căn, tòa nhà, tòa, tầng, phòng, bến xe, nhà ga, ga, sân bay, "
        "bưu điện, bệnh viện, trạm y tế, trung tâm, công ty, cty, khách sạn, nhà hàng, nhà nghỉ, nhà thuốc, "
        "nhà xe, nhà thờ, cửa hàng, quán, tiệm, siêu thị, ngân hàng, tổ thuế, đội thuế, liên phường, liên xã, "
        "liên huyện, lăng, chùa, đình, cây xăng, sạp, quầy, gian hàng, ki ốt, kiot, kiốt, kiosk, shop, shophouse, "
        "block, dãy nhà, dãy trọ, biệt thự, ký túc xá, nhà trọ, khu trọ, xóm trọ, homestay, resort, spa, salon, gara, "
        "tiệm vàng, nhà may, tạp hóa, nhà sách",
    ),
    # Words that hold the name of a type and are none: agencies, unions, associations. The value is the type a name of
    # the register would have to follow: "xã hội" is none, "xã Hội An" is one where there is such a commune.
    (Word.BUILDING, (RURAL,), "xã hội, xã đoàn, xã đội, xã viên, xã ủy, xã tắc"),
    (Word.BUILDING, (WARD,), "phường đội, phường đoàn, phường hội, phường thêu, phường nghề, phường ủy"),
    (
        Word.BUILDING,
        (),
        "hợp tác xã, htx, công xã, làng xã, thông tấn xã, bảo hiểm xã hội, huyện ủy, huyện đoàn, huyện đội, quận ủy, "
        "quận đoàn, quận đội, quận công, thị ủy, thị đoàn, thị đội, thành ủy, thành đoàn, thành đội, tỉnh ủy, "
        "tỉnh đoàn, tỉnh đội, đảng ủy, thị xã đoàn, thị xã đội, huyền trân, thành phố đoàn",
    ),
    (
        Word.HAMLET,
        (),
        "thôn, xóm, tổ, tổ dân phố, tổ dp, khu phố, khu vực, khu, ấp, bản, làng, cụm, đội, khóm, buôn, nhóm, "
        "tổ dân cư, cụm dân cư, khu dân cư số",
    ),
    (
        Word.LANDMARK,
        (),
        "gần, cạnh, bên cạnh, đối diện, sau, phía sau, trước, phía trước, kế, sát, kế bên, ngay, giáp, sau lưng, "
        "trước mặt, ngã ba, ngã tư, đầu đường, cuối đường, cách",
    ),
    (Word.AFTER, ("old",), "cũ, trước đây"),
    (Word.AFTER, ("new",), "mới"),
    (
        Word.BEFORE,
        ("old",),
        "tên cũ, tên cũ là, trước đây là, trước là, nguyên là, cũ là, trước thuộc, vốn là, trước kia là, "
        "trước đây thuộc, địa chỉ cũ, sáp nhập từ, sát nhập từ, hợp nhất từ, nhập từ, tách từ, cũ thuộc, đc cũ, "
        "trước năm 2025 là, trước kia thuộc, trước 1 / 7 / 2025 là, gộp từ, xưa là, ngày trước là, "
        "trước kia, trước đó, hồi trước, hồi xưa, ngày trước, ngày xưa, ngày xưa là, khi trước, lúc trước",
    ),
    (
        Word.BEFORE,
        ("new",),
        "nay là, nay thuộc, hiện nay là, hiện là, nay, hiện nay, hiện nay thuộc, bây giờ là, địa chỉ mới, "
        "tên mới, mới là, nay đổi thành, đổi thành, hiện thuộc, đc mới, giờ là, nay gọi là, nhập vào, "
        "sáp nhập vào, nay nhập vào, chuyển thành, bây giờ thuộc, nay đổi tên thành, tên mới là",
    ),
    (Word.AT, (), "thuộc, địa bàn"),
    (
        Word.ADDRESS,
        (),
        "hiện ở, nay ở, đang ở, hiện đang ở, hiện cư trú, hiện trú, hiện sống, đang sống, nay sống, "
        "hiện cư trú tại, hiện đang sống tại, nay sống tại, đang sống tại, hiện sống tại, hiện tại ở, chỗ ở, "
        "chỗ ở hiện nay, chỗ ở hiện tại, nơi ở, nơi ở hiện nay, nơi ở hiện tại, nơi ở mới, tạm trú, tạm trú tại, "
        "thường trú, thường trú tại, đăng ký thường trú, hộ khẩu, hộ khẩu thường trú, giao tại, giao đến, "
        "giao về, giao tới, giao ở, nhận tại, nhận ở, nơi nhận, nơi giao, phát tại, địa chỉ nhận, địa chỉ giao, "
        "địa chỉ liên hệ, gửi về, gửi đến, gửi tới, gửi tại, gửi ra, gửi vào, chuyển về, chuyển đến, chuyển tới, "
        "chuyển vào, chuyển ra, chuyển sang, chuyển lên, chuyển qua, trả tại, trả về, trả kết quả tại, "
        "trả hồ sơ tại, liên hệ tại, ở trọ, trọ tại, ở trọ tại, ở nhờ, làm việc tại, công tác tại, làm việc ở, "
        "công tác ở, đang làm việc tại, đang công tác tại, cơ quan, đã chuyển về, đã chuyển đến, đã chuyển vào, "
        "đã chuyển ra, dời về, dời đến, về ở, vào ở, ra ở, nơi làm việc, quê quán, nguyên quán, nhận hàng tại, "
        "nhận thư tại, nhận kết quả tại, giao hàng tại, hiện đang ở tại, hiện ở tại, đang ở tại, cư trú tại, "
        "đang tạm trú, đang tạm trú tại, sinh sống tại, định cư tại, định cư ở, đang học tại, học ở, theo con, "
        "địa chỉ, giao hàng đến, hiện nay ở, ở với con, thuê nhà, thuê phòng, thuê trọ, đang thuê, đang thuê nhà, "
        "đang thuê phòng, đang thuê trọ, đang trọ, trọ học, hiện trọ",
    ),
    (
        Word.NOTE,
        (),
        "điện thoại, số điện thoại, di động, phone, mobile, hotline, zalo, email, liên hệ, gọi, gặp, "
        "mã bưu chính, mã bưu điện, zip, zipcode, postcode, ghi chú, lưu ý, người nhận, nhận hộ, nhận thay, "
        "giờ hành chính, vui lòng, gọi trước, giao giờ, nhận giờ, gửi bảo vệ, giao cho, gửi cho, hỏi, hỏi nhà, "
        "alo, call, giao buổi, giao sáng, giao chiều, nhận buổi, nhận sau, giao sau",
    ),
    (Word.COUNTRY, (), "việt nam, vietnam, viet nam"),
)
# These are read only with their accents: without them they are syllables of names.
ACCENTED: Table = (
    (Word.AT, (), "ở, tại, về, vào, đến, tới, ngoài"),
    (Word.NOTE, (), "chị, mệ, chú, với, cùng, để"),
    (Word.BUILDING, (), "ô, ốt, dãy, bánh mì, bánh canh, phở, bún, cơm, cháo, chè, cà phê, đặc sản, hủ tiếu, mè xửng"),
)
SHORT: Table = (
    (Word.COMMUNE, (WARD,), "p, ph, f"),
    (Word.COMMUNE, (RURAL,), "x"),
    (Word.COMMUNE, (TOWN,), "tt, t t, ttr, t trấn"),
    (Word.DISTRICT, (), "q, h, tx, t x, thx, txa, t xã"),
    (Word.CITY, (), "tp, t p, t / p, thp, tph, t phố"),
    (Word.PROVINCE, (), "t"),
    (Word.STREET, (), "đ, ql, tl, hl, k, sn"),
    (Word.BUILDING, (), "kđt, kqh, tđc, cc, kcn, đh, thpt, thcs, ubnd, ks, bv, bhxh, ttyt"),
    (Word.HAMLET, (), "tdp, tổ dp, kp, kv"),
    (Word.LANDMARK, (), "gan"),
    (Word.ADDRESS, (), "hk, hktt, đktt, đc, đkhktt, đc nhận, đc giao"),
    (Word.NOTE, (), "đt, sđt, đtdđ, dđ, tel, lh, fax, anh, mst, cccd, cmnd, cod, cho, theo"),
    (Word.COUNTRY, (), "vn"),
    (Word.SUFFIX, (WARD,), "ward"),
    (Word.SUFFIX, (RURAL,), "commune"),
    (Word.SUFFIX, (TOWN,), "town, township"),
)
# A full stop behind these belongs to the abbreviation; behind any other word it ends a part of the address.
ABBREVIATIONS = frozenset(
    [
        "ph",
        "tt",
        "ttr",
        "tx",
        "thx",
        "txa",
        "tp",
        "thp",
        "tph",
        "tth",
        "kp",
        "kv",
        "tdp",
        "sn",
        "ql",
        "tl",
        "hl",
        "hcm",
        "hn",
        "hp",
        "qt",
        "st",
    ]
)
