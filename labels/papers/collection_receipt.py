"""Giấy biên nhận hồ sơ nhận tại nhà: what a courier took from a citizen, counted and sealed. A5, two copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labels.drawing.blocks import Block, Fields, Form, Mark, Place, Signatures, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import SIGN, ContactData, PaperData, Say, contact, moment, money, page, papers, tongue


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


def draw(many: Sequence[CollectionReceiptData], *, language: str = "vi") -> bytes:
    """Return the receipts, two copies of each. Raises UnprintableText naming the field."""
    say = tongue(language)
    return draw_forms([_form(clean_data(data), say) for data in many], "Biên nhận hồ sơ")


def _form(data: CollectionReceiptData, say: Say) -> Form:
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
                Place(
                    title=say("Người giao", "Citizen"),
                    hint=data.signed or say(*SIGN),
                    name=data.citizen.name,
                    picture=data.signature,
                ),
                Place(title=say("Bưu tá", "Courier"), hint=say(*SIGN), name=data.courier),
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
