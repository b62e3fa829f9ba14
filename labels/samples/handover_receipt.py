"""Sample data of a handover's minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from labels.papers import PartyData
from labels.papers.handover_receipt import HandoverLineData, HandoverReceiptData
from labels.samples.made_up import CENTRE, DIGEST, POST, S10, Sample, signature, signed_code

NUMBER = "BB-2026-000001"
CODE = signed_code(NUMBER, "centre_to_post")
_FAULT = HandoverLineData(
    position=1, s10=S10, dossier_code="H57.15-261119-0099", fault="có trong danh sách, không có bưu gửi"
)


def receipt(n_lines: int = 14, **changes: Any) -> HandoverReceiptData:
    """Return minutes of so many items, one more listed and not there, without a signed code."""
    lines = tuple(_line(n) for n in range(1, n_lines + 1))
    whole = HandoverReceiptData(
        number=NUMBER,
        title="Biên bản bàn giao bưu gửi",
        manifest_number="DS-2026-000001",
        place=CENTRE,
        at=datetime(2026, 11, 23, 7, 15),  # noqa: DTZ001 - already on people's clocks
        giver=PartyData(
            title="Bên giao",
            organisation=CENTRE,
            full_name="Lê Thị Hoài Thương",
            position="Cán bộ Bộ phận Một cửa",
            signed="(ký trên màn hình 07:20 23/11/2026)",
            signature=signature(),
        ),
        receiver=PartyData(title="Bên nhận", organisation=POST, full_name="Nguyễn Văn Thành", code="BC-017"),
        n_expected=n_lines + 1,
        n_present=n_lines,
        n_documents=sum(line.n_documents for line in lines),
        fee_total_vnd=sum(line.fee_vnd for line in lines),
        digest=DIGEST,
        lines=lines,
        faults=(_FAULT,),
        weight_g=sum(line.weight_g for line in lines),
    )
    return replace(whole, **changes)


def _line(n: int) -> HandoverLineData:
    return HandoverLineData(
        position=n,
        s10=f"EY{90_000_000 + n}5VN",
        dossier_code=f"H57.15-261119-{n:04d}",
        commune=("Phường Thuận Hóa", "Xã Chân Mây - Lăng Cô", "Phường Phú Xuân")[n % 3],
        n_documents=1 + n % 3,
        n_originals=1,
        weight_g=40 + n % 3 * 15,
        fee_vnd=(0, 50_000, 135_000)[n % 3],
        has_take_back=n % 4 == 0,
    )


SAMPLES = {"handover-receipt": Sample(data=(receipt(code=CODE),))}
