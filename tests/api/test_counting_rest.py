"""Counting over REST: one code, many codes, no code; a list of others is not there."""

import pytest

from postal import custody, models
from tests import builders as build
from tests.town import published

NOW = build.EVENING
PARTY = custody.Party(name="Người Ký")


@pytest.fixture
def closed(database, house):
    """Close a batch of three; return (its id, the codes)."""
    with database.write() as session:
        items = build.accepted(session, *(build.result(n) for n in range(1, 4)))
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        return batch.id, [line.s10 for line in build.closed_batch(session, batch.id).lines]


def test_a_scan_is_answered_with_its_word_its_tone_and_the_count(closed, sign_in):
    batch_id, codes = closed
    postal = sign_in("postal")
    path = f"/v1/batches/{batch_id}/count"
    first = postal.json(path, {"codes": [codes[0]]})
    assert first.json == {
        "scans": [{"code": codes[0], "said": "right", "tone": "good", "detail": "Đúng.", "detail_en": "Right."}],
        "n_scanned": 1,
        "n_expected": 3,
    }
    told = postal.json(path, {"codes": [codes[0], codes[1], "EY999999995VN"]}).json
    assert [one["said"] for one in told["scans"]] == ["again", "right", "unknown"]
    assert postal.json(path, {}).json == {"scans": [], "n_scanned": 2, "n_expected": 3}


def test_a_list_that_is_over_or_foreign_or_absent_is_refused_by_code(closed, sign_in, database):
    batch_id, codes = closed
    postal = sign_in("postal")
    with database.write() as session:
        custody.hand_over(build.act(session, NOW), batch_id, scanned=codes, giver=PARTY, receiver=PARTY)
        round_id = published(session, "BT001").rounds[0].id
    answers = {
        f"/v1/batches/{batch_id}/count": (409, "count_over"),
        f"/v1/rounds/{round_id}/back": (409, "count_too_early"),
        "/v1/batches/4711/count": (404, "not_found"),
        "/v1/rounds/4711/load": (404, "not_found"),
        "/v1/agencies/4711/papers": (404, "not_found"),
    }
    for path, wanted in answers.items():
        answer = postal.json(path, {"codes": codes[:1]})
        assert (answer.status_code, answer.json["code"]) == wanted, path
    stranger = sign_in("stranger-clerk").json(f"/v1/rounds/{round_id}/load", {"codes": codes[:1]})
    assert (stranger.status_code, stranger.json["code"]) == (404, "not_found")
    assert postal.json(f"/v1/rounds/{round_id}/load", {"codes": codes[:1]}).json["n_scanned"] == 1


@pytest.mark.parametrize(("codes", "status"), [(["   "], 400), ([""], 400), (["X" * 201], 400), (["1"] * 501, 400)])
def test_empty_endless_or_too_many_codes_are_refused_and_leave_nothing(closed, sign_in, database, codes, status):
    batch_id, _ = closed
    assert sign_in("postal").json(f"/v1/batches/{batch_id}/count", {"codes": codes}).status_code == status
    with database.read() as session:
        assert session.query(models.CountedScan).count() == 0
