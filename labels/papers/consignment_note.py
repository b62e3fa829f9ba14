"""Phiếu gửi hồ sơ, the written contract of posting: TT 17/2017/TT-BTTTT Đ9. A5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Block, Codes, Fields, Form, Place, Signatures, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import SIGN, ContactData, PaperData, Say, contact, day, moment, money, page, papers, tongue
from labels.papers.words import group_code, say_number


@dataclass(frozen=True, kw_only=True)
class ConsignmentNoteData:
    """Phiếu gửi hồ sơ, the written contract of posting (TT 17/2017/TT-BTTTT Đ9). ``postage`` is in words."""

    s10: str
    dossier_code: str
    token_url: str
    sender: ContactData
    recipient: ContactData
    papers: tuple[PaperData, ...]
    take_back: tuple[PaperData, ...] = ()
    posted_at: datetime | None = None
    due_on: date | None = None
    weight_g: int = 0
    service: str = ""
    postage: str = ""
    fee_vnd: int = 0
    rights: str = ""
    liability: str = ""
    operator: str = ""
    agency_officer: str = ""
    postal_worker: str = ""


def draw(notes: Sequence[ConsignmentNoteData], *, language: str = "vi") -> bytes:
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
                Place(title=say("Đại diện cơ quan", "For the agency"), hint=sign, name=note.agency_officer),
                Place(title=say("Nhân viên bưu chính", "Postal worker"), hint=sign, name=note.postal_worker),
                Place(title=say("Người nhận", "Recipient"), hint=say("(ký, ngày giờ)", "(signature, date, time)")),
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
    weight = f", {say_number(note.weight_g)} g" if note.weight_g else ""
    return f"{say_number(n_papers)} {say('tài liệu', 'papers')}{weight}"
