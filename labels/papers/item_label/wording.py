"""The headings of a label in both languages."""

from __future__ import annotations

WORDS = {
    "vi": {
        "head": "BƯU CHÍNH CÔNG ÍCH",
        "sub": "Trả kết quả thủ tục hành chính",
        "from": "Người gửi",
        "to": "Người nhận",
        "phone": "Điện thoại",
        "office": "Bưu cục phát",
        "round": "Chuyến",
        "posted": "Ngày nhận gửi (J)",
        "due": "Hạn phát",
        "none": "Không thu tiền",
        "fee": "Thu",
        "hand": "Phát tận tay, xem giấy tờ",
        "take_back": "Thu hồi giấy tờ cũ",
        "outside": "GỬI NGOÀI TỈNH",
        "papers": "tài liệu",
        "reprint": "Bản in lại lần",
        "sign": "Người nhận ký, ghi rõ họ tên, ngày giờ",
        "track": "Tra cứu",
    },
    "en": {
        "head": "PUBLIC POSTAL SERVICE",
        "sub": "Result of an administrative procedure",
        "from": "Sender",
        "to": "Recipient",
        "phone": "Phone",
        "office": "Delivery office",
        "round": "Round",
        "posted": "Posted (J)",
        "due": "Due",
        "none": "Nothing to pay",
        "fee": "Collect",
        "hand": "Into the hand, see ID",
        "take_back": "Take old papers back",
        "outside": "OUT OF PROVINCE",
        "papers": "papers",
        "reprint": "Reprint no.",
        "sign": "Received: signature, name, date and time",
        "track": "Track",
    },
}


def wording(language: str) -> dict[str, str]:
    """Return the headings of a language; ValueError for one we have no words in."""
    if language not in WORDS:
        raise ValueError("papers are printed in vi or en")
    return WORDS[language]
