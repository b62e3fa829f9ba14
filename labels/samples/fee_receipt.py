"""Sample data of a receipt for fees."""

from __future__ import annotations

from labels.papers.fee_receipt import FeeReceiptData
from labels.samples.made_up import CENTRE, CITIZEN, COURIER, LINK, MORNING, OFFICE, S10, Sample, signature


def fee() -> FeeReceiptData:
    """Return a receipt for fees."""
    return FeeReceiptData(
        number="TH-2026-000018",
        at=MORNING,
        s10=S10,
        dossier_code="H57.15-261119-0001",
        payer_name=CITIZEN.name,
        agency=CENTRE,
        amount_vnd=135_000,
        office=OFFICE,
        courier=COURIER,
        token_url=LINK,
        signed="(ký trên màn hình 09:40 23/11/2026)",
        signature=signature(),
    )


SAMPLES = {"fee-receipt": Sample(data=(fee(),))}
