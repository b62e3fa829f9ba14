"""Control characters in what pages are asked: refused wherever a form or a query could carry them."""

import pytest

FORM = "application/x-www-form-urlencoded"


def answered(app, path, **asked):
    return app.test_client().open(path, **asked).status_code


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=utf-8", FORM.upper(), "multipart/form-data"])
@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1b", "\x7f"])
def test_a_form_with_one_is_refused_before_anything_reads_it(app, kind, mark):
    data = {"code": f"a{mark}b", "tail": "1234"} if "multipart" in kind else f"code=a%{ord(mark):02X}b&tail=1234"
    answer = app.test_client().post("/track", data=data, content_type=kind)
    assert answer.status_code == 400
    assert "control_character" in answer.text


@pytest.mark.parametrize("mark", ["%00", "%0B", "%1F", "%7F"])
def test_a_query_or_a_path_with_one_is_refused(app, mark):
    assert answered(app, f"/track?code=a{mark}b") == 400
    assert answered(app, f"/t/a{mark}b") == 400
    assert answered(app, "/track?code=ab") == 200


def test_a_body_that_does_not_say_its_kind_is_no_form_for_anybody(app):
    with app.test_request_context("/track", method="POST", data=b"code=a%00b") as context:
        assert context.request.mimetype == ""
        assert not context.request.form
    assert answered(app, "/track", method="GET", data=b"code=a%00b") == 200
