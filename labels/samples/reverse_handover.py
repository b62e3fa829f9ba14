"""Sample data of minutes of papers and money given back."""

from __future__ import annotations

from labels.papers.reverse_handover import ReturnedPaperLine, ReverseHandoverData
from labels.samples.made_up import CENTRE, DIGEST, EVENING, GIVER, RECEIVER, Sample, signed_code

NUMBER = "BG-2026-000003"
CODE = signed_code(NUMBER, "post_to_centre")


def minutes() -> ReverseHandoverData:
    """Return minutes of papers and money given back."""
    lines = tuple(
        ReturnedPaperLine(
            position=n,
            s10=f"EY{90_000_000 + n}5VN",
            dossier_code=f"H57.15-261119-{n:04d}",
            papers="Giấy chứng nhận cũ (bản chính)" if n % 3 else "",
            fee_vnd=(0, 50_000, 135_000)[n % 3],
            fee_receipt=f"TH-{n:05d}" if n % 3 else "",
        )
        for n in range(1, 11)
    )
    return ReverseHandoverData(
        number=NUMBER,
        at=EVENING,
        place=CENTRE,
        giver=GIVER,
        receiver=RECEIVER,
        lines=lines,
        n_papers=sum(bool(line.papers) for line in lines),
        fee_total_vnd=sum(line.fee_vnd for line in lines),
        digest=DIGEST,
        code=CODE,
    )


SAMPLES = {"reverse-handover": Sample(data=(minutes(),))}
