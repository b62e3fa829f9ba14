"""A draft changed by hand: moved, taken off, put back, kept, undone; rules are broken only knowingly."""

import re
from itertools import count

import pytest
from sqlalchemy import event, select

from api.wiring import EXTENSION, Services
from postal import Actor, ActorKind, Forbidden, NewUser, Role, models, rounds
from postal.access import accounts
from postal.network import crew
from postal.rounds.by_hand import KEPT_FOR
from postal.rules import local_seconds
from routing import StraightLine
from tests import builders as build
from tests.api.conftest import NOW, PASSWORD
from tests.api.shown_forms import forms_on
from tests.api.test_desk import hand_over, import_results

pytestmark = pytest.mark.journey  # each test plans a day, with a solver's process started for it

DAY = "2026-11-23"


@pytest.fixture
def draft(sign_in, database, clock):
    """Bring in eight results and plan Monday as a draft; return the dispatcher and the plan's page."""
    centre, dispatcher = sign_in("centre"), sign_in("dispatcher")
    import_results(centre, *(build.result(n) for n in range(1, 9)))
    hand_over(centre, sign_in("postal"), database)
    clock.forward(days=2, hours=15)  # Monday morning
    return dispatcher, dispatcher.post("/staff/plans", day=DAY, seconds="2").location


@pytest.fixture
def standing(database):
    """Return a function that tells the draft's rounds: their consignments in order with their times, by round id."""

    def told():
        with database.read() as session:
            plan = session.scalars(select(models.DayPlan).order_by(models.DayPlan.id.desc())).first()
            rounds = {r.id: [(s.consignment_id, s.start_s, s.kept_for_id) for s in r.stops] for r in plan.rounds}
            figures = [(r.leave_at_s, r.back_at_s, r.travel_s, r.travel_m) for r in plan.rounds]
            left = [(u.consignment_id, u.reason) for u in plan.unserved]
            return rounds, figures, left, plan.travel_s, plan.cost

    return told


@pytest.fixture
def neighbour(draft, database, sign_in):
    """Give another office an empty round in the draft; return its dispatcher and that round."""
    with database.write() as session:
        plan = session.scalars(select(models.DayPlan)).one()
        offices = [one.office_id for one in plan.rounds]
        query = select(models.Courier).where(models.Courier.office_id.not_in(offices)).order_by(models.Courier.id)
        courier = session.scalars(query).first()
        empty = {"leave_at_s": 27_000, "back_at_s": 27_000, "travel_s": 0, "travel_m": 0}
        one = models.DeliveryRound(
            plan_id=plan.id, number=90, courier_id=courier.id, office_id=courier.office_id, **empty
        )
        session.add(one)
        new = NewUser(
            username="neighbour", password=PASSWORD, full_name="Người Bên", role=Role.DISPATCHER,
            office_id=courier.office_id,
        )  # fmt: skip
        accounts.add_user(session, new, now=NOW)
        session.flush()
        round_id = one.id
    person = sign_in("neighbour")
    person.get(draft[1])
    return person, round_id


def order_of(standing, round_id):
    return [consignment_id for consignment_id, _start, _kept in standing()[0][round_id]]


def actor_of(session, username):
    """Return somebody signed in as the use cases see them."""
    user = session.scalars(select(models.User).where(models.User.username == username)).one()
    return Actor(kind=ActorKind.USER, user_id=user.id, role=user.role, office_id=user.office_id)


def edit_of(page):
    return re.search(r'name="edit" value="(\d+)"', page).group(1)


def test_a_stop_moves_within_its_round_and_times_and_figures_follow(draft, standing):
    dispatcher, plan = draft
    before = standing()
    round_id, stops = next(iter(before[0].items()))
    assert len(stops) >= 3
    first = stops[0][0]
    answer = dispatcher.post(f"{plan}/move", edit="0", stop=str(first), to=str(round_id), position="3")
    assert answer.location == plan
    order = order_of(standing, round_id)
    assert order.index(first) == 2
    assert [one for one in order if one != first] == [stop[0] for stop in stops[1:]]
    starts = [start for _c, start, _k in standing()[0][round_id]]
    assert starts == sorted(starts)
    assert "Đã chuyển điểm" in dispatcher.get(plan).text
    assert standing()[3] == sum(figure[2] for figure in standing()[1])


