"""The API keeps its own description: whatever a generator sends, the answer is one that /openapi.json told."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.scale import scaled

N_CALLS = scaled(15, 400)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def described(app, house):
    return app.test_client().get("/openapi.json").json


def test_the_description_names_every_route_its_refusals_and_its_key(app, described):
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, methods in described["paths"].items() for method in methods}
    plain = {("/".join("{}" if "{" in part else part for part in path.split("/")), method) for path, method in told}
    assert {("/".join("{}" if "{" in part else part for part in path.split("/")), m) for path, m in routes} <= plain
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["responses"], (path, method)
            assert operation.get("summary"), (path, method)


def test_no_generated_call_ends_in_a_server_error_or_an_untold_answer(app, house, described):
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    operations = [told.ok() for told in schema.get_all_operations()]
    assert len(operations) >= 8
    headers = {"Authorization": f"Bearer {house['key']}"}
    n_calls = 0
    for operation in operations:

        @given(case=operation.as_strategy(), key=st.text("abcdefgh0123456789", min_size=8, max_size=20))
        @settings(
            max_examples=N_CALLS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def call(case, key):
            nonlocal n_calls
            n_calls += 1
            answer = case.call(headers=headers | {"Idempotency-Key": key})
            case.validate_response(answer, checks=CHECKS)
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0].startswith("application/problem+json"), answer.text
                assert json.loads(answer.text)["code"], case.formatted_path

        call()
    assert n_calls >= len(operations) * min(5, N_CALLS) / 2
