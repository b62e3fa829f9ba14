"""A day planned in each of three provinces: a draft network, results made up from the register, both databases."""

import io

import pytest
from sqlalchemy import select

from api.demo.made_up import MadeUpDay
from postal import custody, intake, rounds
from postal.access.policy import ANONYMOUS
from postal.models import AddressStatus, Batch, Consignment, Item, Office, OfficeKind
from postal.network import draft, home, places
from routing import AddressResolver, Limits, StraightLine, check, find_province, plan, register_of, terrain_of
from tests import builders as build
from tests.postal import day as a_day
from tests.scale import scaled

DAY = a_day.DAY
EVENING = build.EVENING


def taken_in(database, province, register, folder, n):
    """Seed the province, bring its made-up results in and hand them over; return how many items the post holds."""
    with database.write() as session:
        home.serve(session, province)
        places.seed(session, draft.starting_tables(register, province), now=EVENING)
        build.s10_range(session)
    file = MadeUpDay(province, DAY).write_results(folder / "ket-qua.csv", n)
    guide = intake.Guide(register=register, resolver=AddressResolver(register))
    arrival = intake.Arrival(source_system=build.SYSTEM, guide=guide, by=ANONYMOUS, now=EVENING)
    report = intake.import_results(database, file.name, io.BytesIO(file.read_bytes()).getvalue(), arrival)
    assert report.n_in == n
    with database.write() as session:
        agency = session.scalars(select(Office).where(Office.kind == OfficeKind.ISSUING)).one()
        batch = custody.open_batch(build.act(session, EVENING), agency.id)
        manifest = build.closed_batch(session, batch.id, now=EVENING)
        codes = [line.s10 for line in manifest.lines]
        custody.hand_over(
            build.act(session, EVENING), batch.id, scanned=codes, giver=a_day.GIVER, receiver=a_day.RECEIVER
        )
        assert session.get_one(Batch, batch.id).closed_at is not None
    return len(codes)


@pytest.mark.parametrize("name", ["Đà Nẵng", "Cần Thơ", "Lâm Đồng"])
def test_a_day_is_planned_in(database, tmp_path, name):
    province = find_province(name)
    register = register_of(province)
    n_results = scaled(40, 600)
    n_held = taken_in(database, province, register, tmp_path, n_results)
    assert n_held > n_results * 0.7
    with database.read() as session:
        problem = rounds.planning_problem(session, DAY, now=a_day.MORNING)
    travel = StraightLine(terrain=terrain_of(register.communes))
    made = plan(problem, travel=travel, limits=Limits(seconds=scaled(2, 20), cores=1))
    assert not check(problem, made, travel)
    n_served = sum(len(one.visits) for one in made.rounds)
    assert n_served + len(made.unserved) == len(problem.stops) > n_held * 0.6
    assert n_served > len(problem.stops) * 0.8
    with database.write() as session:
        saved = rounds.save_plan(build.act(session, a_day.MORNING), DAY, problem, made)
        rounds.publish_plan(build.act(session, a_day.MORNING), saved.id)
        outside = session.scalars(select(Consignment).where(Consignment.address_status == AddressStatus.OUTSIDE)).all()
        assert all(one.commune_code is None for one in outside)
        assert session.scalars(select(Item.id)).first() is not None