def test_every_act_is_undone_until_all_is_as_it_was(draft, standing):
    dispatcher, plan = draft
    before, numbers = standing(), count()
    round_id, stops = next(iter(before[0].items()))
    for n in range(20):
        stop = order_of(standing, round_id)[0]
        dispatcher.post(
            f"{plan}/move", edit=str(next(numbers)), stop=str(stop), to=str(round_id), position=str(2 + n % 2)
        )
    dispatcher.post(f"{plan}/keep", edit=str(next(numbers)), stop=str(stops[0][0]))
    dispatcher.post(f"{plan}/move", edit=str(next(numbers)), stop=str(stops[1][0]), to="off")
    assert (stops[1][0], "by_hand") in standing()[2]
    assert "Người điều hành để lại" in dispatcher.get(plan).text
    for _ in range(22):
        page = dispatcher.get(plan).text
        assert "Hoàn tác" in page
        dispatcher.post(f"{plan}/undo", edit=edit_of(page))
    assert standing() == before
    assert ">Hoàn tác<" not in dispatcher.get(plan).text
    dispatcher.post(f"{plan}/undo", edit="44")
    assert "không còn gì để hoàn tác" in dispatcher.get(plan).text


def test_what_was_taken_off_is_put_in_again(draft, standing):
    dispatcher, plan = draft
    round_id, stops = next(iter(standing()[0].items()))
    cost = standing()[4]
    dispatcher.post(f"{plan}/move", edit="0", stop=str(stops[0][0]), to="off")
    assert standing()[4] > cost
    dispatcher.post(f"{plan}/move", edit="1", stop=str(stops[0][0]), to=str(round_id), position="1")
    assert standing()[4] == cost
    assert order_of(standing, round_id) == [stop[0] for stop in stops]
    assert standing()[2] == []


def test_who_comes_second_is_told_and_changes_nothing(draft, standing, sign_in):
    dispatcher, plan = draft
    second = sign_in("dispatcher")
    round_id, stops = next(iter(standing()[0].items()))
    dispatcher.post(f"{plan}/move", edit="0", stop=str(stops[0][0]), to=str(round_id), position="2")
    after = standing()
    for path, values in (("move", {"to": "off"}), ("keep", {}), ("undo", {})):
        second.post(f"{plan}/{path}", edit="0", stop=str(stops[1][0]), **values)
        assert "vừa được người khác sửa" in second.get(plan).text
    assert standing() == after


def test_a_broken_rule_is_named_and_kept_only_for_a_reason(draft, standing, database):
    dispatcher, plan = draft
    with database.write() as session:
        round_id, stops = next(iter(standing()[0].items()))
        walker = session.get_one(models.DeliveryRound, round_id).courier
        walker.capacity_ml = 600 * (len(stops) - 1)
    dispatcher.post(f"{plan}/move", edit="0", stop=str(stops[0][0]), to="off")
    before = standing()
    asked = dispatcher.post(f"{plan}/move", edit="1", stop=str(stops[0][0]), to=str(round_id), position="1", part="1")
    assert standing() == before
    part = dispatcher.get(asked.location).text
    assert "chở quá sức chứa" in part
    assert "Lý do vẫn xếp" in part
    assert "<html" not in part
    page = dispatcher.get(asked.location.replace("/board?", "?")).text
    assert "chở quá sức chứa" in page
    dispatcher.post(
        f"{plan}/move", edit="1", stop=str(stops[0][0]), to=str(round_id), position="1", reason="xe mượn thùng lớn"
    )
    assert order_of(standing, round_id)[0] == stops[0][0]
    assert "xe mượn thùng lớn" in dispatcher.get(plan).text
    with database.read() as session:
        kept = session.scalars(select(models.PlanEdit).order_by(models.PlanEdit.number.desc())).first()
        assert kept.detail["broken"] == ["overloaded"]
        assert any(e.reason == "xe mượn thùng lớn" for e in session.scalars(select(models.AuditEntry)))


