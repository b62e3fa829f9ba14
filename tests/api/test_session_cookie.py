"""The session's cookie is Flask's own: each reads what the other wrote, and both refuse what neither did."""

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired

from api.web.session_cookie import Sessions

CONTENTS = [
    {},
    {"label": {"item": 7, "until": 1_764_500_000.25}},
    {"_flashes": [("note", "Đã ghi. " * 60)], "csrf_token": "f" * 40},
    {"tuple": (1, 2), "bytes": b"\x00\xff", "tiếng": "Việt", "none": None},
]


def app_with(secret, *fallbacks):
    app = Flask("cookies")
    app.config.update(SECRET_KEY=secret, SECRET_KEY_FALLBACKS=list(fallbacks))
    return app


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: "-".join(content) or "empty")
def test_flask_and_we_read_each_other_s_cookies(content):
    app = app_with("s" * 40)
    ours, theirs = Sessions().get_signing_serializer(app), SecureCookieSessionInterface().get_signing_serializer(app)
    assert theirs.loads(ours.dumps(content)) == ours.loads(theirs.dumps(content)) == content
    assert [ours.loads(ours.dumps(content)) for _ in range(3)] == [content] * 3


def test_long_contents_are_compressed_as_before():
    app = app_with("s" * 40)
    ours, theirs = Sessions().get_signing_serializer(app), SecureCookieSessionInterface().get_signing_serializer(app)
    assert len(ours.dumps(CONTENTS[2])) == len(theirs.dumps(CONTENTS[2])) < 250


@pytest.mark.parametrize("other", ["t" * 40, "s" * 39, b"s" * 41])
def test_a_cookie_of_another_secret_is_refused(other):
    sessions = Sessions()
    written = sessions.get_signing_serializer(app_with(other)).dumps(CONTENTS[1])
    with pytest.raises(BadSignature):
        sessions.get_signing_serializer(app_with("s" * 40)).loads(written)


@pytest.mark.parametrize("place", [0, 5, -30, -3])
def test_a_cookie_with_one_letter_changed_is_refused(place):
    signing = Sessions().get_signing_serializer(app_with("s" * 40))
    letters = list(signing.dumps(CONTENTS[1]))
    letters[place] = "A" if letters[place] != "A" else "B"
    with pytest.raises(BadSignature):
        signing.loads("".join(letters))


def test_a_secret_that_is_changed_signs_at_once_and_the_old_one_still_opens():
    sessions = Sessions()
    before = sessions.get_signing_serializer(app_with("old" * 14)).dumps(CONTENTS[1])
    changed = app_with("new" * 14, "old" * 14)
    now = sessions.get_signing_serializer(changed)
    assert now.loads(before) == CONTENTS[1]
    with pytest.raises(BadSignature):
        sessions.get_signing_serializer(app_with("old" * 14)).loads(now.dumps(CONTENTS[1]))


def test_a_cookie_ends_with_its_time():
    signing = Sessions().get_signing_serializer(app_with("s" * 40))
    written = signing.dumps(CONTENTS[1])
    assert signing.loads(written, max_age=100) == CONTENTS[1]
    with pytest.raises(SignatureExpired):
        signing.loads(written, max_age=-1)


def test_an_app_without_a_secret_has_no_sessions():
    assert Sessions().get_signing_serializer(Flask("none")) is None
