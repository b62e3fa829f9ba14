"""The route sheet with whole telephones: only by setting, by a form, kept as a look, given back on the closing page."""

import subprocess

import pytest
from sqlalchemy import select

from postal import custody, models, rounds
from tests import builders as build
from tests.labels.conftest import poppler  # noqa: F401 - a fixture
from tests.postal import day as a_day
from tests.town import published

PARTY = custody.Party(name="Người Ký")
PHONE = "0905120001"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"sheet_phones": "unlocated"})


@pytest.fixture
def walked(database, house, clock):
    """Return the id of a round of two: of the first only the commune is known, of the second the door."""
    clock.now = a_day.MORNING
    with database.write() as session:
        items = build.accepted(session, build.result(1), build.result(2))
        batch = custody.open_batch(build.act(session, build.EVENING), items[0].consignment.issuing_office_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        custody.hand_over(build.act(session, build.EVENING), batch.id, scanned=codes, giver=PARTY, receiver=PARTY)
        made = published(session, "BT001")
        items[0].consignment.precision = models.PointPrecision.COMMUNE
        return made.rounds[0].id, codes


def words_of(answer):
    assert answer.mimetype == "application/pdf", answer.get_data(as_text=True)[:500]
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=answer.data, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_whole_telephones_are_numbered_kept_and_given_back(walked, sign_in, database, clock, poppler):  # noqa: F811
    round_id, codes = walked
    postal = sign_in("postal")
    plain = words_of(postal.get(f"/staff/rounds/{round_id}/sheet.pdf"))
    assert PHONE not in plain
    assert "PD-2026" not in plain
    assert "numbered-sheet" in postal.get(f"/staff/rounds/{round_id}").text
    told = words_of(postal.post(f"/staff/rounds/{round_id}/numbered-sheet.pdf"))
    assert PHONE in told
    assert "0905120002" not in told
    assert "PD-2026-000001" in told
    with database.write() as session:
        (look,) = session.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "phones_printed"))
        assert look.user_id is not None
        assert PHONE not in str(look.facts)
        rounds.start_round(build.act(session, clock.now), round_id, scanned=codes)
    assert "PD-2026-000001" in postal.get(f"/staff/rounds/{round_id}").text
    page = postal.get(f"/staff/rounds/{round_id}/back").text
    assert 'name="sheet" value="PD-2026-000001"' in page
    postal.post(f"/staff/rounds/{round_id}/back", codes="\n".join(codes))
    refused = postal.post(f"/staff/rounds/{round_id}/back/hand-over", money_vnd="0", n_papers="0")
    assert refused.status_code == 303
    assert "Chưa nộp lại phiếu có số điện thoại: PD-2026-000001" in postal.get(refused.location).text
    postal.post(f"/staff/rounds/{round_id}/back/hand-over", money_vnd="0", n_papers="0", sheet="PD-2026-000001")
    with database.read() as session:
        assert session.scalars(select(models.SheetPrint)).one().returned_at is not None
        assert session.get(models.DeliveryRound, round_id).status == "closed"
        assert session.scalars(select(models.Discrepancy).where(models.Discrepancy.kind == "sheet")).all() == []


@pytest.mark.parametrize("who", ["stranger-clerk", "courier"])
def test_nobody_else_prints_one(walked, sign_in, database, who):
    assert sign_in(who).post(f"/staff/rounds/{walked[0]}/numbered-sheet.pdf").status_code in (403, 404, 303)
    with database.read() as session:
        assert session.scalars(select(models.SheetPrint)).all() == []


class TestByDefault:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"sheet_phones": "masked"})

    def test_telephones_are_masked_on_every_sheet(self, walked, sign_in, database, poppler):  # noqa: F811
        postal = sign_in("postal")
        assert "numbered-sheet" not in postal.get(f"/staff/rounds/{walked[0]}").text
        postal.post(f"/staff/rounds/{walked[0]}/numbered-sheet.pdf")
        assert PHONE not in words_of(postal.get(f"/staff/rounds/{walked[0]}/sheet.pdf"))
        with database.read() as session:
            assert session.scalars(select(models.SheetPrint)).all() == []
