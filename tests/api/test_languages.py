"""A page speaks one language: the one its reader chose, kept on the account or in the address."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from api.web.auth import rule_of
from postal import models
from tests import builders as build
from tests.api import bodies, reading
from tests.api.conftest import Person
from tests.api.test_desk import upload
from tests.api.test_rights import Things, things  # noqa: F401 - a fixture

CLERKS = ("centre", "postal", "dispatcher", "admin")


def choose(person, language, back="/staff/"):
    return person.post("/language", language=language, back=back)


def pages(app, things):  # noqa: F811
    """Return the address of every page for people, with one of everything a page may name."""
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.rule.startswith(("/staff", "/track", "/t/")):
            yield rule, things.path(rule)


def foreign_words(page, language, names):
    """Return what a page says in another language than it should."""
    foreign_in = reading.english_in if language == "vi" else reading.vietnamese_in
    spoken, said = reading.read(page)
    assert spoken == language
    assert said
    return [text for text in said if foreign_in(reading.without(text, names))]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_speaks_one_language(app, things, sign_in, database, services, language):  # noqa: F811
    with database.read() as session:
        names = reading.names_in(session, services.guide.register)
    n_read, wrong = 0, {}
    for clerk in CLERKS:
        person = sign_in(clerk)
        choose(person, language)
        for rule, path in pages(app, things):
            public = rule_of(app, rule.endpoint).public_because
            answer = person.get(f"{path}?lang={language}" if public else path)
            is_page = answer.mimetype == "text/html" and "<html" in answer.text  # not the part of one a script renews
            if is_page and not 300 <= answer.status_code < 400:
                n_read += answer.status_code == 200
                if found := foreign_words(answer.text, language, names):
                    wrong[path] = found
    assert wrong == {}
    assert n_read > 60


@pytest.mark.parametrize("language", ["vi", "en"])
def test_refusals_notices_and_reports_speak_it_too(app, sign_in, database, services, language):
    centre = sign_in("centre")
    choose(centre, language)
    rows = [
        build.result(1, recipient=""),
        build.result(2, phone="123"),
        build.result(3, address="12 Lê Lợi", lat="", lon=""),
    ]
    with database.read() as session:
        stored = reading.names_in(session, services.guide.register)
    # What a file says of people is shown as it was typed, and is in no table anybody could read it from.
    typed = {text for one in rows for text in (one.recipient, one.address, one.documents, one.office) if text}
    names = sorted({*stored, *typed}, key=len, reverse=True)
    spoken = [
        upload(centre, rows).text,
        centre.get("/staff/khong-co").text,
        centre.get(centre.post("/staff/batches", office_id="x").location).text,
        centre.get("/staff/consignments/999").text,
    ]
    assert [found for page in spoken if (found := foreign_words(page, language, names))] == []


def test_a_choice_is_kept_on_the_account(app, sign_in, database, house):
    postal = sign_in("postal")
    assert '<html lang="vi">' in postal.get("/staff/").text
    assert choose(postal, "en", "/staff/queue").location == "/staff/queue"
    assert '<html lang="en">' in postal.get("/staff/queue").text
    with database.read() as session:
        assert session.get_one(models.User, house["postal"]).language == "en"
    assert '<html lang="en">' in sign_in("postal").get("/staff/").text
    assert '<html lang="vi">' in sign_in("centre").get("/staff/").text


@pytest.mark.parametrize("wanted", ["", "fr", "../en", "EN"])
def test_no_other_language_is_kept(sign_in, database, house, wanted):
    postal = sign_in("postal")
    assert choose(postal, wanted).status_code == 400
    with database.read() as session:
        assert session.scalars(select(models.User.language).distinct()).all() == ["vi"]


def test_choosing_leads_to_no_foreign_place(sign_in):
    for target in ("https://example.com", "//example.com", "/\\example.com", ""):
        assert choose(sign_in("postal"), "en", target).location == "/"


def test_a_visitors_choice_stands_in_the_address_and_follows(app, house):
    visitor = Person(app)
    page = visitor.get("/track?lang=en")
    assert '<html lang="en">' in page.text
    assert 'action="/track?lang=en"' in page.text
    answer = visitor.client.post("/track?lang=en", data={"csrf_token": visitor.csrf, "code": "x", "tail": "1"})
    assert '<html lang="en">' in answer.text
    assert "Not found, or the 4 digits are not right" in answer.text
    assert '<html lang="vi">' in visitor.get("/track").text
    assert visitor.get("/?lang=en").location == "/track?lang=en"


def test_every_page_offers_the_other_language(app, things, sign_in):  # noqa: F811
    person = sign_in("dispatcher")
    for rule, path in pages(app, things):
        page = person.get(path)
        if page.mimetype == "text/html" and page.status_code == 200 and "<html" in page.text:
            is_public = rule_of(app, rule.endpoint).public_because
            assert ('href="' + path + '?lang=en"' if is_public else 'name="language" value="en"') in page.text, path


def test_a_page_that_answered_a_form_leads_back_to_one_that_can_be_opened(sign_in, app, house):
    visitor = Person(app)
    visitor.get("/staff/sign-in?next=/staff/queue")
    wrong = visitor.client.post(
        "/staff/sign-in?next=/staff/queue", data={"csrf_token": visitor.csrf, "username": "x", "password": "y"}
    )
    assert 'href="/staff/sign-in?next=%2Fstaff%2Fqueue&amp;lang=en"' in wrong.text
    postal = sign_in("postal")
    refused = postal.post("/staff/handovers/999/sign", side="giver")
    assert refused.status_code in (303, 404)


@pytest.mark.parametrize(
    ("asked", "title"),
    [("en", "Not found"), ("en-GB,en;q=0.9,vi;q=0.1", "Not found"), ("vi", "Không tìm thấy"), ("fr", "Không tìm thấy")],
)
def test_a_problem_document_follows_the_language_asked_for(system, asked, title):
    answer = system.client.get("/v1/items/EY999999995VN", headers=system.headers(**{"Accept-Language": asked}))
    problem = answer.get_json()
    assert problem["title"] == title
    assert answer.headers["Content-Language"] == ("en" if title == "Not found" else "vi")
    assert reading.VIETNAMESE.search(problem["detail"])
    assert not reading.VIETNAMESE.search(problem["detail_en"])


def test_the_english_detail_of_a_refused_row_is_english_throughout(system):
    for field, value in (("recipient", ""), ("phone", "12"), ("address", "x" * 600), ("finished_at", "hôm qua")):
        body = {"results": [bodies.result(1, **{field: value})]}
        answer = system.post("/v1/results", body, key=f"hai-thu-tieng-{field}")
        told = answer.get_json()
        for one in [told, *told.get("results", []), *told.get("errors", [])]:
            for problem in [one, *one.get("problems", [])]:
                if "detail_en" in problem:
                    assert not reading.VIETNAMESE.search(problem["detail_en"]), problem


def test_attributes_of_a_field_reach_the_browser(sign_in, things):  # noqa: F811
    page = sign_in("dispatcher").get("/staff/day-orders").text
    field = re.search(r'<input[^>]*id="detour_min"[^>]*>', page)[0]
    assert 'min="0"' in field
    assert 'max="360"' in field
    assert 'autocomplete="off"' in field
    assert "&#34;" not in page
