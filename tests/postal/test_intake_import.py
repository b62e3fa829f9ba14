"""Whole intakes: the sample day row by row, repeats, dry runs, groups, memory, and everybody at once."""

import csv
import dataclasses
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from postal import ANONYMOUS, intake, people, queue
from postal.cells import QUESTIONS
from postal.life import balance
from postal.models import (
    AddressStatus,
    Callback,
    CallbackEndpoint,
    Consignment,
    Intake,
    IntakeRow,
    Item,
    Office,
    Person,
    PointMemory,
    PointPrecision,
    Procedure,
    TrackingEvent,
)
from postal.rules.lifecycle import Direction, EventKind, State
from tests import builders as build
from tests.postal.file_reading import HEADER, ROW, xlsx
from tests.scale import record_figure, scaled

DATA = Path(__file__).parents[1] / "data"
SAMPLE = DATA / "results_day.csv"
MORNING = build.EVENING + timedelta(days=2, hours=13, minutes=30)
GUIDE = build.guide()


def bring_in(database, data=None, **more):
    take = intake.try_results if more.pop("dry_run", False) else intake.import_results
    report_to = {"on_progress": more.pop("on_progress", None)}
    arrival = {"source_system": build.SYSTEM, "guide": GUIDE, "by": ANONYMOUS, "now": MORNING} | more
    data = SAMPLE.read_bytes() if data is None else data
    return take(database, "ket-qua.csv", data, intake.Arrival(**arrival), **report_to)


def send(session, *results, **more):
    return intake.accept_results(
        build.act(session, more.pop("now", MORNING)), results, **{"source_system": build.SYSTEM, "guide": GUIDE} | more
    )


def counted(database):
    tables = (Consignment, Item, Person, TrackingEvent, Intake, IntakeRow, Office, Procedure)
    with database.read() as session:
        return {table.__name__: session.scalar(select(func.count()).select_from(table)) for table in tables}


def codes(report, position=0):
    return [problem["code"] for problem in report.rows[position].problems]


# -- the sample day -----------------------------------------------------------------------------------


def test_the_sample_day_is_sorted_as_a_careful_clerk_would(database):
    report = bring_in(database)
    with (DATA / "results_day_truth.csv").open(encoding="utf-8") as truth:
        expected = {int(row["row"]): row for row in csv.DictReader(truth)}
    with SAMPLE.open(encoding="utf-8", newline="") as sample:
        nameless = {n for n, row in enumerate(csv.DictReader(sample), start=2) if not row["nguoi_nhan"]}
    for row in report.rows:
        said = "accepted" if row.outcome == "attention" else str(row.outcome)
        # One row without any recipient stands as accepted in the truth: nobody can hand over to no one.
        wanted = "refused" if row.row_number in nameless else expected[row.row_number]["intake"]
        assert (row.row_number, said) == (row.row_number, wanted)
    assert len(report.rows) == report.n_in == 600
    assert (report.n_refused, report.n_duplicate) == (10, 3)
    assert report.n_accepted + report.n_attention == 587


def test_no_address_of_the_sample_day_is_wrongly_automatic_and_bad_points_are_dropped(database):
    report = bring_in(database)
    with (DATA / "results_day_truth.csv").open(encoding="utf-8") as truth:
        expected = {int(row["row"]): row for row in csv.DictReader(truth)}
    automatic = {AddressStatus.EXACT, AddressStatus.CONVERTED}
    with database.read() as session:
        of_item = {item.id: item.consignment for item in session.scalars(select(Item))}
        for row in report.rows:
            if row.item_id is None:
                continue
            consignment, wanted = of_item[row.item_id], expected[row.row_number]
            if consignment.address_status in automatic:
                assert (wanted["status"], wanted["codes"]) == ("auto", consignment.commune_code)
            assert (consignment.address_status is AddressStatus.OUTSIDE) == (wanted["status"] == "outside")
            # "far" in the truth is another province's capital: no point of ours.
            assert (consignment.precision is PointPrecision.DOOR) == (wanted["point"] == "good")
            assert consignment.point_flag != "far_from_commune"


def test_the_day_is_balanced_and_every_item_has_its_first_event(database):
    report = bring_in(database)
    with database.read() as session:
        total = balance.balance(session, report.intake_id)
        assert (total.n_in, total.waiting, total.refused, total.is_balanced) == (600, 587, 13, True)
        states = session.execute(select(Item.state, Item.s10)).all()
        assert {state for state, _ in states} == {State.WAITING}
        events = session.scalars(select(TrackingEvent)).all()
        assert {event.kind for event in events} == {EventKind.ACCEPTED}
        assert len({event.item_id for event in events}) == len(events) == 587
        assert all(event.is_applied and set(event.facts) == {"consignment", "recipient"} for event in events)


