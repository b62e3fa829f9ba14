"""What an administrator reads: the audit by person, act and day; the rules of law as they are."""

import ast
import html
import re
from datetime import timedelta
from pathlib import Path

import pytest

from api.pages.set_up.audit_words import ACTIONS, SETTLED, action
from postal import doorstep
from postal.access import audit
from postal.access.policy import command_actor
from postal.bulk import Deed
from postal.rules import photos, reasons
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.shown_forms import forms_on

NOTING = ("note", "audit.note", "_note", "note_answer", "note_audit")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


def test_the_rules_of_law_are_shown_whole_and_no_form_of_the_page_changes_them(admin):
    page = html.unescape(admin.get("/staff/set-up/rules").text)
    for one in reasons.REASONS.values():
        assert one.code in page
        assert one.legal in page
    for word in (*photos.SENSITIVE, *photos.TITLES):
        assert word in page
    assert all("/set-up" not in form.action for form in forms_on(page))


def test_the_audit_is_read_by_person_act_and_day_and_page_by_page(admin, database, clock):
    with database.write() as session:
        for n in range(250):
            act = build.act(session, NOW + timedelta(days=n // 100), by=command_actor(f"lenh-{n % 2}"))
            audit.note(act, "office_added" if n % 5 else "user_added", "office", 1, n=n)
    seen, address = [], "/staff/set-up/audit?action=office_added"
    while address:
        page = admin.get(address).text
        seen += [int(n) for n in re.findall(r"n: (\d+)<", page)]
        found = re.search(r'href="(/staff/set-up/audit\?[^"]*before=[^"]*)"', page)
        address = found and found[1].replace("&amp;", "&")
    assert seen == [n for n in range(249, -1, -1) if n % 5]
    one_day = admin.get("/staff/set-up/audit?from=2026-11-22&until=2026-11-22").text
    assert [int(n) for n in re.findall(r"n: (\d+)<", one_day)] == list(range(249, 199, -1))
    assert admin.get("/staff/set-up/audit?user=khong-co&from=x&before=abc").status_code == 200
    clock.forward(minutes=1)
    granted = {"granted_by": "CV 1", "reason": "CV 1", "confirmed": "1"}
    admin.post("/staff/set-up/ranges", indicator="EB", first="0", last="9", **granted)
    assert "EB 00000000 VN" in admin.get("/staff/set-up/audit?user=admin").text


def test_every_act_the_code_notes_has_words():
    """Read from the code: whatever is noted in the audit, the page of the audit can say."""
    noted, begun = set(), set()
    for folder in ("api", "postal"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in NOTING:
                    for said in node.args[1:2]:
                        begun |= {one.values[0].value for one in ast.walk(said) if isinstance(one, ast.JoinedStr)}
                        choices = [said.body, said.orelse] if isinstance(said, ast.IfExp) else [said]
                        texts = [one.value for one in choices if isinstance(one, ast.Constant)]
                        noted |= {text for text in texts if isinstance(text, str)}
    assert len(noted) > 60
    assert noted - set(ACTIONS) == set()
    ends = {
        "bulk_": Deed,
        "courier_": doorstep.NoteKind,
        "courier_note_": ("approved", "rejected", "seen"),
        "held_act_": ("accepted", "dismissed"),
        "order_": ("closed_road", "remedy", "sequence"),
    }
    assert begun == {*ends, SETTLED}
    assert {f"{start}{end}" for start, some in ends.items() for end in some} - set(ACTIONS) == set()
    assert action(f"{SETTLED}bad_phone") != f"{SETTLED}bad_phone"
