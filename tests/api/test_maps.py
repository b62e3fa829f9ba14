"""Maps: Leaflet comes from its package, and pages may ask a server of tiles only where a setting names one."""

import base64

import pytest

from api import create_app
from api.settings import SettingsMissing, load_settings

KEY = base64.b64encode(b"k" * 32).decode()
OWN = "https://ban-do.buudien.example:8443/{z}/{x}/{y}.png"


@pytest.fixture
def client(monkeypatch):
    def asked(**told):
        for name, value in {"SECRET_KEY": "s" * 40, "VAULT_KEYS": KEY, "LOOKUP_KEY": KEY, **told}.items():
            monkeypatch.setenv(f"TANNHA_{name}", value)
        return create_app(load_settings()).test_client()

    return asked


def pictures(client):
    policy = client.get("/courier/manifest.webmanifest").headers["Content-Security-Policy"]
    return next(part for part in policy.split("; ") if part.startswith("img-src"))


def test_leaflet_is_served_from_its_package_and_kept_by_browsers(client):
    for name, kind in (
        ("leaflet.js", "text/javascript"),
        ("leaflet.css", "text/css"),
        ("images/layers.png", "image/png"),
    ):
        answer = client().get(f"/vendor/leaflet/{name}")
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert "no-store" not in answer.headers["Cache-Control"]
        assert answer.headers["ETag"]
    assert client().get("/vendor/leaflet/../__init__.py").status_code == 404


def test_no_server_outside_is_allowed_until_a_setting_names_one(client):
    assert pictures(client()) == "img-src 'self' blob:"
    assert pictures(client(MAP_TILES_URL="/tiles/{z}/{x}/{y}.png")) == "img-src 'self' blob:"
    assert pictures(client(MAP_TILES_URL=OWN)) == "img-src 'self' blob: https://ban-do.buudien.example:8443"


@pytest.mark.parametrize(
    "url",
    [
        "https://ban-do.example/",
        "https://ban-do.example/{z}/{x}.png",
        "https://{s}.ban-do.example/{z}/{x}/{y}.png",
        "https://{z}.example/{x}/{y}",
        "ftp://ban-do.example/{z}/{x}/{y}",
        "//ban-do.example/{z}/{x}/{y}",
        "https://ban-do.example; script-src *;/{z}/{x}/{y}",
        "https://bản-đồ.example/{z}/{x}/{y}",
        "https://u:p@ban-do.example/{z}/{x}/{y}",
        "https://[/{z}/{x}/{y}",
        "{z}{x}{y}",
    ],
)
def test_an_address_of_tiles_that_cannot_be_used_is_named(client, url):
    with pytest.raises(SettingsMissing, match="TANNHA_MAP_TILES_URL"):
        client(MAP_TILES_URL=url)
