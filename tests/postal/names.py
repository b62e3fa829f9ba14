"""Names of people for tests: everyday ones, those of Huế's mountains and of Chinese families, firms; and their damage.

Made up from tables of their own, not from those of the product.
"""

import random
import unicodedata


def _words(text):
    return text.split()


def _listed(names):
    return names.strip().replace("\n", "").split("|")


FAMILIES = _words("""
Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai
Trịnh Đào Đoàn Lương Trương Tạ Hà Cao Châu Lưu Tô Thái Tăng Tôn Công La Phùng Kiều Quách Từ Văn Hứa Đàm Thân
Lại Cù Chu Nghiêm Bạch Khổng Trà Mạc Viên Thạch Cái Hồng Đồng Ông Nhan Ưng Bửu Vĩnh Lã Doãn Quản Ninh Tống
Vương Âu Tiêu Lục Thiều Triệu Diệp Giang Khuất Phó Kim Từ Lâm Mã Ma Mẫn Mẫu Mông Nhữ Nông Phí Sầm Tưởng Ty
Uông Vi Viêm Xa Yên
""")
MIDDLES = _words("""
Thị Thị Thị Thị Văn Văn Văn Hữu Đức Minh Ngọc Thanh Thành Hồng Kim Xuân Thu Quang Quốc Bảo Gia Hoài Thùy Thúy
Thủy Tuyết Ánh Bích Cẩm Đình Công Mạnh Hải Như Diễm Khánh Phước Nhật Anh Tấn Trọng Viết Bá Duy Mỹ Phương Quỳnh
Tường Vĩnh Nữ Đăng Thế Thiên Trung Việt Huy Khắc Tiến Xuân Hà Hoàng Lan Yến Lệ Mộng Uyên Thảo Tố Trúc Hạnh
Đông Nguyên Vũ Thái Nam Sĩ Trí Phú Chí Cao Tuấn Doãn Danh
""")
GIVEN = _words("""
An Anh Ánh Ân Bảo Bích Bình Cảnh Châu Chi Chiến Chung Cúc Cường Danh Diệp Diệu Dũng Duy Duyên Dương Đại Đạt
Điệp Định Đông Đức Giang Hà Hạ Hải Hạnh Hào Hảo Hằng Hân Hậu Hiền Hiếu Hiệp Hòa Hoà Hoa Hoài Hoàn Hoàng Hồng
Huệ Hùng Huy Huyền Hưng Hương Hường Khải Khanh Khánh Khoa Khôi Kiên Kiệt Kiều Lam Lan Lài Liên Liễu Linh Loan
Long Lộc Lợi Luân Lực Lương Ly Lý Mai Mận Mẫn Mạnh Minh Mỹ My Nam Nga Ngà Ngân Nghĩa Ngọc Nguyên Nguyệt Nhàn
Nhân Nhật Nhi Nhung Như Oanh Phát Phong Phú Phúc Phụng Phương Phượng Quân Quang Quế Quốc Quý Quyên Quyết Quỳnh
Sang Sáng Sen Sinh Sơn Sương Tài Tâm Tân Thạch Thái Thanh Thành Thảo Thắm Thắng Thi Thiện Thịnh Thọ Thoa Thơ
Thơm Thu Thuận Thủy Thuỷ Thúy Thuý Thư Thương Tiên Tiến Tín Toàn Toản Trang Trâm Trân Trí Trinh Trọng Trung
Trúc Trường Tú Tuấn Tuệ Tùng Tuyền Tuyết Tư Tươi Tường Uyên Vân Vi Việt Vinh Vĩnh Vũ Vương Vy Xuân Xuyến Yên
Yến Ý Ngoan Khiêm Chương Lành Nết Bông Búp Bé Tèo Cu Gái Lẫm Đính Dần Tỵ Hợi Sửu Thìn Mùi Ngọ Bường Cẩn Đệ Hóa
Khoái Lựu Mơ Nhường Ổi Phấn Rạng Soạn Tạo Ước Vượng Xoan Đượm Thoại Sự Chức
""")
OF_THE_MOUNTAINS = _listed("""
Hồ Văn Ngoan|Kăn Thị Hằng|Pơ Loong Thị Bê|A Rất Blúi|Alăng Mai|Bhling Hạnh|Bríu Liếc|Zơ Râm Thị Nhên|
Ra Pát A Ray|Coor Thị Nghệ|Ating Tưr|A Viết Sinh|Cơlâu Nghi|Hốih Dư|Bnướch Bao|Pơloong Plênh|Ríah Dung|
Tơ Ngôl Vui|Arâl Lập|Blúp Thị Xen|Bhnướch Kaly|Hôih Mia|Zơrâm Buôn|Ker Tíc|Abing Pứp|Kê Sửu|Quỳnh Quyên|Ku Nô|
Vỗ Xuân Hơn|Pả Hang|Cu Lai A Dâng|Hồ Thị Kăn Đhớ|A Moong Nhấp|Viên Xuân Hải|Pi Hôih Cưa|Trần Thị Kăn Lang|
Côn Hum|Lê Văn Trưl|Kon Hờơ|Hồ A Nun|Kăn Tréc|Pả Tiêm|Ăm Mật|A Kiêng Thị Tr'nghi|Bh'riu Pố|Tà Ngôn|
Pa Loong Bớp|Rapat Nhân|Y Kông|Nay H'Blum|Ksor Phước|Rơ Châm Yơn|Siu Black|Ya Đuk|K'Brôi|Hồ Ray|Plăm Đương|
La Lay|Ă Viết Thị Nhi|Avô Tô Phương|Clâu Blao|Jơ Ngưh|Arất Thị Huyên|Tàng Giàng Páo|Giàng A Sùng|Lò Thị Ón|
Vàng Thị Mỷ|Cầm Bá Xuyên|Hờ A Dế|Thào Mí Già|Sùng Thị Xế|Ma Seo Chứ|Lù Văn Pẻng|Quàng Văn Ơn|Đinh Y Nhăm|
Nguyễn Thị Kăn Hoa
""")
OF_CHINESE_FAMILIES = _listed("""
Lâm Chấn Huy|Trịnh Vĩnh Phúc|Quách Phú Thành|Voòng A Pẩu|Lỷ Sám Múi|Tằng A Sáng|Chíu Sì Múi|Sú Vĩnh Phát|
Coóng Nhật Lẩy|Phoòng Tắc Sáng|Tsàn A Lộc|Chắng Nhì Múi|Vòng Cún Dếnh|Lềnh Hỷ|Nình A Sềnh|Giềng Thị Liên|
Dịp A Cú|Hỷ Kiến Minh|Ong Soon Hock|Wong Kar Wai|Lee Min Ho|Huỳnh Tiểu Hương|Trần Bội Cơ|Lưu Vĩ An|
Vương Hớn Minh|Lý Tiểu Long|Thái Bửu Tường|Ngụy Thanh Hào|Quan Vĩnh Kiến|Tô Mậu Thuận|Lương Thế Quảng|
Mạch Tuyết Nga|Ôn Chí Cường|Trầm Bê|Đường Tú Anh|Lữ Bội Dinh|Hàng Chí Hùng|Vày Cá Mùi|Sằn Lục Múi|Tắc Sìu Vay|
Slầm A Phát|Thòng Chíng Phu|Chề Nhật Quay|Lày Cún Phí|Chung Chí Công
""")
OTHERS = _listed("""
Jean-François Müller|Anne-Marie Dupré|Công ty TNHH MTV Thương mại & Dịch vụ Hoà Bình|Trường THCS số 2 Phú Bài|
UBND phường Phú Xuân|Hợp tác xã Nông nghiệp 1|Công ty CP Xây dựng A2|Chi nhánh Viettel Huế|Nguyen Van An|
TRAN THI HOA|Công Tằng Tôn Nữ Phước Hiếu|Tôn Thất Bửu Nam|Park Ji Sung|Kim Soo Hyun|Alexander Fox|Loïc Besson|
José Peña|Bà Bé (mẹ anh Tý)|Ng. T. Hoa|Nguyễn Văn An - Trần Thị Bê|Sr. Maria Nguyễn Thị Hoa|HỒ VĂN NGOAN|
Nguyễn Thị Ái Như Ý|Chùa Từ Đàm
""")