# -- again, and not yet -------------------------------------------------------------------------------


def test_the_same_file_again_gives_the_same_report_and_creates_nothing(database):
    first = bring_in(database)
    before = counted(database)
    again = bring_in(database, now=MORNING + timedelta(days=3))
    assert again == dataclasses.replace(first, is_repeat=True)
    assert counted(database) == before


def test_the_same_dossiers_in_another_file_are_duplicates(database):
    bring_in(database)
    before = counted(database)
    again = bring_in(database, SAMPLE.read_bytes() + b"\r\n")
    assert (again.n_accepted, again.n_attention, again.n_duplicate, again.is_repeat) == (0, 0, 590, False)
    after = counted(database)
    assert {name for name in before if before[name] != after[name]} == {"Intake", "IntakeRow"}


def test_another_system_may_use_the_same_codes_and_files(database):
    first, other = bring_in(database), bring_in(database, source_system="motcua-khac")
    assert (first.n_accepted, first.n_attention) == (other.n_accepted, other.n_attention)
    assert other.intake_id != first.intake_id


def test_a_dry_run_says_the_same_and_writes_nothing(database):
    before = counted(database)
    trial = bring_in(database, dry_run=True)
    assert counted(database) == before
    real = bring_in(database)
    assert trial.intake_id is None
    assert [dataclasses.replace(row, item_id=None) for row in real.rows] == trial.rows


def test_a_file_that_breaks_halfway_leaves_nothing(database):
    before = counted(database)
    with pytest.raises(ZeroDivisionError):
        bring_in(database, on_progress=lambda done, total: 1 / 0 if done == total else None)
    assert counted(database) == before


