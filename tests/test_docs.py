"""What the documents promise is there, and what is there stands in the documents."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import click
import pytest

from api.commands import COMMANDS
from api.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WRITTEN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SETTING = re.compile(r"^\| `TANNHA_([A-Z0-9_]+)`[ †]*\| ([^|]*) \|", re.MULTILINE)


def document(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def as_written(default: object) -> str:
    """Return how the table writes a default: `value`, empty, none."""
    if default in ("", ()):
        return "empty"
    if default is None:
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_every_setting_is_documented_and_none_is_invented():
    told = [name.lower() for name, _ in SETTING.findall(document("operations.md"))]
    assert sorted(told) == sorted(Settings.model_fields)


def test_documented_defaults_are_the_real_ones():
    for name, told in SETTING.findall(document("operations.md")):
        field = Settings.model_fields[name.lower()]
        real = "–" if field.is_required() else as_written(field.get_default(call_default_factory=True))
        assert told.strip() == real, name


def test_documents_name_no_setting_that_is_not_there():
    for path in [*WRITTEN, *DOCS.glob("deploy/*")]:
        named = set(re.findall(r"TANNHA_([A-Z0-9_]*[A-Z0-9])\b(?!…)", path.read_text(encoding="utf-8")))
        beside = {"TEST_LONG", "FIGURES_FILE", "TEST_POSTGRES_URL"}  # the tests' own
        assert {name.lower() for name in named - beside} <= set(Settings.model_fields), path.name


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_described_and_can_be_imported(name):
    assert re.search(rf"tannha {re.escape(name)}\b(?!-)", document("operations.md"))
    module, attribute, _ = COMMANDS[name]
    assert isinstance(getattr(importlib.import_module(module), attribute), click.Command)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_name_only_commands_that_are_there(path):
    named = set(re.findall(r"`tannha ([a-z][a-z-]*)", path.read_text(encoding="utf-8")))
    assert named <= set(COMMANDS)
