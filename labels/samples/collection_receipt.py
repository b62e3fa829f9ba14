"""Sample data of a receipt for a dossier collected at home."""

from __future__ import annotations

from labels.papers import PaperData
from labels.papers.collection_receipt import CollectionReceiptData
from labels.samples.made_up import CENTRE, CITIZEN, COURIER, LINK, MORNING, OFFICE, Sample


def collection() -> CollectionReceiptData:
    """Return a receipt for a dossier collected at home."""
    return CollectionReceiptData(
        number="BN-2026-000007",
        at=MORNING,
        dossier_code="NHS-261123-0004",
        citizen=CITIZEN,
        agency=CENTRE,
        papers=(
            PaperData(name="Đơn đăng ký biến động đất đai", kind="bản chính"),
            PaperData(name="Giấy chứng nhận đã cấp", kind="bản chính"),
            PaperData(name="Hợp đồng tặng cho có công chứng", kind="bản sao", count=2),
        ),
        seal="NP-004417",
        courier=COURIER,
        office=OFFICE,
        token_url=LINK,
    )


SAMPLES = {"collection-receipt": Sample(data=(collection(),))}
