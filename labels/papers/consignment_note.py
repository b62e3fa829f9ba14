"""Phiếu gửi hồ sơ, the written contract of posting: TT 17/2017/TT-BTTTT Đ9. A5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Block, Codes, Fields, Form, Place, Signatures, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import ContactData, PaperData, by_hand, contact, day, moment, money, papers
from labels.papers.speech import VIETNAMESE
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


def draw(notes: Sequence[ConsignmentNoteData]) -> bytes:
    """Return phiếu gửi hồ sơ, A5, one a page. Raises UnprintableText naming the field."""
    return draw_forms([_consignment_note(clean_data(note)) for note in notes], "Phiếu gửi hồ sơ")


def _consignment_note(note: ConsignmentNoteData) -> Form:
    terms = (
        ("Nhận gửi lúc", moment(note.posted_at, VIETNAMESE)),
        ("Hạn phát", day(note.due_on, VIETNAMESE)),
        ("Dịch vụ", note.service),
        ("Số lượng, khối lượng", _quantity(note)),
        ("Cước, cách trả", note.postage),
        ("Thu hộ", money(note.fee_vnd, VIETNAMESE)),
    )
    blocks: list[Block] = [
        Codes(barcode=note.s10, under=group_code(note.s10), qr=note.token_url),
        Fields(
            pairs=(
                ("Người gửi", contact(note.sender)),
                ("Người nhận", contact(note.recipient)),
            ),
            columns=2,
        ),
        Fields(pairs=terms, columns=2),
        papers("Tài liệu trong bưu gửi", note.papers, VIETNAMESE),
    ]
    if note.take_back:
        blocks.append(papers("Giấy tờ phải thu hồi", note.take_back, VIETNAMESE))
    terms_of_post = " ".join(filter(None, (note.rights, note.liability)))
    blocks += [Words(text=terms_of_post, size=SMALL)] if terms_of_post else []
    sign = by_hand(VIETNAMESE)
    blocks.append(
        Signatures(
            places=(
                Place(title="Đại diện cơ quan", hint=sign, name=note.agency_officer),
                Place(title="Nhân viên bưu chính", hint=sign, name=note.postal_worker),
                Place(title="Người nhận", hint="(ký, ngày giờ)"),
            ),
            height=18,
        )
    )
    return Form(
        size="A5",
        title="PHIẾU GỬI HỒ SƠ",
        number=f"Mã hồ sơ {note.dossier_code}",
        blocks=tuple(blocks),
        issuer=note.operator,
        closer=1,
    )


def _quantity(note: ConsignmentNoteData) -> str:
    n_papers = sum(paper.count for paper in note.papers)
    weight = f", {say_number(note.weight_g)} g" if note.weight_g else ""
    return f"{say_number(n_papers)} tài liệu{weight}"
