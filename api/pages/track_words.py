"""What the tracking page says, in both languages. Plain words; never a name of a procedure."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "vi": {
        "title": "Tra cứu kết quả trả tận nhà",
        "lead": "Ông/Bà nhập mã hồ sơ hoặc số hiệu bưu gửi và 4 số cuối của điện thoại đã đăng ký.",
        "code": "Mã hồ sơ hoặc số hiệu bưu gửi",
        "code_hint": "Ví dụ H57.15-261119-0001, hoặc mã 13 ký tự in trên phong bì",
        "tail": "4 số cuối điện thoại",
        "tail_hint": "Điện thoại Ông/Bà ghi khi nộp hồ sơ",
        "look": "Xem",
        "no_phone": "Không có điện thoại: quét mã vuông in trên phiếu hoặc trên nhãn để xem.",
        "not_found": "Không tìm thấy, hoặc 4 số chưa đúng. Ông/Bà kiểm tra lại mã và số điện thoại. "
        "Nếu đã thử nhiều lần, xin đợi đến ngày mai hoặc quét mã vuông trên nhãn.",
        "link_dead": "Đường dẫn này không còn mở được. Ông/Bà tra bằng mã hồ sơ và 4 số cuối điện thoại.",
        "heading": "Kết quả của Ông/Bà",
        "next": "Tiếp theo:",
        "bring": "Ông/Bà chuẩn bị",
        "history": "Đã diễn ra",
        "recipient": "Người nhận:",
        "warning": "Bưu tá chỉ thu đúng số tiền ghi ở đây và ghi trên nhãn. Ai đòi thêm tiền, hoặc gọi đòi chuyển "
        "khoản trước, không phải là bưu tá của chúng tôi.",
        "another": "Tra mã khác",
        "foot": "Dịch vụ bưu chính công ích trả kết quả thủ tục hành chính, thành phố Huế",
        "since": "từ",
    },
    "en": {
        "title": "Track a result delivered to your home",
        "lead": "Enter the dossier code or the item code, and the last 4 digits of the phone you registered.",
        "code": "Dossier code or item code",
        "code_hint": "For example H57.15-261119-0001, or the 13 characters on the envelope",
        "tail": "Last 4 digits of the phone",
        "tail_hint": "The phone you gave with your application",
        "look": "Look up",
        "no_phone": "No phone: scan the square code on your slip or on the label instead.",
        "not_found": "Nothing found, or the 4 digits are not right. Please check the code and the phone number. "
        "After several tries, wait until tomorrow or scan the square code on the label.",
        "link_dead": "This link no longer opens. Use the dossier code and the last 4 digits of the phone.",
        "heading": "Your result",
        "next": "Next:",
        "bring": "Please have ready",
        "history": "What has happened",
        "recipient": "Recipient:",
        "warning": "The courier collects exactly the amount shown here and on the label. Anyone who asks for more, or "
        "calls for a transfer beforehand, is not our courier.",
        "another": "Look up another code",
        "foot": "Public postal service returning administrative results, Huế city",
        "since": "since",
    },
}
