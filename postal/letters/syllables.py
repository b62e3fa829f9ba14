"""Vietnamese syllables: which letters can make one, and which of them people bear as names."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from itertools import product

Syllable = tuple[str, str]
"""Letters without their tone, and the tone as a combining mark ("" for the level one)."""

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_STOPPED = ("\u0301", "\u0323")  # syllables that end in c, ch, p, t have one of these tones
_ONSETS = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "r",
    "s", "t", "th", "tr", "v", "x",
]  # fmt: skip
_RHYMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê êch
êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot oong ooc oa oac
oach oai oam oan oang oanh oao oap oat oay oe oen oeo oet oăc oăm oăn oăng oăp oăt ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm
ơn ơp ơt u ua uc ui um un ung up ut uân uâng uât uây uê uêch uên uênh uơ uy uya uych uyên uyêt uyn uynh uyp uyt uyu
uôc uôi uôm uôn uông uôp uôt ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y
"""
_ALONE = """
yêm yên yêng yêt yêu
"""
_AFTER_QU = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec en eng eo et ê êch ên ênh
êt i in inh it ich iêt iên o ơ ơi ơn ơt y yên yêt ynh yt ych ya yêu ôc ôi ôn ông ôt
"""
# Syllables of family, middle and given names: what a broken name is turned back to must be one.
_OF_NAMES = """
nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh mai trịnh đào đoàn lương trương tạ hà
cao châu lưu tô thái tăng tôn nữ công tằng la lã mạc vương phùng kiều quách từ triệu khương nghiêm bạch ông âu ung
tống lại lục giang phó chu đàm doãn đồng khổng nông tiêu thân viên hứa kha diệp lư trang văn thị hữu đức minh ngọc
thanh thành hồng kim xuân thu hạ đông quang quốc bảo gia hoài thùy thúy thủy tuyết ánh anh ân an ái bình bích biên
bé ba bảy cẩm cảnh căn cần chi chí chiến chiêu chung chương chức cúc cư cương cường danh diễm diệu doanh dung dũng
duệ duy duyên duyệt dư dự đa đại đàn đạo đạt đăng đằng đắc điền điệp điểu định đoan độ đôn đường đáng đậu đệ đình
đính giàu giao giáp hai hải hạnh hảo hào hằng hân hậu hiên hiền hiển hiệp hiếu hiệu hinh hoa hòa hoan hoàn hoạt
hoằng hòe học hội hợi hợp huân huấn huê huế huệ hùng huy huyên huyền huyến hưng hương hường hướng hưởng khả khai
khải khang khanh khánh khiêm khiết khoa khoan khoát khôi khởi khuê khuyên kiên kiệt kiểm kiếm kính kỉnh kỳ kỷ lai
lam lan lành lãm lãng lâm lân lập lắm lệ liêm liên liễu liệu linh lĩnh loan long lộ lộc lợi lụa luân luận luật luyến
luyện lũy lực lượng lựu ly mạnh mãn mão mậu mẫn mận mến mển mỹ mùi muội mừng mười mơ na nam năm nết nga ngà ngãi
ngạn ngân nghĩa nghi nghị nghiệp nghĩnh nguyên nguyện nguyệt nhạn nhã nhàn nhâm nhân nhẫn nhạc nhất nhật nhi nhị
nhiên nhiệm nhơn nhu nhung nhuận như nhường nhựt oanh oánh phái phát phấn phẩm pháp phận phi phước phong phòng phố
phổ phu phú phúc phụng phương phượng quá quân quản quảng quế quí quý quyên quyền quyết quyến quỳnh quy rạng rin sáng
sang sanh sâm sáu sen sinh soạn sơn sương sự sửu sỹ sĩ tài tám tân tấn tâm tạo tập tất tây thạch thạnh tham thạo
thảo thắm thắng thăng thận thật thập thế thể thêm thi thiên thiện thiệp thiết thiệu thìn thịnh thọ thoa thoan thoại
thông thống thơ thơm thới thời thuần thuận thuật thuyên thuyền thuyết thục thư thứ thương thường thưởng thức thạc tí
tiên tiến tiền tiếp tiệp tiết tín tình tịnh tính tỉnh toại toan toàn toản toán tới tố trà trai tráng trâm trân trầm
trí trị triết triển triều trinh trình trọng trúc trung trực trước trường trưởng tú tụ tuân tuấn tuất tuệ tùng túc
tùy tuyên tuyền tuyến tuyển tư tứ tự tươi tương tường tưởng tỵ tý tỷ út uy uyên ứng ưng vạn vân vấn vàng vẻ vệ vi vĩ
vị viễn viện việt vinh vĩnh vịnh vọng vui vụ vững vượng vy vỹ xinh xiêm xuyên xuyến xoan yên yến yểng ý đượm được
bửu tèo sầm mộng mẫu cái nhữ mông nhan ước lài bông búp lẫm bường bôn bốn bằng bắc bang bân cam cẩn chánh chấn chắc
chỉnh chước cơ dần dậu diên dịu giác giảng hàm hàn hiểu hoành khâm khảm kiệm kiện lạc lạng lễ liệt lưỡng lịch mãnh
mật mùa ngôn ngữ nhậm nhài niên ninh nở nương quỹ sắc tảo thao thiều tiềm tốt trác tràng trạch trợ tuế viết xứng cù
ma mã phí uông xa ngọ đẹp đẫm bưởi chanh mít sim ổi gái tủn tơ ty tỉ sớm muộn chót cả bền mịn nghĩ lẹ lé lớn nhỏ rớt
xíu đen đỏ trắng xanh khỏe giỏi bá chúc chúng đảm đang đích đối đôi gấm vóc gương hoạch khuyến khích lâu miễn mộc
nhiễu nho rồng rịa sử tánh tịch tràm trừ tựu vận vè vầy xứ
"""


@lru_cache(maxsize=16_384)
def syllable(word: str) -> Syllable | None:
    """Return the syllable a word of Vietnamese letters writes, None where it writes none.

    A word without any mark may be one typed without accents: "Nguyen", "Viet".
    """
    base, tone = parted(word)
    if base not in _bases() or len(tone) > 1:
        return None
    if base.endswith(("c", "p", "t", "ch")) and tone not in _STOPPED and not (tone == "" and base.isascii()):
        return None
    return base, tone


def parted(word: str) -> Syllable:
    """Return a word's letters without tones, in lower case, and its tones."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tone = "".join(c for c in decomposed if c in _TONES)
    bare = decomposed if not tone else "".join(c for c in decomposed if c not in _TONES)
    return unicodedata.normalize("NFC", bare), tone


def is_of_names(found: Syllable) -> bool:
    """Say whether people bear this syllable in their names."""
    return found in _names()


@cache
def _bases() -> frozenset[str]:
    whole = {onset + rhyme for onset, rhyme in product(_ONSETS, _RHYMES.split())}
    whole |= {"qu" + rhyme for rhyme in _AFTER_QU.split()} | set(_ALONE.split())
    whole |= {"gi" + rhyme[1:] for rhyme in _RHYMES.split() if rhyme.startswith("i")}
    return frozenset(whole | {_bare(base) for base in whole})


@cache
def _names() -> frozenset[Syllable]:
    return frozenset(parted(name) for name in _OF_NAMES.split())


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))
