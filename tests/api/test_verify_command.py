"""`tannha verify` at a terminal: the whole chain, signed heads kept apart, and one sheet of paper alone."""

import base64

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from api.commands import tannha
from postal import chain
from postal.access import audit
from postal.chain import BadSignature
from postal.db import Database, make_engine
from postal.models import AuditEntry, ChainLink, Handover, TrackingEvent
from tests import builders as build
from tests.postal import day as a_day


@pytest.fixture
def database(sqlite_url, monkeypatch):
    """Return a house in which a handover took place, something audited last; its settings are in the environment."""
    values = {
        "TANNHA_DATABASE_URL": sqlite_url,
        "TANNHA_SECRET_KEY": "x" * 40,
        "TANNHA_VAULT_KEYS": base64.b64encode(b"k" * 32).decode(),
        "TANNHA_LOOKUP_KEY": base64.b64encode(b"l" * 32).decode(),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    database = Database(make_engine(sqlite_url), build.vault())
    with database.write() as session:
        a_day.handed_over(session, n=3)
        audit.note(build.act(session, build.EVENING), "set_up_changed", "s10_range", 1, reason="cấp dải số")
    yield database
    database.engine.dispose()


def verify(*arguments):
    return CliRunner().invoke(tannha, ["verify", *map(str, arguments)])


def receipt_code(database):
    with database.read() as session:
        return chain.receipt_code(session, session.scalars(select(Handover.id)).one())


def public_key(database):
    with database.read() as session:
        return chain.signing_keys(session)[0].text


def test_a_sound_chain_says_how_much_it_checked(database):
    answer = verify()
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("11 mắt xích")


def test_a_changed_event_is_named_and_the_command_fails(database):
    with database.write() as session:
        build.lift_guards(session)
        session.execute(update(TrackingEvent).where(TrackingEvent.id == 2).values(reason="SUA"))
    answer = verify()
    assert answer.exit_code == 1
    assert "HỎNG ở mắt xích 2, event 2" in answer.output


def test_a_cut_tail_shows_against_the_signed_head(database, tmp_path):
    heads = tmp_path / "heads"
    assert verify("--anchor", heads).exit_code == 0
    (head,) = heads.glob("head-*.json")
    with database.write() as session:
        build.lift_guards(session)
        last = session.scalars(select(ChainLink).order_by(ChainLink.position.desc()).limit(1)).one()
        assert last.kind == "audit"
        session.execute(delete(AuditEntry))
        session.execute(delete(ChainLink).where(ChainLink.position == last.position))
    assert verify().exit_code == 0
    for kept in (heads, head):
        answer = verify("--heads", kept)
        assert answer.exit_code == 1
        assert "đã bị cắt" in answer.output


def test_a_head_somebody_wrote_is_refused(database, tmp_path):
    heads = tmp_path / "heads"
    verify("--anchor", heads)
    (head,) = heads.glob("head-*.json")
    head.write_text(head.read_text(encoding="utf-8").replace('"position": 11', '"position": 10'), encoding="utf-8")
    assert isinstance(verify("--heads", heads).exception, BadSignature)


def test_one_sheet_of_paper_is_checked_without_a_database_or_settings(database, monkeypatch):
    code, key = receipt_code(database), public_key(database)
    for name in ("TANNHA_DATABASE_URL", "TANNHA_SECRET_KEY", "TANNHA_VAULT_KEYS", "TANNHA_LOOKUP_KEY"):
        monkeypatch.delenv(name)
    answer = verify("--receipt", code, "--public-key", key)
    assert answer.exit_code == 0
    assert "BB-2026-000001" in answer.output
    forged = verify("--receipt", code.replace("*3*3*", "*3*2*"), "--public-key", key)
    assert isinstance(forged.exception, BadSignature)


@pytest.mark.parametrize("forged", [{"n_present": 2}, {"leg": "post_to_centre"}, {"handed_over_at": a_day.MORNING}])
def test_a_sheet_is_held_against_the_database(database, forged):
    code = receipt_code(database)
    assert "Khớp" in verify("--receipt", code).output
    with database.write() as session:
        build.lift_guards(session)
        session.execute(update(Handover).values(**forged))
    answer = verify("--receipt", code)
    assert (answer.exit_code, "HỎNG" in answer.output) == (1, True)


def test_the_public_key_can_be_shown_and_read_out(database):
    lines = verify("--show-key").output.splitlines()
    assert lines == [public_key(database), chain.digest_of_key(public_key(database)), "TN1, –"]