def test_a_kept_stop_stays_with_its_courier_when_the_draft_is_planned_on(draft, standing):
    dispatcher, plan = draft
    stops = next(iter(standing()[0].values()))
    dispatcher.post(f"{plan}/keep", edit="0", stop=str(stops[0][0]))
    assert "Đã giữ" in dispatcher.get(plan).text
    again = dispatcher.post(f"{plan}/replan", seconds="2")
    assert again.location.startswith("/staff/plans/2")
    kept = [stop for stops_ in standing()[0].values() for stop in stops_ if stop[2] is not None]
    assert [stop[0] for stop in kept] == [stops[0][0]]


def test_a_round_emptied_by_hand_is_not_published(draft, standing):
    dispatcher, plan = draft
    numbers = count()
    for stops in list(standing()[0].values()):
        for stop in stops:
            dispatcher.post(f"{plan}/move", edit=str(next(numbers)), stop=str(stop[0]), to="off")
    assert all(not stops for stops in standing()[0].values())
    dispatcher.post(f"{plan}/publish")
    assert standing()[0] == {}


def test_what_is_published_is_not_changed_by_hand(draft, standing):
    dispatcher, plan = draft
    dispatcher.post(f"{plan}/publish")
    before = standing()
    stop = next(iter(before[0].values()))[0][0]
    for path in ("move", "keep", "undo"):
        dispatcher.post(f"{plan}/{path}", edit="0", stop=str(stop), to="off")
        assert "đã được công bố hoặc đã bị thay" in dispatcher.get(plan).text
    assert standing() == before
    assert "draggable" not in dispatcher.get(plan).text


@pytest.mark.parametrize(
    "values",
    [{}, {"stop": "x"}, {"stop": "1"}, {"stop": "1", "to": "x"}, {"stop": "99999", "to": "off"},
     {"stop": "1", "to": "999"}, {"stop": "1", "to": "off", "edit": "x"}],
)  # fmt: skip
def test_what_cannot_be_read_changes_nothing(draft, standing, values):
    dispatcher, plan = draft
    before = standing()
    answer = dispatcher.post(f"{plan}/move", **({"edit": "0"} | values))
    assert answer.status_code == 303
    assert standing() == before


def test_another_offices_stop_is_not_taken_judged_or_told_of(draft, neighbour, standing, database):
    dispatcher, plan = draft
    other, own_round = neighbour
    stops = next(found for found in standing()[0].values() if found)
    taken = {"stop": str(stops[0][0]), "to": str(own_round), "position": "1"}
    before = standing()
    with database.read() as session:
        own_office = session.get_one(models.DeliveryRound, own_round).office_id
        codes = session.scalars(select(models.Courier.code).where(models.Courier.office_id != own_office)).all()
    for page in (f"{plan}/board", plan):
        shown = other.get(f"{page}?stop={taken['stop']}&to={own_round}").text
        assert "Chưa chuyển hồ sơ" not in shown
        assert not any(code in shown for code in codes)
    other.post(f"{plan}/move", edit="0", **taken, reason="tiện đường")
    assert standing() == before
    dispatcher.post(f"{plan}/move", edit="0", stop=taken["stop"], to="off", reason="để mai")
    left = standing()
    assert "Chưa chuyển hồ sơ" not in other.get(f"{plan}/board?stop={taken['stop']}&to={own_round}").text
    assert other.post(f"{plan}/move", edit="1", **taken, reason="tiện đường").status_code == 403
    assert standing() == left
    move = rounds.Move(plan_id=1, edit=1, consignment_id=stops[0][0], to_round_id=own_round, position=1)
    with database.read() as session:
        by = actor_of(session, "neighbour")
        found = rounds.judged(rounds.asked_move(session, move, now=NOW), travel=StraightLine())
    with pytest.raises(Forbidden), database.write() as session:
        rounds.move_stop(build.act(session, NOW, by=by), found, reason="tiện đường")
    assert standing() == left
    assert dispatcher.post(f"{plan}/move", edit="1", **taken, reason="tiện đường").status_code == 303
    assert order_of(standing, own_round) == [stops[0][0]], "the province's dispatcher lends it"


