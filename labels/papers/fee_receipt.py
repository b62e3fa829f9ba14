"""Biên nhận thu hộ phí, lệ phí: what a citizen paid at the door. A5, two copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labels.drawing.blocks import Fields, Form, Mark, Place, Signatures, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import by_hand, moment, page
from labels.papers.speech import VIETNAMESE, Speech
from labels.papers.words import group_code


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


def draw(many: Sequence[FeeReceiptData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return the receipts, two copies of each. Raises UnprintableText naming the field."""
    return draw_forms([_form(clean_data(data), say) for data in many], say("Biên nhận thu hộ"))


def _form(data: FeeReceiptData, say: Speech) -> Form:
    blocks = (
        Fields(
            pairs=(
                (say("Người nộp"), data.payer_name),
                (say("Thu hộ cho"), data.agency),
                (say("Mã hồ sơ"), data.dossier_code),
                (say("Số hiệu bưu gửi"), group_code(data.s10)),
                (say("Lúc"), moment(data.at, say)),
                (say("Bưu cục"), data.office),
            ),
            columns=2,
        ),
        Words(text=say("Số tiền: {amount}", amount=say.money(data.amount_vnd)), is_bold=True, size=14),
        Words(text=say("Bằng chữ: {amount} đồng.", amount=say.in_words(data.amount_vnd))),
        Words(text=say("Chỉ nộp đúng số tiền này."), size=SMALL),
        Signatures(
            places=(
                Place(
                    title=say("Người nộp"),
                    hint=data.signed or by_hand(say),
                    name=data.payer_name,
                    picture=data.signature,
                ),
                Place(title=say("Người thu"), hint=by_hand(say), name=data.courier),
            ),
            height=20,
        ),
    )
    return Form(
        size="A5",
        title=say("BIÊN NHẬN THU HỘ PHÍ, LỆ PHÍ"),
        number=say("Số {number}", number=data.number),
        blocks=blocks,
        copies=(say("Bản 1: người nộp giữ"), say("Bản 2: bưu cục giữ")),
        mark=Mark(qr=data.token_url, text=say("Quét để đối chiếu")),
        page=page(say),
    )
