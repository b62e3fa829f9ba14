"""How things are said to people: messages in their language, dates, money, codes, states, the order of the alphabet.

No page's own sentences: those stand where they are shown, in Vietnamese, and are found in the catalogue by them.
"""

from api.words.figures import (
    say_age,
    say_code,
    say_date,
    say_day_seconds,
    say_duration,
    say_instant,
    say_money,
    say_number,
    say_short_date,
    say_weekdays,
)
from api.words.language import (
    LANGUAGES,
    SOURCE,
    Said,
    choose_by,
    current,
    gettext,
    gettext_html,
    in_both,
    ngettext,
    speaking,
    translate,
)
from api.words.speech import speech
from api.words.tables import (
    EVENTS,
    HOLDERS,
    OUTCOMES,
    PRECISIONS,
    ROLES,
    STATES,
    say_event,
    say_precision,
    say_state,
    tone,
)
from api.words.warning import fraud_warning

__all__ = [
    "EVENTS",
    "HOLDERS",
    "LANGUAGES",
    "OUTCOMES",
    "PRECISIONS",
    "ROLES",
    "SOURCE",
    "STATES",
    "Said",
    "choose_by",
    "current",
    "fraud_warning",
    "gettext",
    "gettext_html",
    "in_both",
    "ngettext",
    "say_age",
    "say_code",
    "say_date",
    "say_day_seconds",
    "say_duration",
    "say_event",
    "say_instant",
    "say_money",
    "say_number",
    "say_precision",
    "say_short_date",
    "say_state",
    "say_weekdays",
    "speaking",
    "speech",
    "tone",
    "translate",
]