def test_reasons_given_for_another_offices_rounds_are_not_shown(draft, neighbour, standing):
    dispatcher, plan = draft
    other, _ = neighbour
    stop = next(found for found in standing()[0].values() if found)[0][0]
    dispatcher.post(f"{plan}/move", edit="0", stop=str(stop), to="off", reason="nhà có tang")
    assert "nhà có tang" in dispatcher.get(plan).text
    assert "nhà có tang" not in other.get(plan).text


@pytest.mark.parametrize("where", ["page", "comparison"])
def test_what_is_published_is_what_was_shown(draft, standing, sign_in, database, where):
    dispatcher, plan = draft
    dispatcher.post("/staff/plans", day=DAY, seconds="2")
    path = {"page": plan, "comparison": f"{plan}/compare/2"}[where]
    second = sign_in("dispatcher")
    seen = publishing(second.get(path).text)
    with database.read() as session:
        stop = session.get_one(models.DayPlan, 1).rounds[0].stops[0].consignment_id
    dispatcher.post(f"{plan}/move", edit="0", stop=str(stop), to="off")
    assert second.post(f"{plan}/publish", edit=seen["edit"]).location == plan
    page = second.get(plan).text
    assert "vừa được người khác sửa" in page
    assert "Người điều hành để lại" in page
    assert status_of(database, 1) == "draft"
    assert publishing(second.get(f"{plan}/board").text, is_part=True)["edit"] == "1", "the lists renew it"
    second.post(f"{plan}/publish", edit=publishing(second.get(path).text)["edit"])
    assert status_of(database, 1) == "published"


def publishing(page, *, is_part=False):
    """Return the values that the form publishing a draft sends, wherever on the page its fields stand."""
    if is_part:
        page += '<form id="publish" action="/publish" method="post"></form>'
    (form,) = [one for one in forms_on(page) if one.action.endswith("/publish")]
    return form


def status_of(database, plan_id):
    with database.read() as session:
        return session.get_one(models.DayPlan, plan_id).status


def test_a_kept_stop_that_is_moved_is_kept_for_who_takes_it(draft, standing, database):
    dispatcher, plan = draft
    second = second_round(database)
    first, stops = next((i, found) for i, found in standing()[0].items() if found)
    stop = stops[0][0]
    with database.read() as session:
        couriers = {i: session.get_one(models.DeliveryRound, i).courier_id for i in (first, second)}

    def kept_for(round_id):
        return {consignment: kept for consignment, _start, kept in standing()[0][round_id]}[stop]

    dispatcher.post(f"{plan}/keep", edit="0", stop=str(stop))
    dispatcher.post(f"{plan}/move", edit="1", stop=str(stop), to=str(first), position="2")
    assert kept_for(first) == couriers[first]
    dispatcher.post(f"{plan}/move", edit="2", stop=str(stop), to=str(second), position="1", reason="đổi người")
    assert kept_for(second) == couriers[second], "planned on, it stays where it was put"
    dispatcher.post(f"{plan}/move", edit="3", stop=str(stop), to="off")
    assert "Người điều hành để lại" in dispatcher.get(plan).text
    dispatcher.post(f"{plan}/move", edit="4", stop=str(stop), to=str(first), position="1")
    assert order_of(standing, second) == [], "it is kept for another: that asks for a reason"
    assert stop not in order_of(standing, first)
    dispatcher.post(f"{plan}/move", edit="4", stop=str(stop), to=str(second), position="1")
    assert kept_for(second) == couriers[second]
    for edit in ("5", "6", "7"):
        dispatcher.post(f"{plan}/undo", edit=edit)
    assert kept_for(first) == couriers[first]


