"""Scripts of others, served from the packages they came in: maps are drawn by Leaflet (`api/static/map.js`).

Its address ends in ``static`` like that of our own files: everybody may have it, and browsers keep it.
"""

from __future__ import annotations

from importlib.resources import files

from flask import Blueprint, Flask

from api.wiring import services

leaflet = Blueprint(
    "leaflet",
    __name__,
    static_folder=str(files("xstatic.pkg.leaflet") / "data"),
    static_url_path="/vendor/leaflet",
)


def install_maps(app: Flask) -> None:
    """Let pages hold maps: Leaflet's files, and for templates ``map_tiles()``, where tiles come from and whose."""
    app.register_blueprint(leaflet)
    app.jinja_env.globals["map_tiles"] = _tiles


def _tiles() -> dict[str, str]:
    settings = services().settings
    return {"url": settings.map_tiles_url, "by": settings.map_tiles_by}
