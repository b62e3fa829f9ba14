"""Sample data of an end-of-day report."""

from __future__ import annotations

from datetime import date

from labels.papers.day_report import CourierDay, DayReportData, OpenLine
from labels.samples.made_up import DIGEST, EVENING, OFFICE, Sample

_NAMES = ("Trần Quốc Bảo", "Nguyễn Thị Ẵm", "Hồ Văn Ngoan", "Công Tằng Tôn Nữ Phước Diễm Hằng")


def report() -> DayReportData:
    """Return an end-of-day report."""
    couriers = tuple(
        CourierDay(
            courier=f"{_NAMES[n % len(_NAMES)]} (BT{n:03d})",
            loaded=20 + n,
            delivered=17 + n,
            failed=3,
            collected=n % 2,
            fee_vnd=135_000 * n,
        )
        for n in range(7, 14)
    )
    open_lines = tuple(
        OpenLine(
            s10=f"EY{90_000_200 + n}5VN",
            dossier_code=f"H57.15-261119-{n:04d}",
            courier=f"{_NAMES[(7 + n % 7) % len(_NAMES)]} (BT{7 + n % 7:03d})",
            state=("về bưu cục, phát lại 24/11", "bưu tá giữ qua đêm, có phép", "về bưu cục, mời lần hai")[n % 3],
        )
        for n in range(1, 9)
    )
    expected = sum(one.fee_vnd for one in couriers)
    return DayReportData(
        number="BC-2026-000014",
        day=date(2026, 11, 23),
        office=OFFICE,
        closed_at=EVENING,
        closed_by="Nguyễn Văn Thành",
        couriers=couriers,
        open_lines=open_lines,
        fee_expected_vnd=expected,
        fee_counted_vnd=expected,
        chain_head=DIGEST,
    )


SAMPLES = {"day-report": Sample(data=(report(),))}
