"""Templates whose own sentences are put in when they are compiled, once for each language.

A page says dozens of sentences that nothing is filled into. Looking each up in every answer took as long as the
page's statements.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, cast

from flask import Flask
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from api.words import current, translate


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
    """Puts a sentence in its language in place of ``_('…')``; one with values is filled in by each answer."""

    def __init__(self, language: str) -> None:
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the name Jinja looks for
        self.generic_visit(node)
        is_plain = isinstance(node.node, nodes.Name) and node.node.name == "_" and len(node.args) == 1
        if not is_plain or node.kwargs or node.dyn_args or node.dyn_kwargs or not isinstance(node.args[0], nodes.Const):
            return node
        said = translate(node.args[0].value, self._language)
        return nodes.Const(said, lineno=node.lineno, environment=node.environment)
