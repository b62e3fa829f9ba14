"""Templates whose own sentences are put in when they are compiled, once for each language.

A page says dozens of sentences that nothing is filled into. Looking each up in every answer took as long as the
page's statements.
"""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any, cast

from flask import Flask
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from api.words import current, translate

_JSON = json.JSONEncoder(sort_keys=True)


def write_json(value: object, **_options: object) -> str:
    """Return plain values as JSON for ``|tojson``; Flask makes a writer for each."""
    return _JSON.encode(value)


class SpokenTemplates(Environment):
    """Jinja as Flask sets it up, with a compiled copy of each template for each language that was asked for."""

    language: str | None = None

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self._by_language: dict[str, SpokenTemplates] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja names it
    ) -> Template:
        """Return a template in the language of the running request; its parents and parts come in the same one."""
        if self.language is None:
            return self._in(current()).get_template(name, parent, globals)
        return super().get_template(name, parent, globals)

    def _in(self, language: str) -> SpokenTemplates:
        found = self._by_language.get(language)
        if found is None:
            found = self.overlay(cache_size=-1)
            found.language = language
            self._by_language[language] = found
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return tree if self.language is None else cast("nodes.Template", _Spoken(self.language).visit(tree))


class _Spoken(NodeTransformer):
    """Puts a sentence in its language in place of ``_('…')``, and the language itself in place of ``language()``.

    A sentence with values is filled in by each answer.
    """

    def __init__(self, language: str) -> None:
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the name Jinja looks for
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        match name, node.args:
            case "language", []:
                return self._const(self._language, node)
            case "_", [nodes.Const(value=sentence)]:
                return self._const(translate(sentence, self._language), node)
        return node

    def _const(self, said: str, node: nodes.Call) -> nodes.Const:
        return nodes.Const(said, lineno=node.lineno, environment=node.environment)
