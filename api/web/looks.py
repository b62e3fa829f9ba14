"""Looks at citizens' data at the edge: what an answer may carry, and one entry for what it carried."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import Response, current_app, g, request

from api.web.auth import acting, current_actor, rule_of
from postal import Action, ActorKind, Forbidden, people
from postal.access import looks

_SHOWS = frozenset({Action.SEE_RECIPIENT, Action.SCAN_OWN_ROUND})


def answered(answer: Callable[[], Response]) -> Response:
    """Answer the running request; who is shown in the answer is recorded before it leaves.

    Who has no right to see recipients is given them masked. Raises Forbidden where somebody of another office or round
    would be shown.
    """
    actor = current_actor()
    may_see = any(actor.may(action) for action in _SHOWS) and actor.kind is not ActorKind.SYSTEM
    with people.watching(people.Looking(may_see=may_see)) as looking:
        response = answer()
    if looking.seen and not 300 <= response.status_code < 400:  # a redirect carries nobody
        with acting() as act:
            looks.record(act, looking.seen, _purpose())
    return response


def look_with_reason(reason: str) -> None:
    """Let the running request show whom it otherwise masks; the typed reason is kept with the look."""
    g.look_reason = reason
    people.allow_looking()


def note_shown(person_ids: Collection[int]) -> None:
    """Note whom the running request shows by a file that was drawn before it. Raises Forbidden where it may not."""
    hidden = [one for one in person_ids if not people.may_see(one)]
    if hidden:
        raise Forbidden(action=Action.SEE_RECIPIENT)


def note_paper(key: str) -> None:
    """Note which paper the running request draws: the look at whoever stands on it says so."""
    g.look_paper = key


def has_reason() -> bool:
    """Say whether a reason was typed for the running request."""
    return "look_reason" in g


def _purpose() -> looks.Purpose:
    endpoint = request.endpoint or ""
    rule, actor = rule_of(current_app, endpoint), current_actor()
    rights = [action for action in rule.actions if actor.may(action)] if rule is not None else []
    right = rights[0] if rights else Action.SEE_RECIPIENT
    return looks.Purpose(right=right, act=endpoint, paper=g.get("look_paper"), reason=g.get("look_reason"))
