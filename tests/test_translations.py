"""The catalogue and the code agree, and Vietnamese is spelt in one way wherever people read it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests import catalogue

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "api" / "templates").rglob("*.html"))
# Tables of place names and of how people write them: other spellings are what they are about.
NOT_WORDS = ("routing/addresses/", "routing/data/")
SOURCES = [
    path
    for package in catalogue.PACKAGES
    for suffix in ("*.py", "*.html", "*.js", "*.po")
    for path in sorted((ROOT / package).rglob(suffix))
    if not path.relative_to(ROOT).as_posix().startswith(NOT_WORDS)
]
# Papers whose form the law sets: Vietnamese whatever their reader speaks (docs/papers.md).
BY_LAW = {"apology_letter", "consignment_note", "handover_receipt", "reverse_handover"}
# How Vietnamese writes figures is no sentence.
FIGURES = {"words", "speech"}
PAPERS = [
    path
    for room in catalogue.PAPERS
    for path in sorted((ROOT / room).rglob("*.py"))
    if path.stem not in BY_LAW | FIGURES
]
SPEAKING = [*sorted((ROOT / "api" / "pages").rglob("*.py")), *PAPERS]
VIETNAMESE = re.compile(r"[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
# The tone stands on the first vowel of oa, oe, uy at a word's end: hòa, khỏe, tùy, but quý.
OTHER_TONES = re.compile(r"o[àáảãạèéẻẽẹ](?!\w)|(?<!q)u[ỳýỷỹỵ](?!\w)", re.IGNORECASE)
PLACE = re.compile(r"\{(\w+)\}")
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


@pytest.fixture(scope="module")
def code():
    return catalogue.in_code()


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_sentence_of_the_code_is_translated_and_no_other_is_kept(language, code):
    assert list(catalogue.faults(language, code, catalogue.of_language(language))) == []


def test_a_sentence_that_is_missing_guessed_or_left_over_is_found(code):
    written = catalogue.of_language("en")
    first, second, third = [message for message in written if message.id and isinstance(message.id, str)][:3]
    first.string = ""
    second.flags.add("fuzzy")
    third.string = "{nobody} fills this"
    written.add("câu không còn ai nói", "a sentence nobody says")
    code.add("câu mới", None)
    found = "\n".join(catalogue.faults("en", code, written))
    for fault in ("not translated", "fuzzy", "nothing fills", "no longer in the code", "not in the catalogue"):
        assert fault in found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_tone_marks_are_written_in_one_way(path):
    assert sorted({found[0] for found in OTHER_TONES.finditer(path.read_text(encoding="utf-8"))}) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_sentence_outside_the_catalogue(path):
    bare = JINJA.sub(" ", path.read_text(encoding="utf-8")).replace("Tận Nhà", "")
    assert not VIETNAMESE.findall(bare)


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_and_a_paper_say_nothing_outside_the_catalogue(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(argument) for call in ast.walk(tree) if _says(call) for argument in call.args}
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    bare = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and VIETNAMESE.search(node.value)
        and id(node) not in said | docstrings
    ]
    assert bare == []


def _says(node: ast.AST) -> bool:
    """Say whether a node looks a sentence up: a call of `_`, `Message`, or the `say` of a paper."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in catalogue.KEYWORDS or name == "say"


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_paper_says_only_what_the_reader_of_the_code_finds(path):
    """A sentence put together, or inside another's quotes, is none the catalogue's maker can read."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quoted = {id(node) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for node in ast.walk(one)}
    hidden = [
        ast.unparse(call)
        for call in ast.walk(tree)
        if _is_of_a_paper(call)
        and (id(call) in quoted or not (isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)))
    ]
    assert hidden == []


def _is_of_a_paper(node: ast.AST) -> bool:
    """Say whether a node calls a paper's language; other rooms of `postal` have a `say` of their own."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"say", "printing.say", "self.say"}


def places_left_open(call: ast.Call) -> set[str]:
    """Return the places of a sentence that its call gives no value for."""
    text = call.args[0]
    if not isinstance(text, ast.Constant) or any(keyword.arg is None for keyword in call.keywords):
        return set()
    return set(PLACE.findall(str(text.value))) - {keyword.arg for keyword in call.keywords}


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "api").rglob("*.py")), *PAPERS], ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_every_place_of_a_sentence_gets_its_value(path):
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _is_of_a_paper(node)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "_n", "_html"})
    ]
    assert [ast.unparse(call) for call in calls if places_left_open(call)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_place_of_a_template_gets_its_value(path):
    open_places = [
        call.args[0].value
        for call in Environment(autoescape=True).parse(path.read_text(encoding="utf-8")).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name in {"_", "_n", "_html"}
        and isinstance(call.args[0], nodes.Const)  # a Message said as it was made brings its values
        and set(PLACE.findall(call.args[0].value)) - {keyword.key for keyword in call.kwargs}
    ]
    assert open_places == []
