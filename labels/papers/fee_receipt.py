"""Biên nhận thu hộ phí, lệ phí: what a citizen paid at the door. A5, two copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labels.drawing.blocks import Fields, Form, Mark, Place, Signatures, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import SIGN, Say, moment, page, tongue
from labels.papers.words import group_code, in_words, say_money


@dataclass(frozen=True, kw_only=True)
class FeeReceiptData:
    """Biên nhận thu hộ phí, lệ phí: one dossier's money, to the đồng, in figures and in words.

    ``signature`` is what the payer drew on the courier's screen, ``signed`` when; both empty where paper was signed.
    """

    number: str
    at: datetime
    s10: str
    dossier_code: str
    payer_name: str
    agency: str
    amount_vnd: int
    office: str
    courier: str
    token_url: str
    signed: str = ""
    signature: bytes = b""


def draw(many: Sequence[FeeReceiptData], *, language: str = "vi") -> bytes:
    """Return the receipts, two copies of each. Raises UnprintableText naming the field."""
    say = tongue(language)
    return draw_forms([_form(clean_data(data), say) for data in many], "Biên nhận thu hộ")


def _form(data: FeeReceiptData, say: Say) -> Form:
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
                Place(
                    title=say("Người nộp", "Payer"),
                    hint=data.signed or say(*SIGN),
                    name=data.payer_name,
                    picture=data.signature,
                ),
                Place(title=say("Người thu", "Collected by"), hint=say(*SIGN), name=data.courier),
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