def test_what_is_kept_for_a_courier_without_a_round_goes_to_another_with_a_reason(draft, standing, database):
    dispatcher, plan = draft
    first, stops = next((i, found) for i, found in standing()[0].items() if len(found) > 1)
    stop = stops[0][0]
    dispatcher.post(f"{plan}/move", edit="0", stop=str(stop), to="off")
    with database.write() as session:
        found = session.scalars(select(models.DayPlan)).one()
        spare = next(iter(rounds.spare_couriers(session, found)))
        left = next(one for one in found.unserved if one.consignment_id == stop)
        left.detail = {**left.detail, KEPT_FOR: spare.id}
    asked = {"edit": "1", "stop": str(stop), "to": str(first), "position": "1"}
    dispatcher.post(f"{plan}/move", **asked)
    assert stop not in order_of(standing, first), "who it is kept for is on shift"
    dispatcher.post(f"{plan}/move", **asked, reason="đã gọi cho bưu tá")
    assert stop in order_of(standing, first)


def test_an_offices_dispatcher_is_offered_what_he_may_do_and_sees_his_own_left_over_stops(draft, neighbour, standing):
    dispatcher, plan = draft
    other, _round_id = neighbour
    stop = str(next(stops for stops in standing()[0].values() if stops)[0][0])
    dispatcher.post(f"{plan}/move", edit="0", stop=stop, to="off")
    code = re.search(r"H57[^<\s]+", dispatcher.get(f"/staff/consignments/{stop}").text)[0]
    whole, own = dispatcher.get(plan).text, other.get(plan).text
    for form in ("/publish", "/replan"):
        assert f'action="{plan}{form}"' in whole
        assert f'action="{plan}{form}"' not in own
    assert "người điều hành toàn tỉnh" in own
    assert "người điều hành toàn tỉnh" not in whole
    assert code in whole
    assert code not in own
    assert 'name="seconds"' in dispatcher.get("/staff/plans").text
    assert 'name="seconds"' not in other.get("/staff/plans").text
    assert other.post(f"{plan}/publish").status_code == 403


def second_round(database):
    """Give a draft an empty round of another courier of its first round's office; return its id."""
    with database.write() as session:
        plan = session.scalars(select(models.DayPlan)).one()
        busy, office_id = {one.courier_id for one in plan.rounds}, plan.rounds[0].office_id
        query = select(models.Courier).where(models.Courier.office_id == office_id, models.Courier.id.not_in(busy))
        courier = session.scalars(query.order_by(models.Courier.id)).first()
        empty = {"leave_at_s": 27_000, "back_at_s": 27_000, "travel_s": 0, "travel_m": 0}
        one = models.DeliveryRound(plan_id=plan.id, number=80, courier_id=courier.id, office_id=office_id, **empty)
        session.add(one)
        session.flush()
        return one.id


def test_an_office_undoes_its_own_moves_and_waits_for_who_moved_the_same_round_since(
    draft, neighbour, standing, database
):
    """Three dispatchers on one draft: of the round's office, of another office, of the whole province."""
    plan_id, (_, other) = int(draft[1].rpartition("/")[2]), neighbour
    with database.write() as session:
        found = session.get_one(models.DayPlan, plan_id)
        first = next(one for one in found.rounds if len(one.stops) > 1)
        first.stops[-1].round_id, first.stops[-1].position = other, 1
        new = NewUser(username="nha", password=PASSWORD, full_name="x", role=Role.DISPATCHER, office_id=first.office_id)
        own = accounts.actor_of(accounts.add_user(session, new, now=NOW))
        beside, whole = actor_of(session, "neighbour"), actor_of(session, "dispatcher")
        kept, first_id = first.stops[0].consignment_id, first.id
    before = standing()

    def act(by, what, *values):
        with database.write() as session:
            what(build.act(session, NOW, by=by), plan_id, *values)

    with pytest.raises(rounds.NothingToUndo):
        act(own, rounds.undo, 0)
    act(own, rounds.keep_in_draft, 0, kept)
    with pytest.raises(rounds.OthersOnly):
        act(beside, rounds.undo, 1)
    act(whole, rounds.keep_in_draft, 1, kept)
    with pytest.raises(rounds.MovedSince) as refused:
        act(own, rounds.undo, 2)
    assert "toàn tỉnh" in str(refused.value.message)
    act(whole, rounds.undo, 2)
    act(beside, rounds.keep_in_draft, 3, order_of(standing, other)[0])
    with database.write() as session:  # who made an act belongs to another office by now: it stays the first's
        session.scalars(select(models.User).where(models.User.username == "nha")).one().office_id = beside.office_id
    act(own, rounds.undo, 4)
    now = {one: [kept for *_, kept in stops if kept] for one, stops in standing()[0].items()}
    assert (now[first_id], len(now[other])) == ([], 1)
    act(beside, rounds.undo, 5)
    assert standing() == before


