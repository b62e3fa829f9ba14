"""A rate-limit store that does not answer: the service goes on, and strangers are braked all the same."""

import dataclasses

import pytest

from api import create_app
from api.settings import Settings


def test_where_the_store_is_dead_each_process_counts_for_itself(settings, services):
    dead = Settings(**settings.model_dump() | {
        "rate_limits_enabled": True, "rate_limit_storage_url": "redis://127.0.0.1:9/0"})  # fmt: skip
    client = create_app(dead, dataclasses.replace(services, settings=dead)).test_client()
    statuses = [client.get("/track").status_code for _ in range(130)]
    assert statuses[:100] == [200] * 100
    assert statuses[-1] == 429


@pytest.mark.parametrize("ask", [
    lambda client: client.get("/nowhere/at/all"),
    lambda client: client.get("/v1/items/EY000000005VN", headers={"Authorization": "Bearer tn_wrong"}),
    lambda client: client.get("/v1/items/EY000000005VN"),
    lambda client: client.get("/staff/"),
    lambda client: client.post("/track", data={"code": "EY000000005VN"}),
    lambda client: client.open("/track", method="PURGE"),
])  # fmt: skip
def test_what_is_refused_before_its_view_is_counted_as_well(settings, services, ask):
    braked = Settings(**settings.model_dump() | {"rate_limits_enabled": True})
    client = create_app(braked, dataclasses.replace(services, settings=braked)).test_client()
    answers = [ask(client) for _ in range(122)]
    assert 429 not in {one.status_code for one in answers[:120]}
    assert {one.headers["X-RateLimit-Limit"] for one in answers} == {"120"}
    assert [one.status_code for one in answers[120:]] == [429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].headers["Content-Security-Policy"]
    assert client.get("/track").status_code == 429, "counted together"
    assert client.get("/healthz").status_code == 200


def test_a_supervisor_is_never_braked_and_may_ask_by_the_loopback_address(settings, services):
    public = Settings(**settings.model_dump() | {
        "rate_limits_enabled": True, "trusted_hosts": ("tannha.hue.gov.vn",)})  # fmt: skip
    client = create_app(public, dataclasses.replace(services, settings=public)).test_client()
    for path in ("/healthz", "/readyz"):
        answers = {client.get(path, base_url="http://127.0.0.1:8460").status_code for _ in range(150)}
        assert answers == {200}, path
    assert client.get("/track", base_url="https://elsewhere.example").status_code == 400
