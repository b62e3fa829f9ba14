"""Numbers in addresses that no column can hold: a page that does not exist, never a fault of the database."""

import re

import pytest
from werkzeug.routing import IntegerConverter

from api.web.row_numbers import MOST

NUMBERS = (MOST, MOST + 1, 10**30)
ASKED = (
    "before",
    "office",
    "start",
    "first",
    "after",
    "page",
    "round",
    "stop",
    "courier",
    "agency",
    "days",
    "n",
    "age",
)


def numbered(app):
    """Return the addresses to be opened that have a row number in their path, as rules."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    return [rule for rule in rules if any(isinstance(one, IntegerConverter) for one in rule._converters.values())]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_address_takes_a_number_that_no_column_holds(app, sign_in, system, number):
    people = {name: sign_in(name) for name in ("admin", "dispatcher")}
    rules = numbered(app)
    assert len(rules) > 40
    for rule in rules:
        path = re.sub(r"<(\w+:)?\w+>", "x", re.sub(r"<int:\w+>", str(number), rule.rule))
        answers = [person.get(path).status_code for person in people.values()]
        answers.append(system.get(path).status_code)
        assert set(answers) <= {404, 403, 401, 302, 303}, (path, answers)


@pytest.mark.parametrize("number", [MOST, 10**30, -1, "²"])
def test_no_list_takes_such_a_number_after_its_question_mark(app, sign_in, number):
    admin = sign_in("admin")
    lists = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    lists = [path for path in lists if path.startswith("/staff/") and "." not in path and "live" not in path]
    assert len(lists) > 40
    for path in lists:
        answer = admin.get(f"{path}?" + "&".join(f"{name}={number}" for name in ASKED))
        assert answer.status_code < 500, (path, answer.text[-2000:])
