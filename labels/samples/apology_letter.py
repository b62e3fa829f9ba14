"""Sample data of a letter of apology."""

from __future__ import annotations

from datetime import date

from labels.papers.apology_letter import ApologyLetterData
from labels.samples.made_up import CENTRE, CITIZEN, Sample


def letter() -> ApologyLetterData:
    """Return a letter of apology."""
    return ApologyLetterData(
        number="117/VB-TTPVHCC",
        place="Huế",
        signed_on=date(2026, 11, 20),
        agency=CENTRE,
        addressee=f"Bà {CITIZEN.name}",
        dossier_code="H57.15-261119-0001",
        received_on=date(2026, 11, 2),
        due_on=date(2026, 11, 23),
        reason="Phải lấy ý kiến bổ sung của cơ quan thuế về nghĩa vụ tài chính.",
        new_due_on=date(2026, 11, 30),
        contact="Bộ phận Một cửa, điện thoại 0234 1022",
        signer_title="Giám đốc",
        signer_name="Phan Văn Minh",
    )


SAMPLES = {"apology-letter": Sample(data=(letter(),))}
