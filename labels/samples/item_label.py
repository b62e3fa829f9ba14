"""Sample data of item labels."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from labels.papers.item_label import ItemLabelData
from labels.samples.made_up import CENTRE, CENTRE_ADDRESS, LINK, PEOPLE, S10, WARNING, Sample

_LABEL = ItemLabelData(
    s10=S10,
    token_url=LINK,
    recipient_name=PEOPLE[0][0],
    address="12/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Vỹ Dạ, thành phố Huế",
    commune="Xã Chân Mây - Lăng Cô",
    phone_masked="09xx xxx 123",
    sender_name=CENTRE,
    sender_address=CENTRE_ADDRESS,
    delivery_office="Bưu cục Chân Mây - Lăng Cô",
    dossier_code="H57.15-261119-0001",
    posted_on=date(2026, 11, 23),
    due_on=date(2026, 11, 26),
    fee_vnd=135_000,
    has_take_back=True,
    n_documents=3,
    warning=WARNING,
)


def label(**changes: Any) -> ItemLabelData:
    """Return a label with the longest name of a commune and a long name of a person."""
    return replace(_LABEL, **changes)


SAMPLES = {
    "item-label-100x150": Sample(data=(label(),)),
    "item-label-a6-reprint": Sample(
        data=(label(reprint_number=1, fee_vnd=0, round_text="12"),), options={"size": "A6"}
    ),
    "item-label-a7": Sample(data=(label(),), options={"size": "A7"}),
    "item-label-a5": Sample(data=(label(),), options={"size": "A5"}),
    "item-label-4-on-a4": Sample(data=tuple(label(round_text=str(n)) for n in range(1, 6)), options={"size": "A4x4"}),
}
