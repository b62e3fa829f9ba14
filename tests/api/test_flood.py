"""The flood page: what an order would do is shown first, what was noted is listed, and every step is taken back."""

import re

import pytest
from sqlalchemy import select

from api.words import translate
from api.work.notices import desk
from postal import citizen, models
from postal.rules.working_days import local_day
from tests import builders as build
from tests.api.test_day_orders import text
from tests.api.test_desk import hand_over, import_results

DAY = "2026-11-23"
CUT = {"from": DAY, "until": "2026-11-27", "reason": "lũ lớn", "proof": "Công điện 12/CĐ-UBND"}


@pytest.fixture
def commune(sign_in, database, clock):
    """Bring three results to the post on Saturday; return the code of the commune of the first, on Monday."""
    import_results(sign_in("centre"), *(build.result(n) for n in (1, 2, 3)))
    hand_over(sign_in("centre"), sign_in("postal"), database)
    clock.forward(days=2, hours=13)
    with database.read() as session:
        return session.scalars(select(models.Consignment.commune_code).order_by(models.Consignment.id)).first()


def promises(database, code):
    with database.read() as session:
        query = select(models.Consignment.promised_by).where(models.Consignment.commune_code == code)
        return session.scalars(query.order_by(models.Consignment.id)).all()


def test_what_an_order_would_do_is_shown_before_it_is_noted(sign_in, database, commune):
    dispatcher, before = sign_in("dispatcher"), promises(database, commune)
    page = dispatcher.post("/staff/flood/effect", commune=commune, **CUT)
    assert page.status_code == 200
    assert f"{len(before)} thời hạn lùi lại" in text(page)
    assert promises(database, commune) == before
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    answer = dispatcher.post("/staff/flood/close", tell="1", **{key: fields[key] for key in ("commune", *CUT)})
    assert answer.location == f"/staff/flood?day={DAY}"
    assert all(was < now for was, now in zip(before, promises(database, commune), strict=True))
    page = text(dispatcher.get(answer.location))
    assert "Đã đánh dấu 1 xã, phường bị chia cắt" in page
    assert CUT["proof"] in page
    assert "đang chia cắt" in page
    with database.read() as session:
        assert session.query(models.Notice).count() == len(before)
        item_id = session.scalars(select(models.Item.id).order_by(models.Item.id)).first()
        history = citizen.by_item(session, item_id, now=before[0])
        moved = (history.outlook.moved_from, history.promised_by)
        assert moved == (local_day(before[0]), promises(database, commune)[0])
    dispatcher.post("/staff/flood/open", commune=commune, day=DAY)
    assert promises(database, commune) == before
    assert "đã rút lại" in text(dispatcher.get(answer.location))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"from": "2026-11-24", "proof": ""}, "sẽ đến muộn hơn"),
        ({"proof": ""}, "sẽ đến muộn hơn"),
        ({}, "hạn mới"),
    ],
)
def test_a_road_cut_off_from_tomorrow_is_not_told_open_and_a_day_that_did_not_move_not_told_new(
    sign_in, database, services, commune, changes, says
):
    sign_in("dispatcher").post("/staff/flood/close", commune=commune, tell="1", **(CUT | changes))
    with database.read() as session:
        notices = session.scalars(select(models.Notice)).all()
        assert notices
        for one in notices:
            message = translate(desk(services).words(session, one), "vi")
            assert says in message
            assert "đã thông" not in message


def test_proof_is_added_later_also_to_what_is_over(sign_in, database, commune):
    dispatcher, before = sign_in("dispatcher"), promises(database, commune)
    dispatcher.post("/staff/flood/close", commune=commune, **(CUT | {"proof": ""}))
    page = dispatcher.get("/staff/flood?day=2026-12-15")
    assert "1 lần chia cắt đã hết" in text(page)
    action = re.search(r'action="([^"]*/prove)"', page.text)[1]
    assert promises(database, commune) == before
    dispatcher.post(action, proof="")
    assert promises(database, commune) == before
    dispatcher.post(action, proof="Báo Thừa Thiên 25/11")
    assert promises(database, commune) != before


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"commune": None}, "Chưa chọn xã, phường nào"),
        ({"until": "2026-11-20"}, "Ngày cuối phải không trước ngày đầu"),
        ({"until": "2027-11-20"}, "dài nhất 60 ngày"),
        ({"from": "hôm nào"}, "Từ ngày"),
        ({"commune": "00000"}, "xã, phường 00000"),
    ],
)
def test_a_form_that_cannot_be_meant_is_shown_again_with_what_was_typed(sign_in, database, commune, changed, named):
    dispatcher = sign_in("dispatcher")
    fields = {key: value for key, value in ({"commune": commune, **CUT} | changed).items() if value is not None}
    page = dispatcher.get("/staff/flood").text
    form = page[page.index('action="/staff/flood/effect"') :]
    marks = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    answer = dispatcher.post("/staff/flood/effect", **(marks | fields))
    shown = dispatcher.get(answer.location)
    assert named in text(shown)
    assert CUT["proof"] in shown.text
    with database.read() as session:
        assert session.query(models.CommuneClosure).count() == 0


def test_a_day_or_a_commune_nobody_knows_and_a_road_from_the_map(sign_in, database, commune):
    dispatcher = sign_in("dispatcher")
    assert "Ngày không đúng dạng" in text(dispatcher.get("/staff/flood?day=soon"))
    road = {"one_end": "16.40, 107.5875", "other_end": "16.52, 107.5875", "reason": "ngập", "detour_min": ""}
    answer = dispatcher.post("/staff/day-orders/road", page="flood", **{"from": DAY, "until": DAY}, **road)
    assert answer.location == f"/staff/flood?day={DAY}"
    page = dispatcher.get(answer.location)
    assert 'data-road="16.40000,107.58750 16.52000,107.58750"' in page.text
    ended = dispatcher.post(re.search(r'action="(/staff/day-orders/\d+/end)"', page.text)[1], page="flood")
    assert ended.location.startswith("/staff/flood")
    assert "mọi đường đều thông" in text(dispatcher.get(answer.location))


def test_a_clerk_looks_and_orders_nothing(sign_in, commune):
    clerk = sign_in("postal")
    assert "Đánh dấu chia cắt" not in clerk.get("/staff/flood").text
    for path in ("effect", "close"):
        assert clerk.post(f"/staff/flood/{path}", commune=commune, **CUT).status_code == 403
