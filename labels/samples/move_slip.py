"""Sample data of a slip of stops that pass to another courier."""

from __future__ import annotations

from labels.papers import PartyData
from labels.papers.move_slip import MoveLine, MoveSlipData
from labels.samples.made_up import MORNING, OFFICE, PEOPLE, Sample


def move() -> MoveSlipData:
    """Return a slip of five pieces."""
    return MoveSlipData(
        number="CD-2026-000007",
        at=MORNING,
        from_round=12,
        to_round=14,
        reason="Xe hỏng giữa đường",
        giver=PartyData(
            title="Bên giao", organisation=OFFICE, full_name="Trần Quốc Bảo", position="Bưu tá", code="BT012"
        ),
        receiver=PartyData(
            title="Bên nhận", organisation=OFFICE, full_name="Võ Thị Kim Liên", position="Bưu tá", code="BT014"
        ),
        lines=tuple(
            MoveLine(
                position=n,
                s10=f"EY{90_000_200 + n}5VN",
                dossier_code=f"H57.15-261119-{n:04d}",
                recipient=PEOPLE[n % len(PEOPLE)][0],
                commune="phường Thuận Hóa",
                stop=20 + n,
                fee_vnd=135_000 if n % 3 == 0 else 0,
                has_take_back=n % 4 == 1,
            )
            for n in range(1, 6)
        ),
    )


SAMPLES = {"move-slip": Sample(data=(move(),))}
