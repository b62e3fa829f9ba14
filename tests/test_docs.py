"""What the documents promise is there, and what is there stands in the documents."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import click
import pytest

from api import create_app
from api.commands import COMMANDS
from api.settings import Settings
from api.web.problems import CATALOG
from postal import outside

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
    if isinstance(default, tuple):
        return f"`{','.join(default)}`"
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
        beside = {"TEST_LONG", "FIGURES_FILE", "TEST_DATABASE_URL", "REQUIRE_SERVICES"}  # the tests' own
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


@pytest.fixture(scope="module")
def rules():
    settings = Settings(secret_key="s" * 40, vault_keys=(b"k" * 32,), lookup_key=b"l" * 32, log_level="error")
    return list(create_app(settings).url_map.iter_rules())


def test_every_route_of_the_api_is_documented_and_none_is_invented(rules):
    real = {
        f"{method} {rule.rule}"
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1/")
    }
    assert set(re.findall(r"^\| `([A-Z]+ /v1/[^`]*)` \|", document("api.md"), re.MULTILINE)) == real


def test_every_code_of_the_catalogue_is_documented_with_its_status():
    told = re.findall(r"^\| `([a-z0-9_]+)` \| ([0-9]{3}) \|", document("api.md"), re.MULTILINE)
    assert {code: int(status) for code, status in told} == {code: word.status for code, word in CATALOG.items()}


def test_every_kind_of_callback_is_documented_and_none_is_invented():
    told = re.findall(r"^\| `(item\.[a-z_]+)` \|", document("api.md"), re.MULTILINE)
    assert sorted(told) == sorted(outside.KINDS)


def test_every_field_a_body_may_hold_is_named(rules):
    from api.schemas.intake import CollectionBody, ResultBody

    text = document("api.md")
    for name in {*ResultBody.model_fields, *CollectionBody.model_fields}:
        assert f"`{name}`" in text


DOTTED = re.compile(r"`((?:postal|routing|labels|api)(?:\.[a-zA-Z_]\w*)+)`")
PATHS = re.compile(r"`((?:postal|routing|labels|api|tests|docs|benchmarks)/[\w./*-]*)`")
LINKS = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_links_and_paths_in_documents_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for name in DOTTED.findall(text):
        assert exists(name), name
    for target in LINKS.findall(text):
        assert (path.parent / target).exists(), target
    for place in PATHS.findall(text):
        assert list(ROOT.glob(place.rstrip("/"))), place


def exists(dotted: str) -> bool:
    """Say whether a dotted name is a module of ours or something in one."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        name = ".".join(parts[:cut])
        if (ROOT / name.replace(".", "/")).with_suffix(".py").exists() or (ROOT / name.replace(".", "/")).is_dir():
            found = importlib.import_module(name)
            return all((found := getattr(found, part, None)) is not None for part in parts[cut:])
    return False


def test_every_test_the_law_page_names_exists():
    named = re.findall(r"`(tests/[a-z_/]+\.py)(?:::(\w+))?`", document("law.md"))
    assert len(named) >= 15
    for path, name in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert not name or f"\ndef {name}(" in source, (path, name)
