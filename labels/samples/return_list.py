"""Sample data of a list of returned items."""

from __future__ import annotations

from labels.papers.return_list import ReturnLine, ReturnListData
from labels.samples.made_up import CENTRE, DIGEST, EVENING, GIVER, OFFICE, RECEIVER, Sample


def returns() -> ReturnListData:
    """Return a list of returned items."""
    reasons = ("Từ chối nhận", "Địa chỉ sai, không đầy đủ", "Đã mời hai lần, không đến nhận")
    return ReturnListData(
        number="CH-2026-000002",
        at=EVENING,
        office=OFFICE,
        agency=CENTRE,
        giver=GIVER,
        receiver=RECEIVER,
        lines=tuple(
            ReturnLine(
                position=n,
                s10=f"EY{90_000_100 + n}5VN",
                dossier_code=f"H57.15-261118-{n:04d}",
                reason=reasons[n % 3],
                attempts="23/11 09:40; 25/11 10:05" if n % 3 == 2 else "23/11 09:40",
                n_documents=1 + n % 2,
            )
            for n in range(1, 7)
        ),
        digest=DIGEST,
    )


SAMPLES = {"return-list": Sample(data=(returns(),))}
