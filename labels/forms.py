"""What goes with one item or stays in one citizen's hand: note, invitation, receipts, of the same blocks.

Vietnamese first; ``language="en"`` prints the headings in English for a reader who has no Vietnamese. The content
follows TT 17/2017/TT-BTTTT Đ9 and Luật Bưu chính Đ17.
"""

from __future__ import annotations

from collections.abc import Sequence

from labels.cleaning import clean_data
from labels.form import Block, Codes, Fields, Form, Mark, Signatures, Ticks, Words, draw_forms
from labels.form_data import AbsenceCardData, CollectionReceiptData, ConsignmentNoteData, FeeReceiptData
from labels.form_parts import SIGN, Say, contact, day, moment, money, page, papers, tongue
from labels.text import SMALL
from labels.words import group_code, in_words, say_money

_BRING = (
    (
        "CCCD, hộ chiếu hoặc VNeID của người nhận",
        "Recipient's identity card, passport or VNeID",
    ),
    (
        "Nếu nhận thay: giấy ủy quyền và giấy tờ tùy thân của người được ủy quyền",
        "If somebody else receives: written authorisation and their own identity card",
    ),
)


def consignment_notes(notes: Sequence[ConsignmentNoteData], *, language: str = "vi") -> bytes:
    """Return phiếu gửi hồ sơ, A5, one a page. Raises UnprintableText naming the field."""
    say = tongue(language)
    return draw_forms([_consignment_note(clean_data(note), say) for note in notes], "Phiếu gửi hồ sơ")


def _consignment_note(note: ConsignmentNoteData, say: Say) -> Form:
    terms = (
        (say("Nhận gửi lúc (J)", "Accepted at (J)"), moment(note.posted_at, say)),
        (say("Hạn phát", "Due"), day(note.due_on, say)),
        (say("Dịch vụ", "Service"), note.service),
        (say("Số lượng, khối lượng", "Quantity, weight"), _quantity(note, say)),
        (say("Cước, cách trả", "Postage, how paid"), note.postage),
        (say("Thu hộ", "To collect"), money(note.fee_vnd, say)),
    )
    blocks: list[Block] = [
        Codes(barcode=note.s10, under=group_code(note.s10), qr=note.token_url),
        Fields(
            pairs=(
                (say("Người gửi", "Sender"), contact(note.sender)),
                (say("Người nhận", "Recipient"), contact(note.recipient)),
            ),
            columns=2,
        ),
        Fields(pairs=terms, columns=2),
        papers(say("Tài liệu trong bưu gửi", "Documents inside"), note.papers, say),
    ]
    if note.take_back:
        blocks.append(papers(say("Giấy tờ phải thu hồi", "Papers to take back"), note.take_back, say))
    terms_of_post = " ".join(filter(None, (note.rights, note.liability)))
    blocks += [Words(text=terms_of_post, size=SMALL)] if terms_of_post else []
    sign = say(*SIGN)
    blocks.append(
        Signatures(
            places=(
                (say("Đại diện cơ quan", "For the agency"), sign, note.agency_officer),
                (say("Nhân viên bưu chính", "Postal worker"), sign, note.postal_worker),
                (say("Người nhận", "Recipient"), say("(ký, ngày giờ)", "(signature, date, time)"), ""),
            ),
            height=18,
        )
    )
    return Form(
        size="A5",
        title=say("PHIẾU GỬI HỒ SƠ", "CONSIGNMENT NOTE"),
        number=f"{say('Mã hồ sơ', 'Dossier')} {note.dossier_code}",
        blocks=tuple(blocks),
        issuer=note.operator,
        closer=1,
        page=page(say),
    )


def _quantity(note: ConsignmentNoteData, say: Say) -> str:
    n_papers = sum(paper.count for paper in note.papers)
    weight = f", {note.weight_g} g" if note.weight_g else ""
    return f"{n_papers} {say('tài liệu', 'papers')}{weight}"


def absence_cards(cards: Sequence[AbsenceCardData], *, language: str = "vi") -> bytes:
    """Return giấy mời nhận bưu gửi, A6, one a page: nothing on it says what the envelope holds."""
    say = tongue(language)
    return draw_forms([_absence_card(clean_data(card), say) for card in cards], "Giấy mời nhận bưu gửi")


def _absence_card(card: AbsenceCardData, say: Say) -> Form:
    came = say(
        f"Bưu tá đã đến lúc {moment(card.tried_at, say)}. {card.reason}.",
        f"The courier came at {card.tried_at:%H:%M %d/%m/%Y}. {card.reason}.",
    )
    where = ", ".join(part for part in (card.office_name, card.office_address, card.office_hours) if part) + "."
    phone = (
        say(f"Điện thoại bưu cục: {card.office_phone}.", f"Phone: {card.office_phone}.") if card.office_phone else ""
    )
    keep = day(card.keep_until, say)
    kept = say(f"Giữ đến hết {keep}.", f"Kept until {keep}.") if keep else ""
    bring = [say(*one) for one in _BRING]
    bring += [say(f"Giấy tờ nộp lại: {p.name}", f"Hand back: {p.name}") for p in card.take_back]
    bring += [say(f"Tiền: {say_money(card.fee_vnd)}", f"Money: {say_money(card.fee_vnd)}")] if card.fee_vnd else []
    blocks: tuple[Block, ...] = (
        Codes(barcode=card.s10, under=group_code(card.s10), qr=card.token_url),
        Fields(
            pairs=(
                (say("Kính gửi", "To"), card.recipient_name),
                (say("Người gửi", "Sender"), card.sender_name),
            )
        ),
        Words(text=came, size=SMALL),
        Words(text=card.next_try, is_bold=True, size=SMALL),
        Words(text=say(f"Nhận tại bưu cục: {where}", f"At the post office: {where}"), size=SMALL),
        *([Words(text=f"{kept} {phone}".strip(), size=SMALL)] if kept or phone else []),
        Words(text=say("Mang theo", "Bring"), is_bold=True, size=SMALL),
        Ticks(texts=tuple(bring), size=SMALL),
        Words(text=say("Quét mã vuông để xem bưu gửi đang ở đâu.", "Scan the square code to follow it."), size=SMALL),
    )
    return Form(
        size="A6",
        title=say("GIẤY MỜI NHẬN BƯU GỬI", "INVITATION TO COLLECT"),
        number=say(f"Mời lần thứ {in_words(card.invitation)}", f"Invitation no. {card.invitation}"),
        blocks=blocks,
        page=page(say),
        closer=3,
    )


