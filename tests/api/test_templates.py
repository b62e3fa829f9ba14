"""Templates with their sentences in place: as if looked up each time, never one reader's language in another's."""

import re

import pytest
from jinja2 import nodes

from api.words import LANGUAGES, translate


def templates(app):
    return [name for name in app.jinja_env.list_templates() if name.endswith(".html")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plain_sentence_of_every_template_is_there_in_its_language(app, language):
    with app.test_request_context(f"/track?lang={language}"):
        spoken = app.jinja_env.get_template("base.html").environment
        n_folded = 0
        for name in templates(app):
            source = spoken.loader.get_source(spoken, name)[0]
            said = {one.value for one in spoken._parse(source, name, None).find_all(nodes.Const)}
            for call in app.jinja_env.parse(source).find_all(nodes.Call):
                is_sentence = isinstance(call.node, nodes.Name) and call.node.name == "_"
                if is_sentence and isinstance(call.args[0], nodes.Const) and not call.kwargs:
                    assert translate(call.args[0].value, language) in said, (name, call.lineno)
                    n_folded += 1
    assert n_folded > 300


def test_readers_of_two_languages_in_turn_get_their_own_page_and_its_addresses(app):
    client = app.test_client()
    for _ in range(3):
        for code in LANGUAGES:
            page = client.get(f"/track?lang={code}").text
            assert f'<html lang="{code}">' in page
            links = re.findall(r'<a[^>]*href="(/[^"]*)"', page)
            other = next(one for one in LANGUAGES if one != code)
            assert any(f"lang={code}" in link for link in links)
            assert sum(f"lang={other}" in link for link in links) == 1  # the way to the other language
        plain = client.get("/track").text
        assert '<html lang="vi">' in plain
        assert sum("lang=" in link for link in re.findall(r'href="(/[^"]*)"', plain)) == 1


def test_text_is_escaped_where_a_sentence_is_put_in(app):
    with app.test_request_context("/track"):
        spoken = app.jinja_env.get_template("base.html").environment
        page = spoken.from_string("{% autoescape true %}{{ _('<b>&') }}{{ _('{a}', a='<i>') }}{% endautoescape %}")
        assert page.render() == "&lt;b&gt;&amp;&lt;i&gt;"
