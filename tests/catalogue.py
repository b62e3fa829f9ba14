"""The catalogue beside the code: which sentences there are, and which of them a language lacks.

``python -m tests.catalogue`` brings the catalogue up to date with the code and names what waits for a translator;
with ``--check`` it only looks. `make messages` calls it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("en",)
PACKAGES = ("api", "labels", "postal", "routing")
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
# A sentence about n things is one message: its one Vietnamese form stands for singular and plural.
KEYWORDS = {
    "Message": None,
    "say_both": None,
    "_": None,
    "gettext": None,
    "_html": None,
    "gettext_html": None,
    "_n": (1, 1),
    "ngettext": (1, 1),
}
# Papers say their sentences by the language they are given (`labels.papers.Speech`).
PAPERS = ("labels/papers", "api/documents")
_PLACE = re.compile(r"\{(\w+)[^}]*\}")


def path_of(language: str) -> Path:
    """Return where a language's catalogue is kept."""
    return ROOT / "api" / "translations" / language / "LC_MESSAGES" / "messages.po"


def in_code() -> Catalog:
    """Return every sentence the code says."""
    found = Catalog(locale="vi")
    for folder, keywords in [
        *((package, KEYWORDS) for package in PACKAGES),
        *((room, {"say": None}) for room in PAPERS),
    ]:
        for file, _line, message, _comments, _context in extract_from_dir(ROOT / folder, METHODS, keywords=keywords):
            if message:
                found.add(message, None, [(f"{folder}/{file}", 0)])
    return found


def of_language(language: str) -> Catalog:
    """Return a language's catalogue as it is written."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def faults(language: str, code: Catalog, written: Catalog) -> Iterator[str]:
    """Tell what a language's catalogue lacks, holds in vain, or fills in wrongly."""
    for message in code:
        if message.id and written.get(message.id) is None:
            yield f"{language}: not in the catalogue: {_key(message)}"
    for message in written:
        if message.id:
            yield from (f"{language}: {fault}: {_key(message)}" for fault in _faults_of(message, code))
    for message in written.obsolete.values():
        yield f"{language}: obsolete: {_key(message)}"


def _faults_of(message: Message, code: Catalog) -> Iterator[str]:
    if code.get(message.id) is None:
        yield "no longer in the code"
    if not all(_forms(message.string)):
        yield "not translated"
    elif message.fuzzy:
        yield "only guessed (fuzzy)"
    elif any(not _places(said) <= _places(_key(message)) for said in _forms(message.string)):
        yield "a place that nothing fills"


def bring_up_to_date(language: str, code: Catalog) -> None:
    """Add to a catalogue what the code says newly, and drop what it no longer says."""
    written = of_language(language)
    written.update(code, no_fuzzy_matching=True, update_creation_date=False)
    with path_of(language).open("wb") as file:
        write_po(file, written, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


def _key(message: Message) -> str:
    return _forms(message.id)[0]


def _forms(said: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _places(text: str) -> set[str]:
    return set(_PLACE.findall(text.replace("{{", "").replace("}}", "")))


def main() -> int:
    """Bring every catalogue up to date, or only look; return how many things wait for a person."""
    code = in_code()
    found: list[str] = []
    for language in LANGUAGES:
        if "--check" not in sys.argv:
            bring_up_to_date(language, code)
        found += faults(language, code, of_language(language))
    for fault in found:
        print(fault)  # noqa: T201 - a command's answer
    print(f"{len(code)} sentences, {len(found)} to look at")  # noqa: T201
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
