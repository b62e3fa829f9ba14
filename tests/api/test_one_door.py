"""One door on paper: one numbered stop with its pieces on the route sheet, one form when the sheet is typed back."""

import re

from sqlalchemy import select

from postal import models
from tests.api.one_door import delivered, join, part, stops_of
from tests.api.test_numbered_sheets import words_of
from tests.labels.conftest import poppler  # noqa: F401 - a fixture


def typed_for(stop_ids):
    return {
        f"outcome-{stop_ids[0]}": "done",
        f"time-{stop_ids[0]}": "16:15",
        f"receiver-{stop_ids[0]}": "Tôn Nữ Thị Diễm Hằng",
        f"id-tail-{stop_ids[0]}": "9911",
        f"stop-of-{stop_ids[0]}": [str(one) for one in stop_ids],
    }


def test_a_sheet_lists_the_pieces_of_a_door_under_one_number_and_one_code(sign_in, own_round, database, poppler):  # noqa: F811
    (first, second), _, _ = join(database, own_round)
    with database.read() as session:
        dossiers = [stop.consignment.items[0].dossier_code for stop in stops_of(session, own_round)]
    sheet = words_of(sign_in("postal").get(f"/staff/rounds/{own_round}/sheet.pdf"))
    assert "2 điểm, 3 bưu gửi hoặc hồ sơ" in sheet
    assert f"{first} · {dossiers[0]} · Thu 50.000" in sheet
    assert f"{second} · {dossiers[1]} · số 2 trên kế hoạch" in sheet
    assert sheet.count("Người nhận ký") == 2


def test_a_clerk_types_a_door_once_and_what_was_not_ticked_stays_open(sign_in, own_round, database):
    _, item_ids, stop_ids = join(database, own_round)
    clerk, page = sign_in("postal"), f"/staff/rounds/{own_round}/results"
    shown = clerk.get(page).text
    assert re.findall(r'data-position="([^"]+)"', shown) == ["1+2", "3"]
    typed = typed_for(stop_ids) | {f"n-documents-{one}": "1" for one in item_ids}
    assert "Điểm 1+2" in clerk.post(page, **typed).text, "nothing is ticked"
    # The fee was not paid: its piece comes home, the other was handed over; the stop passed on while the clerk typed.
    with database.write() as session:
        passed = session.get_one(models.RoundStop, stop_ids[1])
        passed.passed_on_at = passed.round.started_at
    assert clerk.post(page, **typed, **{f"piece-{item_ids[1]}": "1"}).status_code == 303
    with database.read() as session:
        states = dict(session.execute(select(models.Item.id, models.Item.state)).all())
        assert delivered(database) == [session.get_one(models.Item, item_ids[1]).s10]
    assert [str(states[one]) for one in item_ids] == ["delivered", "on_round"][::-1]


def test_a_form_made_up_signs_for_nobody_else(sign_in, own_round, database):
    _, item_ids, stop_ids = join(database, own_round)
    with database.read() as session:
        stranger = stops_of(session, own_round)[2]
        stranger_id, item_id = stranger.id, stranger.consignment.items[0].id
    clerk, page = sign_in("postal"), f"/staff/rounds/{own_round}/results"
    typed = typed_for([stop_ids[0], stranger_id]) | {f"piece-{item_id}": "1", f"n-documents-{item_id}": "1"}
    assert clerk.post(page, **typed).status_code == 422
    assert "Chưa chọn bưu gửi nào" in clerk.post(page, **typed_for(stop_ids[:1])).text, "no piece was shown"
    # Parted by the office while the clerk types: all of it is asked again, and no ticked piece is left out unsaid.
    part(database, own_round)
    typed = typed_for(stop_ids) | {f"{name}-{one}": "1" for name in ("piece", "n-documents") for one in item_ids}
    assert "vừa được tách" in clerk.post(page, **typed).text
    assert delivered(database) == []
    single = dict(re.findall(r'type="hidden" name="(piece-[0-9]+)" value="(1)"', clerk.get(page).text))
    assert single.keys() == {f"piece-{one}" for one in (*item_ids, item_id)}, "a form of one piece names it"
