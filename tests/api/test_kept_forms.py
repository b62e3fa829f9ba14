"""What was typed is never lost: a refused form, one sent after the session ended, one pressed twice."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from api import forms
from postal import models
from postal.access import kept_forms
from postal.network import crew
from postal.operation.housekeeping import HOUSEKEEPING
from tests.api.conftest import PASSWORD
from tests.api.shown_forms import forms_on, send

AWAY = "/staff/day-orders/away"


@pytest.fixture
def dispatcher(sign_in):
    return sign_in("dispatcher")


def away_form(person):
    page = person.get("/staff/day-orders").text
    return next(form for form in forms_on(page) if form.action == AWAY)


def test_a_refused_form_comes_back_filled_with_its_fault_named_and_linked(dispatcher):
    form = away_form(dispatcher)
    form["courier"] = "BT040"
    form["until"] = "ngày kia"
    page = dispatcher.get(send(dispatcher, form).location)
    again = next(one for one in forms_on(page.text) if one.action == AWAY)
    assert (again["courier"], again["from"], again["until"]) == ("BT040", form["from"], "ngày kia")
    field = again.control("until")
    assert field["aria-invalid"] == "true"
    assert f'href="#{field["id"]}"' in page.text
    assert "<title>Lỗi: " in page.text
    assert re.search(r'id="faults".*?Đến hết ngày', page.text, re.DOTALL)
    assert again["form_ticket"] != form["form_ticket"]
    untouched = [one for one in forms_on(page.text) if one.action.endswith("/commune")]
    assert untouched[0]["reason"] == ""


def test_a_form_sent_after_the_session_ended_waits_behind_the_sign_in_for_the_same_person(dispatcher, database):
    form = away_form(dispatcher)
    form["courier"] = "BT040"
    dispatcher.client.delete_cookie("tannha")
    asked = send(dispatcher, form)
    assert asked.status_code == 303
    assert asked.location.startswith("/staff/sign-in?next=/staff/day-orders")
    assert "BT040" not in asked.location
    page = sign_in_at(dispatcher, asked.location, "dispatcher")
    again = next(one for one in forms_on(page.text) if one.action == AWAY)
    assert again["courier"] == "BT040"
    assert "Phiên làm việc đã hết" in page.text
    with database.read() as session:
        assert session.scalars(select(models.Absence)).all() == [], "shown, not sent by itself"
    assert send(dispatcher, again).status_code == 303
    with database.read() as session:
        assert len(session.scalars(select(models.Absence)).all()) == 1


def test_another_person_who_signs_in_then_sees_nothing_of_it(dispatcher, sign_in, database):
    form = away_form(dispatcher)
    form["courier"] = "BT040"
    dispatcher.client.delete_cookie("tannha")
    asked = send(dispatcher, form)
    kept = unquote(asked.location).partition("kept=")[2]
    page = sign_in("centre").get(f"/staff/queue?kept={kept}").text
    assert "không còn được giữ" in page
    assert "BT040" not in page
    with database.read() as session:
        stored = session.scalars(select(models.KeptForm)).one()
        assert b"BT040" not in stored.sealed


def sign_in_at(person, address, username):
    person.get(address)
    target = re.search(r"next=([^&]+)", address)[1]
    answer = person.post("/staff/sign-in", username=username, password=PASSWORD, next=unquote(target))
    return person.get(answer.location)


def test_a_form_shown_before_signing_in_anew_is_kept_as_well(dispatcher):
    form = away_form(dispatcher)
    form["courier"] = "BT040"
    dispatcher.post("/staff/sign-out")
    dispatcher.get("/staff/sign-in")
    dispatcher.post("/staff/sign-in", username="dispatcher", password=PASSWORD)
    answer = send(dispatcher, form)  # with the token of the session before
    page = dispatcher.get(answer.location).text
    assert next(one for one in forms_on(page) if one.action == AWAY)["courier"] == "BT040"


def test_nothing_is_kept_of_a_form_that_asks_for_a_password(app, dispatcher):
    with app.test_request_context(
        AWAY,
        method="POST",
        data={"password": "x" * 12, "again": "x" * 12, "courier": "BT040", **marks_of(away_form(dispatcher))},
    ):
        forms.keep()
    with app.extensions["tannha"].database.read() as session:
        stored = session.scalars(select(models.KeptForm)).one()
        content = kept_forms.vault_of(session).open_bytes(stored.sealed, stored.key_id)
    assert b"xxxx" not in content
    assert b"again" not in content


def marks_of(form):
    return {"form_ticket": form["form_ticket"], "form_page": form["form_page"]}


def test_two_sendings_of_one_shown_form_are_one_act_with_one_answer(dispatcher, database):
    form = away_form(dispatcher)
    form["courier"] = "BT040"
    first = send(dispatcher, form)
    shown = dispatcher.get(first.location).text
    second = send(dispatcher, form)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    with database.read() as session:
        said = f"Đã ghi {crew.names_by_code(session, {'BT040'})['BT040']} nghỉ"
        assert said in shown
        assert said in dispatcher.get(second.location).text
        assert len(session.scalars(select(models.Absence)).all()) == 1


def test_a_form_changed_and_sent_again_is_another_act(dispatcher, database):
    form = away_form(dispatcher)
    for code in ("BT040", "BT039"):
        form["courier"] = code
        send(dispatcher, form)
    with database.read() as session:
        assert len(session.scalars(select(models.Absence)).all()) == 2


def test_kept_forms_are_bounded_in_number_size_and_time(database, house, clock):
    with database.write() as session:
        tokens = [kept_forms.keep_form(session, house["postal"], b"x", now=clock.now) for _ in range(25)]
        assert kept_forms.keep_form(session, house["postal"], b"x" * (kept_forms.MAX_BYTES + 1), now=clock.now) is None
    with database.write() as session:
        known = [t for t in tokens if kept_forms.kept_form(session, house["postal"], t, now=clock.now)]
        assert known == tokens[-kept_forms.N_OF_ONE_PERSON :]
        assert kept_forms.kept_form(session, house["admin"], tokens[-1], now=clock.now) is None
        later = clock.now + timedelta(hours=25)
        assert kept_forms.kept_form(session, house["postal"], tokens[-1], now=later) is None
        assert kept_forms.forget_old_forms(session, now=later) == kept_forms.N_OF_ONE_PERSON
    assert "forget_forms" in HOUSEKEEPING.every
