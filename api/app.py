"""The app: settings and services in, a hardened Flask application out."""

from __future__ import annotations

from typing import Any

from flask import Request, Response
from flask_openapi3 import Info, OpenAPI
from pydantic import ValidationError

from api.pages import register_pages
from api.rest import register_rest
from api.schemas.json_body import read_object
from api.settings import Settings
from api.web import auth, errors, language, looks, observability, security
from api.web.problems import WebRefusal
from api.wiring import EXTENSION, Services, build_services

VERSION = "1"
_DESCRIPTION = (
    "Kết quả vào, bưu gửi ra, mọi bước được báo lại. / Results in, items out, every step told. "
    "Errors are problem documents (RFC 9457) with stable codes."
)


class StrictRequest(Request):
    """A request whose JSON is read strictly: what is doubtful is refused with its own code."""

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
    observability.register(app, meters)
    errors.register(app)
    security.register(app, settings)
    auth.register(app)
    language.register(app)
    security.limiter(app, settings)
    register_pages(app)
    register_rest(app, meters)
    return app


def _refuse(exc: ValidationError) -> Any:
    raise exc
