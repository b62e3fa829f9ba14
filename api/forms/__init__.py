"""Forms of the pages: what each is shown with, how values are read, what is kept of one that was not taken.

A form that is refused, or sent after the session ended, is never lost: what was typed is sealed for the person it was
shown to, and its page shows it again, filled, with every fault named and linked. One shown form that is sent twice is
one act. Knows no page and no right: those are `api.pages` and `api.web`.
"""

from api.forms.keeping import (
    KEPT,
    REFUSED,
    SESSION_ENDED,
    keep,
    marks,
    page_of_request,
    refused_page,
    shown_again,
    ticket,
)
from api.forms.kept import KeptForm, Wrong, WrongFields, wrong_in

__all__ = [
    "KEPT",
    "REFUSED",
    "SESSION_ENDED",
    "KeptForm",
    "Wrong",
    "WrongFields",
    "keep",
    "marks",
    "page_of_request",
    "refused_page",
    "shown_again",
    "ticket",
    "wrong_in",
]