def test_a_courier_on_shift_without_a_round_gets_one_and_undo_takes_it_back(draft, neighbour, standing, database):
    dispatcher, plan = draft
    other, _ = neighbour
    with database.read() as session:
        found = session.scalars(select(models.DayPlan)).one()
        office_id = next(one.office_id for one in found.rounds if one.stops)
        spare = [one.code for one in rounds.spare_couriers(session, found) if one.office_id == office_id]
    assert f'value="new:{spare[0]}"' in dispatcher.get(plan).text
    assert f"new:{spare[0]}" not in other.get(plan).text, "another office's courier"
    before = standing()
    stop = next(stops for stops in before[0].values() if stops)[0][0]
    asked = {"stop": str(stop), "position": "1", "reason": "thêm người"}
    other.post(f"{plan}/move", edit="0", **asked, to=f"new:{spare[0]}")
    assert standing() == before
    for to in ("new:", "new:XX-0", "new:" + "x" * 300):
        dispatcher.post(f"{plan}/move", edit="0", **asked, to=to)
        assert standing() == before
    dispatcher.post(f"{plan}/move", edit="0", **asked, to=f"new:{spare[0]}")
    after = standing()[0]
    assert len(after) == len(before[0]) + 1
    assert [one[0] for one in after[max(after)]] == [stop]
    assert f"new:{spare[0]}" not in dispatcher.get(plan).text, "he has a round now"
    dispatcher.post(f"{plan}/undo", edit="1")
    assert standing() == before


def test_a_draft_that_replaces_todays_plan_is_moved_in_from_now_on(draft, standing, clock, database):
    dispatcher, plan = draft
    dispatcher.post(f"{plan}/publish")
    clock.forward(hours=4)  # noon
    dispatcher.post(f"{plan}/replan", seconds="2")
    plan = "/staff/plans/2"
    soonest = local_seconds(clock.now) + 600
    round_id, stops = next((i, found) for i, found in standing()[0].items() if len(found) > 1)
    assert all(leave_at_s >= soonest for leave_at_s, *_ in standing()[1])
    dispatcher.post(f"{plan}/move", edit="0", stop=str(stops[0][0]), to=str(round_id), position="2")
    assert order_of(standing, round_id)[1] == stops[0][0]
    assert all(leave_at_s >= soonest for leave_at_s, *_ in standing()[1]), "nobody leaves in the morning that was"
    with database.write() as session:  # he fell ill: his stops are still on the draft
        one = session.get_one(models.DeliveryRound, round_id)
        crew.note_absence(session, one.courier, one.plan.day, one.plan.day)
    dispatcher.post(f"{plan}/move", edit="1", stop=str(stops[0][0]), to=str(round_id), position="1")
    assert order_of(standing, round_id)[0] == stops[0][0]
    assert all(leave_at_s >= soonest for leave_at_s, *_ in standing()[1]), "nor whoever is away"
    again = dispatcher.post(f"{plan}/replan", seconds="2")
    assert again.location.startswith("/staff/plans/3")
    assert all(leave_at_s >= soonest for leave_at_s, *_ in standing()[1]), "nor once it is planned on"


