"""Small faults that were met by people who tried the service, each as a test of its own."""

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from api.app import create_app
from api.commands.setup.couriers import courier
from api.web.errors import explained
from api.words import translate
from postal import PostalError, custody, models
from postal.cells import problems
from postal.life.tracking import Scan, record_all
from postal.rules.lifecycle import EventKind, State
from tests import builders as build
from tests.api.conftest import System
from tests.api.test_desk import close, import_results
from tests.postal import day as days

VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
# What English says in Vietnamese as well: money, the service, laws, and what is quoted.
QUOTED = re.compile('[“"][^”"]*[”"]|đồng|Tận Nhà|Điều')


def kinds(base):
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def test_the_counters_open_to_a_key_that_may_read_them(system):
    answer = system.get("/metrics")
    assert answer.status_code == 200
    assert "tannha" in answer.get_data(as_text=True)
    assert system.get("/staff/").status_code == 403


def test_methods_somebody_made_up_are_counted_as_one(settings, services, house):
    app = create_app(settings, services)  # tests share their app, and it counts what all of them asked
    for method in ("FOO", "BARS", "GETS", "PURGE"):
        app.test_client().open("/v1/nothing", method=method)
    shown = System(app, house["key"]).get("/metrics").get_data(as_text=True)
    assert set(re.findall(r'method="(\w+)"', shown)) == {"OTHER"}


def test_the_address_in_a_problem_explains_its_code(app, system):
    codes = {kind.code for kind in kinds(PostalError) if kind.__module__.split(".")[0] in ("postal", "api")}
    codes |= {*problems.REFUSALS, *problems.QUESTIONS}
    assert {"key_reused", "dossier_exists", "move_not_allowed", "bad_phone"} <= codes
    for code in sorted(codes):
        answer = system.get(f"/v1/errors/{code}")
        assert answer.status_code == 200, code
        assert answer.json["detail"], code
        assert answer.json["detail_en"] != answer.json["detail"], code
    assert system.get("/v1/errors/nobody_says_this").status_code == 404


def test_english_sentences_hold_no_vietnamese_but_what_they_quote(app):
    for kind in kinds(PostalError):
        found = explained(kind.code)
        assert found is not None
        english = QUOTED.sub("", translate(found.message, "en"))
        assert not VIETNAMESE.search(english), (kind.code, english)


@pytest.mark.parametrize("rows", [
    {"phone": "09051"}, {"fee_vnd": -1}, {"dossier_code": "x"}, {"lat": 99.0, "lon": 1.0}, {"window": "tối"}, {},
    {"finished_at": "hôm qua"}, {"address": ""}, {"recipient": "?? ???"}, {"office": ""},
])  # fmt: skip
def test_a_rows_problem_in_english_is_english(system, rows):
    body = {
        "dossier_code": "H57.15-261120-0001", "office": build.CENTRE, "finished_at": "2026-11-20T15:00:00+07:00",
        "recipient": "Tôn Nữ Thị Diễm Hằng", "phone": "0905120001", "address": "1 Lê Lợi, phường Thuận Hóa, Huế",
    }  # fmt: skip
    answer = system.post("/v1/results", {"results": [body | rows, body | rows]}, key="key-0001").json
    told = answer.get("results") or [{"problems": [answer]}]
    for problem in [one for row in told for one in row["problems"]]:
        assert not VIETNAMESE.search(QUOTED.sub("", problem["detail_en"])), problem


def test_an_answer_that_went_well_asks_nobody_to_wait(app_with_limits):
    client = app_with_limits.test_client()
    well, wrong = client.get("/track"), client.get("/v1/errors/nobody_says_this")
    assert well.status_code == 200
    assert "Retry-After" not in well.headers
    assert wrong.status_code == 404
    for _ in range(130):
        last = client.get("/track")
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0


@pytest.fixture
def app_with_limits(settings, services):
    from api import create_app

    return create_app(settings.model_copy(update={"rate_limits_enabled": True}), services)


@pytest.mark.parametrize("given", ["-", "", "25:00-26:00", "7-9"])
def test_a_courier_without_a_shift_is_refused_in_words(given):
    done = CliRunner().invoke(courier, ["add", "BT-9", "--office", "BC-1", "--name", "A", "--shift", given])
    assert done.exit_code == 2
    assert "07:30-17:00" in done.output


def test_a_refund_is_found_behind_any_number_of_floods(session):
    days.set_up(session)
    items = days.handed_over(session, n=12)
    late = days.EVENING + timedelta(days=9)
    office, (courier_one, _) = session.scalars(select(models.Office)).first(), session.scalars(select(models.Courier))
    for kind, reason in ((EventKind.OUT_FOR_DELIVERY, None), (EventKind.ATTEMPT_FAILED, "BAT_KHA_KHANG")):
        for item in items[:11]:
            scan = Scan(kind=kind, scan_id=f"{kind}-{item.id}", happened_at=late, reason=reason,
                        courier_id=courier_one.id, office_id=office.id)  # fmt: skip
            record_all(build.act(session, late), [item], scan)
    due = custody.refunds_due(session, now=late + timedelta(hours=1), limit=5)
    assert [found.id for found in due] == [items[11].consignment_id]


def test_every_way_of_recording_a_try_counts_it(session):
    days.set_up(session)
    items = days.handed_over(session, n=2)
    at = days.EVENING
    for n, kind in enumerate((EventKind.OUT_FOR_DELIVERY, EventKind.ATTEMPT_FAILED, EventKind.DELIVERED)):
        scan = Scan(kind=kind, scan_id=f"all-{kind}", happened_at=at + timedelta(minutes=n), reason="VANG_NHA")
        record_all(build.act(session, at + timedelta(minutes=n)), items, scan)
    assert {(item.state, item.n_attempts) for item in items} == {(State.DELIVERED, 2)}
    assert {item.first_attempt_at for item in items} == {at + timedelta(minutes=1)}


def test_a_finished_count_stands_whatever_a_form_sends_beside_it(sign_in, database):
    centre, post = sign_in("centre"), sign_in("postal")
    import_results(centre, *(build.result(n) for n in (1, 2)))
    with database.read() as session:
        office_id = session.scalar(select(models.Consignment.issuing_office_id).limit(1))
    batch = centre.post("/staff/batches", office_id=str(office_id)).location
    close(centre, batch)
    with database.read() as session:
        codes = [line.s10 for line in session.scalars(select(models.ManifestLine))]
    post.post(f"{batch}/count", codes="\n".join(codes))
    post.post(f"{batch}/count/hand-over", giver_name="Lê Thị Giao", receiver_name="Trần Văn Nhận", scanned="")
    with database.read() as session:
        handover = session.scalars(select(models.Handover)).one()
        assert (handover.n_expected, handover.n_present) == (2, 2)
