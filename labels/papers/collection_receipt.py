"""Giấy biên nhận hồ sơ nhận tại nhà: what a courier took from a citizen, counted and sealed. A5, two copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labels.drawing.blocks import Block, Fields, Form, Mark, Place, Signatures, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import ContactData, PaperData, by_hand, contact, moment, money, page, papers
from labels.papers.speech import VIETNAMESE, Speech


@dataclass(frozen=True, kw_only=True)
class CollectionReceiptData:
    """Giấy biên nhận hồ sơ nhận tại nhà: what the courier took, counted and sealed before the citizen.

    ``signature`` is what the citizen drew on the courier's screen, ``signed`` when; both empty where paper was signed.
    """

    number: str
    at: datetime
    dossier_code: str
    citizen: ContactData
    agency: str
    papers: tuple[PaperData, ...]
    seal: str
    courier: str
    office: str
    token_url: str
    fee_vnd: int = 0
    due_note: str = ""
    signed: str = ""
    signature: bytes = b""


def draw(many: Sequence[CollectionReceiptData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return the receipts, two copies of each. Raises UnprintableText naming the field."""
    return draw_forms([_form(clean_data(data), say) for data in many], say("Biên nhận hồ sơ"))


def _form(data: CollectionReceiptData, say: Speech) -> Form:
    pledge = say(
        "Hai bên đã cùng đếm, bưu tá đóng gói và niêm phong trước mặt người giao. Thời hạn giải quyết tính từ khi cơ "
        "quan tiếp nhận, không tính từ lúc này."
    )
    blocks: tuple[Block, ...] = (
        Fields(
            pairs=(
                (say("Người giao hồ sơ"), contact(data.citizen)),
                (say("Nơi nhận"), data.agency),
                (say("Lúc"), moment(data.at, say)),
                (say("Số niêm phong"), data.seal),
                (say("Thu hộ"), money(data.fee_vnd, say)),
                (say("Bưu cục"), data.office),
            ),
            columns=2,
        ),
        papers(say("Thành phần hồ sơ"), data.papers, say),
        Words(text=pledge, size=SMALL),
        *([Words(text=data.due_note, size=SMALL)] if data.due_note else []),
        Signatures(
            places=(
                Place(
                    title=say("Người giao"),
                    hint=data.signed or by_hand(say),
                    name=data.citizen.name,
                    picture=data.signature,
                ),
                Place(title=say("Bưu tá"), hint=by_hand(say), name=data.courier),
            ),
            height=20,
        ),
    )
    return Form(
        size="A5",
        title=say("GIẤY BIÊN NHẬN HỒ SƠ TẠI NHÀ"),
        number=say("Số {number}", number=f"{data.number} · {data.dossier_code}"),
        blocks=blocks,
        copies=(say("Bản 1: người dân giữ"), say("Bản 2: bưu cục giữ")),
        mark=Mark(qr=data.token_url, text=say("Quét để theo dõi")),
        page=page(say),
    )
