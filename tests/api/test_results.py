"""`POST /v1/results` and `/v1/collections`: one or many, once however often they are sent."""

import threading

import pytest
from sqlalchemy import func, select

from postal.models import ApiKey, AuditEntry, Item, Person, TrackingEvent
from tests.api.bodies import result

KEY = "lan-gui-0001"


def n_items(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Item))


def test_one_result_is_created_and_nothing_personal_comes_back(system, database):
    answer = system.post("/v1/results", result(), key=KEY)
    assert answer.status_code == 201
    assert answer.json["outcome"] == "accepted"
    assert "Hằng" not in answer.text
    assert n_items(database) == 1


def test_a_batch_answers_row_by_row_in_order(system, database):
    rows = [result(1), result(2, recipient="\u200b"), result(3, address="12 Lê Lợi"), result(1)]
    answer = system.post("/v1/results", {"results": rows}, key=KEY)
    assert answer.status_code == 200
    assert [row["outcome"] for row in answer.json["results"]] == ["accepted", "refused", "attention", "duplicate"]
    assert answer.json["results"][1]["problems"][0]["field"] == "recipient"
    assert answer.json["results"][1]["problems"][0]["code"] == "empty_after_clean"
    assert answer.json["n_in"] == 4
    assert n_items(database) == 2


def test_the_same_key_again_replays_the_first_answer(system, database):
    first = system.post("/v1/results", result(), key=KEY)
    again = system.post("/v1/results", result(), key=KEY)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert n_items(database) == 1


def test_the_same_key_with_another_body_is_refused(system, database):
    system.post("/v1/results", result(1), key=KEY)
    answer = system.post("/v1/results", result(2), key=KEY)
    assert (answer.status_code, answer.json["code"]) == (422, "key_reused")
    assert n_items(database) == 1


def test_the_same_key_of_another_system_is_its_own(system, foreign_system, database):
    system.post("/v1/results", result(), key=KEY)
    assert foreign_system.post("/v1/results", result(), key=KEY).status_code == 201
    assert n_items(database) == 2


def test_the_same_dossier_under_a_new_key_exists(system):
    system.post("/v1/results", result(), key=KEY)
    answer = system.post("/v1/results", result(), key="lan-gui-0002")
    assert (answer.status_code, answer.json["code"]) == (409, "dossier_exists")


def test_a_refusal_leaves_no_trace_and_the_key_free(system, database):
    answer = system.post("/v1/results", result(recipient="   "), key=KEY)
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, "empty_after_clean", "recipient")
    assert system.post("/v1/results", result(), key=KEY).status_code == 201
    assert n_items(database) == 1


def test_many_at_once_with_one_key_make_one_item(app, house, database):
    answers = []

    def send():
        headers = {"Authorization": f"Bearer {house['key']}", "Idempotency-Key": KEY}
        answers.append(app.test_client().post("/v1/results", json=result(), headers=headers))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert n_items(database) == 1


@pytest.mark.parametrize(
    ("key", "code"), [(None, "idempotency_key_required"), ("short", "bad_key"), ("a b" * 9, "bad_key")]
)
def test_a_key_is_required_and_must_be_a_key(system, key, code):
    answer = system.post("/v1/results", result(), key=key)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_a_result_from_the_future_waits_for_a_look(system):
    answer = system.post("/v1/results", result(finished_at="2027-11-20T15:00:00+07:00"), key=KEY)
    assert answer.status_code == 202
    assert answer.json["problems"][0]["code"] == "date_in_future"


def test_collections_are_ordered_in_the_other_direction(system, database):
    body = result() | {"wanted_on": "2026-11-23"}
    del body["finished_at"]
    answer = system.post("/v1/collections", {"collections": [body]}, key=KEY)
    assert answer.status_code == 200, answer.text
    with database.read() as session:
        assert session.scalar(select(Item.direction)) == "collection"


def test_names_are_sealed_where_they_are_stored(system, database):
    system.post("/v1/results", result(), key=KEY)
    with database.read() as session:
        sealed = session.scalar(select(Person.sealed))
    assert "Hằng".encode() not in sealed


def test_what_a_system_does_is_kept_under_its_key(system, database):
    dossier = result()["dossier_code"]
    assert system.post("/v1/results", result(), key=KEY).status_code == 201
    assert system.post(f"/v1/items/{dossier}/cancel", {"reason": "cấp nhầm"}).status_code == 200
    with database.read() as session:
        key = session.scalars(select(ApiKey).order_by(ApiKey.id)).first()
        events = session.execute(select(TrackingEvent.user_id, TrackingEvent.api_key_id)).all()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "withdrawn")).one()
        assert [tuple(event) for event in events] == [(None, key.id)] * 2
        assert (entry.user_id, entry.api_key_id, entry.command) == (None, key.id, None)