TCVN3 = dict(
    zip(
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        bytes.fromhex(
            "a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcdddedfe1e2e3e4e5e6e7e8e9eaebecedee"
            "eff1f2f3f4f5f6f7f8f9fafbfcfdfea1a2a3a4a5a6a7"
        ).decode("latin-1"),
        strict=True,
    )
)
TONES = {"\u0300": "f2", "\u0301": "s1", "\u0309": "r3", "\u0303": "x4", "\u0323": "j5"}
SHAPES = {"\u0302": "6", "\u0306": "8", "\u031b": "7"}
VNI_TONE = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
VNI_ROUND = {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
VNI_SHORT = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}


def everyday(n, seed=1):
    """Return so many different names as lists of results are full of them."""
    chance, found = random.Random(seed), {}
    while len(found) < n:
        middle = chance.sample(MIDDLES, chance.choice((0, 1, 1, 1, 1, 2)))
        found[" ".join([chance.choice(FAMILIES), *middle, chance.choice(GIVEN)])] = None
    return list(found)


def good(n, seed=2):
    """Return so many good names of all kinds: two thirds everyday, the rest from the mountains, Chinese and others."""
    special = [*OF_THE_MOUNTAINS, *OF_CHINESE_FAMILIES, *OTHERS]
    chance = random.Random(seed)
    mixed = [
        f"{chance.choice(special).split()[0]} {chance.choice(MIDDLES)} {chance.choice(GIVEN)}" for _ in range(n // 5)
    ]
    names = [*special, *mixed][: n // 3]
    return names + everyday(n - len(names), seed)


def letters(name):
    """Yield each letter of a name as plain letter, shape and tone."""
    for c in unicodedata.normalize("NFC", name):
        if c in "đĐ":
            yield "d" if c == "đ" else "D", "-", ""
            continue
        first, *marks = unicodedata.normalize("NFD", c)
        yield first, "".join(m for m in marks if m in SHAPES), "".join(m for m in marks if m in TONES)


def in_tcvn3(name):
    """Return the name in TCVN3, read as Latin-1; capitals with tones are small letters in a font of capitals."""
    return "".join(TCVN3.get(c, TCVN3.get(c.lower(), c)) for c in unicodedata.normalize("NFC", name))


def in_vni(name):
    """Return the name in VNI, read as Latin-1."""
    out = []
    for plain, shape, tone in letters(name):
        low, is_upper = plain.lower(), plain.isupper()
        if shape == "-":
            text = "ñ"
        elif shape == "\u0302":
            text = low + VNI_ROUND[tone]
        elif shape == "\u0306":
            text = low + VNI_SHORT[tone]
        elif shape == "\u031b":
            text = {"o": "ô", "u": "ö"}[low] + VNI_TONE.get(tone, "")
        elif low == "i" and tone:
            text = dict(zip(VNI_TONE, "ìíæóò", strict=True))[tone]
        elif low == "y" and tone == "\u0323":
            text = "î"
        else:
            text = low + VNI_TONE.get(tone, "")
        out.append(text[0].upper() + text[1:] if is_upper else text)
    return "".join(out)


def coded_twice(name):
    """Return the name's UTF-8 read as Windows-1252, and what that lacks as Latin-1."""
    out = []
    for byte in unicodedata.normalize("NFC", name).encode():
        try:
            out.append(bytes([byte]).decode("cp1252"))
        except UnicodeDecodeError:
            out.append(chr(byte))
    return "".join(out)


def lost(name):
    """Return the name as a program without its letters writes it."""
    return unicodedata.normalize("NFC", name).encode("latin-1", "replace").decode("latin-1")


def lost_to_ascii(name):
    """Return the name with a question mark for every letter beyond ASCII."""
    return unicodedata.normalize("NFC", name).encode("ascii", "replace").decode()


def typed(name, *, keys, is_tone_last):
    """Return the keys pressed for a name: 0 for Telex, 1 for VNI; the tone behind its letter or at the word's end."""
    words = []
    for word in name.split():
        out, end = [], ""
        for plain, shape, tone in letters(word):
            out.append(plain)
            if shape == "-":
                out.append("9" if keys else plain.lower())
            elif shape:
                out.append(SHAPES[shape] if keys else "w" if shape != "\u0302" else plain.lower())
            if tone:
                key = TONES[tone][keys]
                if is_tone_last:
                    end = key
                else:
                    out.append(key)
        words.append("".join(out) + end)
    return " ".join(words)


DAMAGES = {
    "TCVN3": in_tcvn3,
    "TCVN3 in capitals": lambda name: in_tcvn3(name.upper()),
    "VNI": in_vni,
    "VNI in capitals": lambda name: in_vni(name).upper(),
    "UTF-8 coded twice": coded_twice,
    "letters lost": lost,
    "letters lost to ASCII": lost_to_ascii,
    "Telex, tone last": lambda name: typed(name, keys=0, is_tone_last=True),
    "Telex, tone behind its letter": lambda name: typed(name, keys=0, is_tone_last=False),
    "VNI typed, tone last": lambda name: typed(name, keys=1, is_tone_last=True),
    "VNI typed, tone behind its letter": lambda name: typed(name, keys=1, is_tone_last=False),
}
