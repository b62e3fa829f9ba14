"""`python -m tests.dead_code`: names of ours that nothing but a test uses. Part of `make lint`.

Vulture collects the definitions and uses of the product alone. A name in `__all__` is offered, not used, so those lists
are left out; a name in a page's template is used. What only a library calls is named below, and a line there
that is no longer needed is reported as well.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import vulture
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("api", "labels", "postal", "routing")
# Functions that a library finds by their decorator.
FOUND_BY_DECORATOR = [
    *(f"@*.{method}" for method in ("get", "post", "put", "delete", "route")),
    *("@*.command*", "@*.group*", "@click.command*", "@*.listens_for*"),
    *("@field_validator*", "@model_validator*"),
]
# Fields that pydantic or a table of columns reads by reflection.
FIELDS_READ_BY_NAME = ("api/schemas/", "postal/intake/columns.py")
# A column is in use once something writes it: what reads it may be an inspector years later.
COLUMNS = "postal/models/"
CALLED_BY_LIBRARIES = {
    "api/app.py": {"get_json", "force", "request_class", "jinja_environment", "ensure_sync"},  # flask
    "api/commands/__init__.py": {"get_command", "format_commands"},  # click
    "api/commands/serving/fake_gateway.py": {"do_POST", "do_GET", "log_message"},  # http.server
    "api/commands/serving/server.py": {"channel_class"},  # waitress
    "api/commands/serving/web.py": {"load_config"},  # gunicorn
    "api/demo/receiver.py": {"do_POST", "do_GET", "log_message"},  # http.server
    "api/forms/page.py": {  # html.parser
        *("handle_startendtag", "handle_endtag", "handle_data", "handle_entityref", "handle_charref"),
    },
    "api/settings.py": {"model_config"},  # pydantic
    "api/web/errors.py": {"detail_en"},  # pydantic: a field of the contract
    "api/web/session_cookie.py": {"get_signing_serializer", "default_signer", "get_signature"},  # flask, itsdangerous
    "api/web/templates.py": {"visit_Call"},  # jinja2
    "postal/models/base.py": {  # sqlalchemy
        *("impl", "cache_ok", "process_bind_param", "process_result_value", "type_annotation_map"),
        *("Code", "Digest"),  # types of annotations
    },
    "postal/outside/safe_http.py": {  # requests, urllib3
        *("_new_conn", "ConnectionCls", "init_poolmanager", "get_connection_with_tls_context", "request_url"),
        *("cert_verify", "cert", "conn", "proxies"),
    },
}
# Used by the tests, the benchmarks or the Makefile, each for a reason.
USED_BESIDE = {
    "routing/solving/engines/compiled.py": {"compile_now"},  # the Makefile compiles once, so that no first search waits
    "routing/addresses/communes.py": {"from_files"},  # another province's register
}


def unused() -> Iterator[tuple[str, int, str, str]]:
    """Yield file, line, kind and name of each definition of the product that the product never uses."""
    scan = vulture.Vulture(ignore_decorators=FOUND_BY_DECORATOR)
    written: set[str] = set()
    for path in _sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg:
                written.add(node.arg)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                written.add(node.attr)
        tree.body = [statement for statement in tree.body if not _is_offer(statement)]
        scan.scan(ast.unparse(tree), filename=path)
    for path in (ROOT / "api" / "templates").rglob("*.html"):
        words = Environment().lex(path.read_text(encoding="utf-8"))
        scan.used_names |= {word for _, kind, word in words if kind == "name"}
    for found in scan.get_unused_code():
        where = Path(found.filename).relative_to(ROOT).as_posix()
        is_data = where.startswith(FIELDS_READ_BY_NAME) or (where.startswith(COLUMNS) and found.name in written)
        if found.name.startswith("__"):  # called by Python itself
            continue
        if found.typ not in ("import", "attribute") and not (found.typ == "variable" and is_data):
            yield where, _line_of(ROOT / where, found.name), found.typ, found.name


def faults() -> list[str]:
    """Return a line for each unused name that is not listed, and for each listed name that needs no line."""
    found = list(unused())
    listed = {(where, name) for names in (CALLED_BY_LIBRARIES, USED_BESIDE) for where in names for name in names[where]}
    dead = [f"{where}:{line}: unused {kind} {name}" for where, line, kind, name in found if (where, name) not in listed]
    stale = sorted(listed - {(where, name) for where, _, _, name in found})
    return dead + [f"tests/dead_code.py: {name} of {where} needs no line any more" for where, name in stale]


def _sources() -> list[Path]:
    inside = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [*(path for path in inside if "migrations/versions" not in path.as_posix()), ROOT / "wsgi.py"]


def _is_offer(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"


def _line_of(path: Path, name: str) -> int:
    """Return where a name is defined; the scanned text has no comments and so other lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if name in (getattr(node, "name", None), getattr(node, "arg", None), getattr(node, "id", None)):
            return node.lineno  # type: ignore[attr-defined]
    return 1


if __name__ == "__main__":
    lines = faults()
    print("\n".join(lines) or "No dead code.")
    sys.exit(bool(lines))