def test_a_draft_is_changed_by_hand_even_after_the_shifts_of_its_day(draft, standing, clock):
    dispatcher, plan = draft
    dispatcher.post(f"{plan}/publish")
    dispatcher.post(f"{plan}/replan", seconds="2")
    clock.forward(hours=14)  # ten in the evening
    round_id, stops = next((i, found) for i, found in standing()[0].items() if len(found) > 1)
    before = standing()[1]
    dispatcher.get("/staff/plans/2")
    dispatcher.post("/staff/plans/2/move", edit="0", stop=str(stops[0][0]), to=str(round_id), position="2")
    assert order_of(standing, round_id)[1] == stops[0][0]
    assert standing()[1] != before
    assert (22 * 3600 + 600) in [leave_at_s for leave_at_s, *_ in standing()[1]]
    dispatcher.post("/staff/plans/2/move", edit="1", stop=str(stops[0][0]), to="off")
    assert stops[0][0] not in order_of(standing, round_id)


def test_a_move_sent_twice_is_one_and_its_sender_is_not_told_of_others(draft, standing):
    dispatcher, plan = draft
    round_id, stops = next((i, found) for i, found in standing()[0].items() if len(found) > 1)
    (form,) = [one for one in forms_on(dispatcher.get(plan).text) if one.action == f"{plan}/move"]
    sent = form.data() | {"stop": str(stops[0][0]), "to": str(round_id), "position": "2"}
    assert sent["form_ticket"]
    answers = [dispatcher.client.post(f"{plan}/move", data=sent) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    page = dispatcher.get(plan).text
    assert "Đã chuyển điểm" in page
    assert "vừa được người khác sửa" not in page
    assert edit_of(page) == "1"


def test_an_address_with_any_position_is_answered(draft, standing):
    dispatcher, plan = draft
    round_id, stops = next((i, found) for i, found in standing()[0].items() if found)
    for position in ("x", "-1", "", "0", "1e3", "²", "٣", "9" * 500, " "):
        query = {"stop": str(stops[0][0]), "to": str(round_id), "position": position}
        for path in (plan, f"{plan}/board"):
            assert dispatcher.get(path, query_string=query).status_code == 200, position


class Watching:
    """Straight lines that note how many transactions stand open whenever they are asked."""

    name = "straight line"

    def __init__(self, engine):
        self.n_open, self.stood_open = 0, []
        for name, change in (("begin", 1), ("rollback", -1), ("commit", -1)):
            event.listen(engine, name, lambda _connection, by=change: self.count(by))

    def count(self, by):
        self.n_open += by

    def matrix(self, points):
        self.stood_open.append(self.n_open)
        return StraightLine().matrix(points)


def test_no_transaction_stands_open_while_roads_are_asked_for(app, draft, standing, database):
    dispatcher, plan = draft
    round_id, stops = next((i, found) for i, found in standing()[0].items() if found)
    watching, real = Watching(database.engine), app.extensions[EXTENSION]

    class Watched(Services):
        travel = watching

    app.extensions[EXTENSION] = Watched(settings=real.settings, database=database, clock=real.clock, sender=real.sender)
    for path in (plan, f"{plan}/board"):
        watching.stood_open.clear()
        dispatcher.get(f"{path}?stop={stops[0][0]}&to={round_id}&position=1")
        assert watching.stood_open
        assert set(watching.stood_open) == {0}


@pytest.mark.parametrize("path", ["", "/board", "/compare/2"])
def test_the_last_act_is_read_before_the_lists_it_stands_on(draft, database, path):
    dispatcher, plan = draft
    dispatcher.post("/staff/plans", day=DAY, seconds="2")
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    dispatcher.get(f"{plan}{path}")
    first = {table: next(n for n, one in enumerate(asked) if table in one) for table in ("plan_edits", "round_stops")}
    assert first["plan_edits"] < first["round_stops"]