def test_progress_grows_to_the_end(database):
    told = []
    bring_in(database, on_progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (600, 600)


def test_five_hundred_bad_rows_are_each_named_and_the_good_ones_taken(database):
    n_good, n_bad = scaled(100, 9_500), scaled(20, 500)
    good = [build.result(n) for n in range(1, n_good + 1)]
    bad = [build.result(20_000 + n, recipient="\u200b", finished_at="20/11/26") for n in range(n_bad)]
    report = bring_in(database, build.results_csv([*good, *bad]))
    assert (report.n_accepted, report.n_refused) == (n_good, n_bad)
    refused = [row for row in report.rows if row.outcome == "refused"]
    assert all([p["column"] for p in row.problems] == ["ngay_xong", "nguoi_nhan"] for row in refused)
    assert [row.row_number for row in refused] == list(range(n_good + 2, n_good + n_bad + 2))


def test_a_large_file_comes_in_whole(database):
    n = scaled(1_000, 10_000)
    data = build.results_csv([build.result(i, lat="", lon="") for i in range(1, n + 1)])
    began = time.perf_counter()
    report = bring_in(database, data)
    seconds = time.perf_counter() - began
    record_figure(f"nhập {n} dòng ({database.engine.dialect.name})", round(seconds, 1), "s")
    assert report.n_accepted == n


def test_rows_of_several_sheets_keep_their_sheet_and_what_was_not_read_is_kept_with_the_intake(database):
    def more(book):
        book.create_sheet("Ghi chú").append(["không phải bảng"])
        book.create_sheet("A Lưới").append(HEADER.split(","))
        book["A Lưới"].append(["H57.15-261120-0002", *ROW.split(",")[1:]])
        book["A Lưới"].append(["H57.15-261120-0001", *ROW.split(",")[1:]])

    data = xlsx([HEADER.split(","), ROW.split(",")], change=more)
    trial = bring_in(database, data, dry_run=True)
    first, again = bring_in(database, data), bring_in(database, data)
    assert [(row.sheet, row.row_number, str(row.outcome)) for row in first.rows] == [
        ("Sheet", 2, "attention"), ("A Lưới", 2, "attention"), ("A Lưới", 3, "duplicate"),
    ]  # fmt: skip
    assert {one["code"] for one in first.notes} == {"sheets_read", "sheet_not_read"}
    assert again == dataclasses.replace(first, is_repeat=True)
    assert trial.notes == first.notes


# -- what a row becomes -------------------------------------------------------------------------------


def test_a_result_is_kept_whole_and_its_people_sealed(session):
    (item,) = build.accepted(
        session,
        build.result(
            7, window="07:30-11:30", take_back="Giấy cũ (bản chính)", fee_vnd="135.000", id_number="046080012345",
            service_level="toàn trình", channel="trực tuyến", landmark="gần nhà văn hóa thôn",
        ),
        now=MORNING,
    )  # fmt: skip
    consignment = item.consignment
    assert (item.dossier_code, item.fee_vnd, item.state) == ("H57.15-261120-0007", 135_000, State.WAITING)
    assert item.take_back == [{"name": "Giấy cũ", "kind": "bản chính"}]
    assert (consignment.window_from_s, consignment.window_until_s) == (27_000, 41_400)
    assert (consignment.service_level, consignment.channel) == ("toàn trình", "trực tuyến")
    assert (consignment.direction, consignment.posted_at, consignment.promised_by) == (Direction.RESULT, None, None)
    assert consignment.ready_at.isoformat() == "2026-11-20T08:00:00+00:00"
    person = people.open_person(session, consignment.person)
    assert (person.full_name, person.phone) == ("Tôn Nữ Thị Diễm Hằng", "0905120007")
    assert (person.landmark, person.id_number_tail) == ("gần nhà văn hóa thôn", "2345")
    assert "Hằng".encode() not in consignment.person.sealed
    assert list(session.scalars(people.named(session, "diem hang"))) == [consignment.person_id]


def test_strange_but_harmless_texts_are_stored_literally(session):
    for n, text in enumerate(["'; DROP TABLE items;--", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>"], 1):
        (item,) = build.accepted(
            session, build.result(n, address=f"{text} phường Thuận Hóa, thành phố Huế"), now=MORNING
        )
        assert text in people.open_person(session, item.consignment.person).address


def test_a_name_in_either_accent_form_is_found_by_both(session):
    import unicodedata

    (item,) = build.accepted(
        session, build.result(1, recipient=unicodedata.normalize("NFD", "Đỗ Hòa Bình")), now=MORNING
    )
    for text in ("Hòa", "hòa", unicodedata.normalize("NFD", "HÒA"), "do hoa", "Đỗ"):
        assert list(session.scalars(people.named(session, text))) == [item.consignment.person_id]


def test_a_program_is_refused_where_a_clerk_is_asked(session):
    odd = build.result(1, phone="09123", window="17:00-08:00")
    by_program, by_clerk = send(session, odd), send(session, odd, channel="file")
    assert (str(by_program.rows[0].outcome), codes(by_program)) == ("refused", ["bad_phone", "bad_window"])
    assert (str(by_clerk.rows[0].outcome), codes(by_clerk)) == ("attention", ["bad_phone", "bad_window"])


def test_a_result_of_next_year_waits_with_a_question(session):
    report = send(session, build.result(1, finished_at="2027-11-20T15:00:00+07:00"))
    assert (str(report.rows[0].outcome), codes(report)) == ("attention", ["date_in_future"])


def test_a_letter_the_font_lacks_is_asked_about_with_its_place(session):
    guide = build.guide(is_printable=lambda text: next((i for i, c in enumerate(text) if c > "\uffff"), None))
    report = send(session, build.result(1, recipient="Lê 😀"), guide=guide)
    assert codes(report) == ["unprintable"]
    assert "vị trí 4" in str(intake.message_of(report.rows[0].problems[0]))


def test_a_procedure_that_may_not_travel_is_refused(session):
    session.add(Procedure(code="1.004227", name="x", is_postal_allowed=False))
    session.flush()
    assert codes(send(session, build.result(1))) == ["postal_not_allowed"]


def test_a_dossier_of_somebody_else_under_the_same_code_is_told_apart(session):
    send(session, build.result(1))
    report = send(
        session,
        build.result(1),
        build.result(1, recipient="Người Khác"),
        build.result(1, dossier_code="h57.15-261120-0001"),
    )
    assert [codes(report, n) for n in range(3)] == [
        ["dossier_exists"], ["dossier_exists_other_person"], ["dossier_exists"],
    ]  # fmt: skip
    assert report.n_duplicate == 3


def test_a_refused_row_leaves_its_code_free(session):
    report = send(session, build.result(1, recipient=""), build.result(1))
    assert [str(row.outcome) for row in report.rows] == ["refused", "accepted"]


def test_no_more_than_five_hundred_come_at_once(session):
    with pytest.raises(intake.TooManyAtOnce) as refusal:
        send(session, *[build.result(1)] * 501)
    assert "500" in str(refusal.value.message)


def test_an_agency_never_seen_is_added_once_with_the_commune_its_name_tells(session):
    name = "Trung tâm Phục vụ hành chính công phường Phú Xuân"
    send(session, build.result(1, office=name), build.result(2, office=name.upper()))
    (office,) = session.scalars(select(Office)).all()
    assert GUIDE.register.commune(office.commune_code).full_name == "Phường Phú Xuân"


# -- where it goes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lat", "lon", "why"),
    [
        ("0", "0", "(0, 0)"), ("107.58", "16.46", "đảo"), ("21.03", "105.85", "ngoài tỉnh"),
        ("1820345", "563456", "VN-2000"), ("16.46 N", "16.47 N", "không phải số"), ("NaN", "NaN", "không phải số"),
        ("16.46", "", "không phải số"),
    ],
)  # fmt: skip
def test_coordinates_that_cannot_be_are_dropped_and_the_row_kept(session, lat, lon, why):
    report = send(session, build.result(1, lat=lat, lon=lon))
    assert codes(report) == ["bad_coordinates"]
    assert why in str(intake.message_of(report.rows[0].problems[0]))
    consignment = session.scalars(select(Consignment)).one()
    commune = GUIDE.register.commune(consignment.commune_code)
    assert (consignment.precision, consignment.radius_m) == (PointPrecision.COMMUNE, round(commune.radius_km * 1000))
    assert (consignment.lat, consignment.lon) == (commune.point.lat, commune.point.lon)


@pytest.mark.parametrize(
    ("lat", "lon"), [("16,4632", "107,5905"), ("16.4632, 107.5905", ""), ("16°27'47.5\"N", "107°35'25.8\"E")]
)
def test_coordinates_in_everyday_forms_are_the_door(session, lat, lon):
    report = send(session, build.result(1, lat=lat, lon=lon), channel="file")
    assert codes(report) == []
    consignment = session.get_one(Item, report.rows[0].item_id).consignment
    assert consignment.precision is PointPrecision.DOOR
    assert (consignment.lat, consignment.lon) == pytest.approx((16.4632, 107.5905), abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fee_vnd": "#N/A"}, "bad_money"), ({"fee_vnd": "35"}, "odd_money"), ({"fee_vnd": "mười"}, "bad_money"),
        ({"id_number": "12345"}, "cccd_invalid"), ({"landmark": "x" * 201}, "too_long"),
        ({"documents": ";".join("ab" for _ in range(51))}, "too_many_documents"), ({"phone": "09123"}, "bad_phone"),
        ({"take_back": "a\x00b"}, "control_character"), ({"window": "sáng"}, "bad_window"),
        ({"procedure_code": "1" * 41}, "too_long"), ({"channel": "#VALUE!"}, "error_value"),
        ({"service_level": "y" * 4_000}, "too_long"), ({"procedure_name": "z" * 501}, "too_long"),
        ({"email": "#REF!"}, "error_value"), ({"lat": "x"}, "bad_coordinates"),
    ],
)  # fmt: skip
def test_an_optional_cell_of_a_file_that_cannot_be_used_asks_and_keeps_no_result_out(session, changes, code):
    report = send(session, build.result(1, **changes), channel="file")
    assert (str(report.rows[0].outcome), codes(report)) == ("attention", [code])
    consignment = session.get_one(Item, report.rows[0].item_id).consignment
    assert consignment.attention == [code]


def test_every_question_can_be_said_on_a_page():
    said = {code: str(queue.say_question(code)) for code in QUESTIONS}
    assert not [code for code, text in said.items() if text == code or "{" in text]


def test_a_point_far_from_the_named_commune_is_kept_and_flagged(session):
    report = send(session, build.result(1, address="thôn 3, xã A Lưới 2, thành phố Huế"))
    assert codes(report) == ["point_far"]
    item = session.get_one(Item, report.rows[0].item_id)
    assert queue.needs_of(item.consignment) == {"question"}
    consignment = item.consignment
    assert (consignment.precision, consignment.point_flag) == (PointPrecision.DOOR, "far_from_commune")


def test_an_address_nobody_knows_keeps_its_point_and_is_asked_about(session):
    report = send(
        session, build.result(1, address="gần chợ"), build.result(2, address="xã Phú Xuân, Huế", lat="", lon="")
    )
    assert codes(report) == ["address_unknown"]
    unknown = session.get_one(Item, report.rows[0].item_id).consignment
    assert (unknown.commune_code, unknown.precision, unknown.lat) == (None, PointPrecision.DOOR, 16.4632)


def test_an_address_elsewhere_has_no_point_here(session):
    report = send(session, build.result(1, address="12 Lê Duẩn, Hải Châu, Đà Nẵng", lat="16.06", lon="108.22"))
    consignment = session.get_one(Item, report.rows[0].item_id).consignment
    assert (consignment.address_status, consignment.lat) == (AddressStatus.OUTSIDE, None)
    assert str(report.rows[0].outcome) == "accepted"


def test_a_point_confirmed_before_is_remembered_for_the_same_address_however_it_is_typed(session):
    (item,) = build.accepted(session, build.result(1, lat="", lon=""), now=MORNING)
    key = item.consignment.person.address_hash
    session.add(PointMemory(address_hash=key, lat=16.465, lon=107.585, source="confirmed", noted_at=MORNING))
    session.flush()
    same = build.result(2, address="1 LÊ LỢI,  phuong thuan hoa - thành phố huế", lat="", lon="")
    (item,) = build.accepted(session, same, now=MORNING)
    consignment = item.consignment
    assert (consignment.precision, consignment.lat, consignment.radius_m) == (PointPrecision.REMEMBERED, 16.465, None)


# -- together -----------------------------------------------------------------------------------------


def test_two_papers_for_one_door_travel_as_one_consignment(session):
    twin = build.result(1), build.result(1, dossier_code="H57.15-261120-0002", phone="+84 905 120 001")
    items = build.accepted(session, *twin, now=MORNING)
    assert items[0].consignment_id == items[1].consignment_id
    assert session.scalar(select(func.count()).select_from(Person)) == 1
    later = build.result(1, dossier_code="H57.15-261120-0003")
    assert build.accepted(session, later, now=MORNING)[0].consignment_id == items[0].consignment_id
    tomorrow = build.result(1, dossier_code="H57.15-261120-0004")
    assert (
        build.accepted(session, tomorrow, now=MORNING + timedelta(days=1))[0].consignment_id != items[0].consignment_id
    )


@pytest.mark.parametrize(
    "change", [{"office": "Sở khác"}, {"recipient": "Người Khác"}, {"address": "2 Lê Lợi, phường Thuận Hóa, Huế"},
               {"phone": "0905999999"}, {"window": "07:30-11:30"}, {"service_level": "một phần"}],
)  # fmt: skip
def test_papers_that_differ_in_office_person_place_or_service_travel_apart(session, change):
    items = build.accepted(
        session, build.result(1), build.result(1, dossier_code="H57-261120-0002", **change), now=MORNING
    )
    assert items[0].consignment_id != items[1].consignment_id


@pytest.mark.parametrize("is_later", [False, True])
def test_what_only_a_second_paper_tells_of_the_recipient_is_kept(session, is_later):
    first = build.result(1, email="a@example.vn")
    second = build.result(
        1, dossier_code="H57-261120-0002", landmark="cạnh chợ", email="b@example.vn", id_number="046090123456"
    )
    given = [[first], [second]] if is_later else [[first, second]]
    items = [item for results in given for item in build.accepted(session, *results, now=MORNING)]
    assert items[0].consignment_id == items[1].consignment_id
    person = people.open_person(session, items[0].consignment.person)
    assert (person.landmark, person.email, person.id_number_tail) == ("cạnh chợ", "a@example.vn", "3456")
    assert list(session.scalars(people.named(session, person.full_name))) == [items[0].consignment.person_id]


def test_the_door_that_only_a_second_paper_tells_is_that_of_both(session):
    first = build.result(1, lat="", lon="")
    items = build.accepted(session, first, build.result(1, dossier_code="H57-261120-0002"), now=MORNING)
    assert items[0].consignment_id == items[1].consignment_id
    assert (items[0].consignment.precision, items[0].consignment.lat) == (PointPrecision.DOOR, 16.4632)


def test_grouping_can_be_switched_off_and_questions_of_a_group_add_up(session):
    pair = build.result(1), build.result(1, dossier_code="H57-261120-0002")
    apart = build.accepted(session, *pair, guide=build.guide(groups=False), now=MORNING)
    assert apart[0].consignment_id != apart[1].consignment_id
    asked = (
        build.result(3, finished_at="2027-01-01T08:00:00+07:00"),
        build.result(3, dossier_code="H57-261120-0004", lat="0", lon="0"),
    )
    items = build.accepted(session, *asked, now=MORNING)
    assert items[0].consignment.attention == ["date_in_future", "bad_coordinates"]


def test_a_collection_is_ordered_from_the_citizens_home(session):
    order = intake.CollectionIn(
        dossier_code="DON-2026-17", office=build.CENTRE, recipient="Lê Văn Ngoan", phone="0905110007",
        address="12 Lê Lợi, phường Thuận Hóa, Huế", wanted_on="2026-11-25", window="13:30-17:30",
    )  # fmt: skip
    ask = {"source_system": build.SYSTEM, "guide": GUIDE}
    report = intake.order_collections(build.act(session, MORNING), [order], **ask)
    item = session.get_one(Item, report.rows[0].item_id)
    assert (item.direction, item.state) == (Direction.COLLECTION, State.AWAITING_COLLECTION)
    assert item.consignment.ready_at.isoformat() == "2026-11-24T17:00:00+00:00"
    again = intake.order_collections(build.act(session, MORNING), [order], **ask)
    assert again.n_duplicate == 1
    for day in ("2026-11-01", "2028-01-01", "mai", "2026-02-30", "2026-W48-3"):
        late = dataclasses.replace(order, dossier_code=f"DON-{day[:4]}", wanted_on=day)
        assert codes(intake.order_collections(build.act(session, MORNING), [late], **ask)) == ["bad_day"]


def test_a_system_that_listens_is_told_of_each_item_without_a_name(session):
    session.add(CallbackEndpoint(
        source_system=build.SYSTEM, url="https://example.org/x", secret=b"x", secret_key_id="x", kinds=[],
        added_at=MORNING,
    ))  # fmt: skip
    session.flush()
    build.accepted(session, build.result(1), build.result(2), now=MORNING)
    bodies = session.scalars(select(Callback.body)).all()
    assert len(bodies) == 2
    assert all("item.accepted" in body and "Hằng" not in body and "Lê Lợi" not in body for body in bodies)


# -- at once ------------------------------------------------------------------------------------------


def test_the_same_file_from_many_hands_at_once_is_one_intake(database):
    data = build.results_csv([build.result(n) for n in range(1, 40)])
    reports, errors = [], []

    def hand():
        try:
            reports.append(bring_in(database, data))
        except Exception as exc:
            errors.append(exc)

    hands = [threading.Thread(target=hand) for _ in range(scaled(4, 16))]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert errors == []
    assert len({report.intake_id for report in reports}) == 1
    assert sum(not report.is_repeat for report in reports) == 1
    assert counted(database)["Item"] == 39


def test_one_dossier_in_many_files_at_once_becomes_one_item(database):
    reports, errors = [], []

    def hand(n):
        try:
            reports.append(bring_in(database, build.results_csv([build.result(1), build.result(100 + n)])))
        except Exception as exc:
            errors.append(exc)

    hands = [threading.Thread(target=hand, args=(n,)) for n in range(scaled(4, 16))]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert errors == []
    assert sum(report.n_duplicate for report in reports) == len(hands) - 1
    assert counted(database)["Item"] == len(hands) + 1


@settings(max_examples=scaled(25, 300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_rows_are_balanced_and_none_is_lost(database, data):
    """Whatever the cells hold, each row is in one pile, and the piles add up."""
    anything = st.text(st.characters(codec="utf-8"), max_size=20)
    names = [field.name for field in dataclasses.fields(intake.ResultIn)]
    drawn = data.draw(st.lists(st.dictionaries(st.sampled_from(names), anything, max_size=4), min_size=1, max_size=8))
    results = [build.result(data.draw(st.integers(1, 5)), **changes) for changes in drawn]
    with database.write() as session:
        report = send(session, *results, channel=data.draw(st.sampled_from(["api", "file"])))
        total = balance.balance(session, report.intake_id)
        assert total.is_balanced
        assert (total.n_in, total.waiting) == (len(results), report.n_accepted + report.n_attention)
        assert report.n_in == report.n_accepted + report.n_attention + report.n_refused + report.n_duplicate
        everything = balance.balance(session)  # of all intakes together a dossier counts once
        assert everything.is_balanced
        assert everything.n_in <= len(results)
        session.rollback()
