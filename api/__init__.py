"""The outermost package: pages, REST, commands, and the wiring of everything inside."""

from api.app import create_app

__all__ = ["create_app"]
