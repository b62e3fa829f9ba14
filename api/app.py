"""The app: settings and services in, a hardened Flask application out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from flask import Request, Response, has_request_context, request
from flask_openapi3 import Info, OpenAPI
from pydantic import ValidationError

from api.pages import register_pages
from api.rest import register_rest
from api.schemas.json_body import read_object
from api.settings import Settings
from api.web import auth, errors, language, looks, observability, security
from api.web.problems import WebRefusal
from api.web.row_numbers import RowNumber
from api.web.templates import SpokenTemplates
from api.wiring import EXTENSION, Services, build_services

VERSION = "1"
_OF_FILES_AND_PAGES, _MOST_ADDRESSES = frozenset({"filename", "lang"}), 4_096
_DESCRIPTION = (
    "Kết quả vào, bưu gửi ra, mọi bước được báo lại. / Results in, items out, every step told. "
    "Errors are problem documents (RFC 9457) with stable codes."
)


class StrictRequest(Request):
    """A request whose JSON is read strictly: what is doubtful is refused with its own code."""

    @cached_property
    def served_as(self) -> tuple[str, str | None]:
        """Return the root we are served under and the language that addresses carry on: each address asks for both."""
        return self.root_path, language.carried()

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """Return the one JSON object of the body. Raises WebRefusal, whatever ``silent`` says."""
        if self.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise WebRefusal("encoding_not_supported")
        if self.mimetype != "application/json":
            raise WebRefusal("json_required")
        return read_object(self.get_data())


class TanNha(OpenAPI):
    """Our application class."""

    request_class = StrictRequest
    jinja_environment = SpokenTemplates  # type: ignore[assignment]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.url_map.converters["int"] = RowNumber
        self._addresses: dict[tuple[str | None, ...], str] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return an address; those of files and of pages without parts in their address are made only once.

        There is a bounded number of these: one for each language that an address carries and each root we are served
        under.
        """
        if not (has_request_context() and _OF_FILES_AND_PAGES.issuperset(values)):
            return super().url_for(endpoint, **values)
        key = (endpoint, *cast("StrictRequest", request).served_as, *values, *values.values())
        found = self._addresses.get(key)
        if found is None:
            found = super().url_for(endpoint, **values)
            if len(self._addresses) < _MOST_ADDRESSES:
                self._addresses[key] = found
        return found

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or a hook as it is: none of ours is a coroutine, and asking each in each request took time."""
        return func

    def dispatch_request(self) -> Response:
        """Answer a request; whose data the answer shows is recorded before it leaves."""
        return looks.answered(lambda: self.make_response(super(TanNha, self).dispatch_request()))


def create_app(settings: Settings, services: Services | None = None) -> OpenAPI:
    """Return the app with every page and every API route. Connects to nothing yet."""
    app = TanNha(
        "api",
        info=Info(title="Tận Nhà", version=VERSION, description=_DESCRIPTION),
        security_schemes={"key": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=_refuse,
        validation_error_status=400,
        validation_error_model=errors.ProblemModel,
        doc_ui=False,
    )
    observability.configure_logs(settings.log_level)
    app.extensions[EXTENSION] = services or build_services(settings)
    meters = observability.Meters()
    observability.register(app, meters, settings.log_level)
    errors.register(app)
    security.register(app, settings)
    auth.register(app)
    language.register(app)
    security.brake_requests(app, settings)
    register_pages(app)
    register_rest(app, meters)
    return app


def _refuse(exc: ValidationError) -> Any:
    raise exc