def fee_receipt(data: FeeReceiptData, *, language: str = "vi") -> bytes:
    """Return the receipt of fees collected at the door, A5, two copies. Raises UnprintableText."""
    return fee_receipts([data], language=language)


def fee_receipts(many: Sequence[FeeReceiptData], *, language: str = "vi") -> bytes:
    """Return several of them as one PDF. Raises UnprintableText."""
    say = tongue(language)
    return draw_forms([_fee_receipt(clean_data(data), say) for data in many], "Biên nhận thu hộ")


def _fee_receipt(data: FeeReceiptData, say: Say) -> Form:
    blocks = (
        Fields(
            pairs=(
                (say("Người nộp", "Paid by"), data.payer_name),
                (say("Thu hộ cho", "On behalf of"), data.agency),
                (say("Mã hồ sơ", "Dossier"), data.dossier_code),
                (say("Số hiệu bưu gửi", "Item"), group_code(data.s10)),
                (say("Lúc", "At"), moment(data.at, say)),
                (say("Bưu cục", "Office"), data.office),
            ),
            columns=2,
        ),
        Words(text=f"{say('Số tiền', 'Amount')}: {say_money(data.amount_vnd)}", is_bold=True, size=14),
        Words(text=f"{say('Bằng chữ', 'In words')}: {in_words(data.amount_vnd)} đồng."),
        Words(text=say("Chỉ nộp đúng số tiền này.", "Pay this amount only."), size=SMALL),
        Signatures(
            places=(
                (say("Người nộp", "Payer"), say(*SIGN), data.payer_name),
                (say("Người thu", "Collected by"), say(*SIGN), data.courier),
            ),
            height=20,
        ),
    )
    return Form(
        size="A5",
        title=say("BIÊN NHẬN THU HỘ PHÍ, LỆ PHÍ", "RECEIPT FOR FEES COLLECTED"),
        number=f"{say('Số', 'No.')} {data.number}",
        blocks=blocks,
        copies=(say("Bản 1: người nộp giữ", "Copy 1: payer"), say("Bản 2: bưu cục giữ", "Copy 2: post office")),
        mark=Mark(qr=data.token_url, text=say("Quét để đối chiếu", "Scan to compare")),
        page=page(say),
    )


def collection_receipt(data: CollectionReceiptData, *, language: str = "vi") -> bytes:
    """Return the receipt for a dossier fetched at home, A5, two copies. Raises UnprintableText."""
    return collection_receipts([data], language=language)


def collection_receipts(many: Sequence[CollectionReceiptData], *, language: str = "vi") -> bytes:
    """Return several of them as one PDF. Raises UnprintableText."""
    say = tongue(language)
    return draw_forms([_collection_receipt(clean_data(data), say) for data in many], "Biên nhận hồ sơ")


def _collection_receipt(data: CollectionReceiptData, say: Say) -> Form:
    pledge = say(
        "Hai bên đã cùng đếm, bưu tá đóng gói và niêm phong trước mặt người giao. Thời hạn giải quyết tính từ khi cơ "
        "quan tiếp nhận, không tính từ lúc này.",
        "Counted by both; packed and sealed before the citizen. The procedure's time runs from the agency's reception.",
    )
    blocks: tuple[Block, ...] = (
        Fields(
            pairs=(
                (say("Người giao hồ sơ", "Handed over by"), contact(data.citizen)),
                (say("Nơi nhận", "For"), data.agency),
                (say("Lúc", "At"), moment(data.at, say)),
                (say("Số niêm phong", "Seal"), data.seal),
                (say("Thu hộ", "Collected"), money(data.fee_vnd, say)),
                (say("Bưu cục", "Office"), data.office),
            ),
            columns=2,
        ),
        papers(say("Thành phần hồ sơ", "Documents"), data.papers, say),
        Words(text=pledge, size=SMALL),
        *([Words(text=data.due_note, size=SMALL)] if data.due_note else []),
        Signatures(
            places=(
                (say("Người giao", "Citizen"), say(*SIGN), data.citizen.name),
                (say("Bưu tá", "Courier"), say(*SIGN), data.courier),
            ),
            height=20,
        ),
    )
    return Form(
        size="A5",
        title=say("GIẤY BIÊN NHẬN HỒ SƠ TẠI NHÀ", "RECEIPT FOR A DOSSIER COLLECTED AT HOME"),
        number=f"{say('Số', 'No.')} {data.number} · {data.dossier_code}",
        blocks=blocks,
        copies=(say("Bản 1: người dân giữ", "Copy 1: citizen"), say("Bản 2: bưu cục giữ", "Copy 2: post office")),
        mark=Mark(qr=data.token_url, text=say("Quét để theo dõi", "Scan to follow")),
        page=page(say),
    )
