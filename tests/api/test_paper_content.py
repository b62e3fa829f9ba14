"""Papers of real rows: people by their names, signatures as they were drawn, addresses of today, points in words."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from labels.samples.made_up import signature
from postal import custody, models, people
from postal.access.policy import Actor, ActorKind
from tests import builders as build
from tests.api.test_paper_routes import PARTY, day, poppler, told  # noqa: F401 - fixtures
from tests.postal import day as a_day


@pytest.fixture
def read(sign_in, poppler):  # noqa: F811
    return lambda who, path: told(sign_in(who).get(path), poppler)


def a_clerk(session, office_id):
    """Return a postal clerk of a delivery office."""
    user = session.scalars(select(models.User).where(models.User.role == models.Role.POSTAL_CLERK)).first()
    return Actor(kind=ActorKind.USER, user_id=user.id, role=user.role, office_id=office_id)


def test_a_days_report_names_couriers_and_not_only_their_codes(day, read, database):  # noqa: F811
    with database.read() as session:
        walked = session.get_one(models.DeliveryRound, day["round"])
        person = session.get_one(models.Person, walked.courier.person_id)
        name, code = people.open_person(session, person).full_name, walked.courier.code
    page = read("postal", f"/staff/offices/{day['office']}/day-report.pdf?day=2026-11-23")
    assert page.count(f"{name} ({code})") >= 2  # in the figures, and at what is still open


def test_a_day_of_a_courier_who_has_left_since_is_still_reported(day, read, database):  # noqa: F811
    with database.write() as session:
        session.get_one(models.DeliveryRound, day["round"]).courier.is_active = False
    assert "H57.15-261120-0002" in read("postal", f"/staff/offices/{day['office']}/day-report.pdf?day=2026-11-23")


def test_the_post_gives_back_in_the_name_of_an_office(day, read, database):  # noqa: F811
    with database.write() as session:
        office = session.get_one(models.Office, day["office"]).name
        clerk = a_clerk(session, day["office"])
        given = custody.give_back(
            build.act(session, a_day.EVENING, by=clerk),
            day["agency"],
            scanned=day["codes"][:1],
            money_vnd=135_000,
            giver=PARTY,
            receiver=PARTY,
        )
        handover_id = given.id
    page = read("centre", f"/staff/handovers/{handover_id}/receipt.pdf")
    assert f"Người Ký, {office}" in page


def test_a_list_that_is_not_signed_yet_names_who_prints_it(day, read, sign_in):  # noqa: F811
    reader = sign_in("postal")
    for path in (f"/staff/agencies/{day['agency']}/taken-back.pdf", f"/staff/agencies/{day['agency']}/returns.pdf"):
        page = read("postal", path)
        giver = page[page.index("Bên giao") :][:120]
        assert "Bưu chính Bên nhận" not in giver
        assert "Bưu " in giver, giver
    assert reader.get(f"/staff/agencies/{day['agency']}/returns.pdf").status_code == 200


@pytest.mark.parametrize("side", ["giver", "receiver"])
def test_what_was_signed_on_the_screen_is_on_the_receipt(day, read, sign_in, database, side):  # noqa: F811
    path = f"/staff/handovers/{day['handover']}/receipt.pdf"
    before = sign_in("centre").get(path).data
    with database.write() as session:
        custody.sign_receipt(build.act(session, a_day.EVENING), day["handover"], side, signature())
    page = read("centre", path)
    assert page.count("(ký trên màn hình") == 2  # once a copy
    assert page.count("(ký, ghi rõ họ tên)") == 2
    after = sign_in("centre").get(path).data
    assert len(after) > len(before) + 1_000
    assert after == sign_in("centre").get(path).data


def test_a_photo_of_a_signed_sheet_is_said_and_not_shown(day, read, database):  # noqa: F811
    with database.write() as session:
        custody.sign_receipt(build.act(session, a_day.EVENING), day["handover"], "giver", signature(), how="photo")
    page = read("centre", f"/staff/handovers/{day['handover']}/receipt.pdf")
    assert page.count("(ký trên giấy, lưu ảnh") == 2


def test_what_the_payer_drew_at_the_door_is_on_the_receipt_for_fees(day, read, database):  # noqa: F811
    path = f"/staff/consignments/{day['consignments'][0]}/papers/fees.pdf"
    assert "(ký trên màn hình" not in read("postal", path)
    with database.write() as session:
        proof = session.scalars(select(models.ProofOfDelivery)).one()
        custody.sign_delivery(build.act(session, a_day.EVENING), proof.id, signature())
    assert read("postal", path).count("(ký trên màn hình") == 2


def _stop(database, day, **changes):  # noqa: F811
    """Change the first stop's consignment; return today's commune of it."""
    with database.write() as session:
        consignment = session.get_one(models.Consignment, day["consignments"][0])
        for name, value in changes.items():
            setattr(consignment, name, value)
        return consignment.commune_code


@pytest.mark.parametrize(
    ("precision", "radius_m", "words"),
    [
        (models.PointPrecision.STREET, 1_640, "Điểm gần đúng, cửa có thể cách tới 1,6 km"),
        (models.PointPrecision.STREET, None, "Điểm gần đúng, chưa rõ cửa"),
        (models.PointPrecision.COMMUNE, 6_200, "Chỉ biết xã, phường: gọi trước khi đến"),
        (models.PointPrecision.NONE, None, "Chỉ biết xã, phường: gọi trước khi đến"),
    ],
)
def test_a_route_sheet_says_in_words_how_sure_a_point_is(day, read, database, precision, radius_m, words):  # noqa: F811
    _stop(database, day, precision=precision, radius_m=radius_m)
    page = read("dispatcher", f"/staff/rounds/{day['round']}/sheet.pdf")
    assert words in page
    assert "≈" not in page


def test_a_stop_without_a_point_is_named_beside_the_sketch(day, read, database):  # noqa: F811
    _stop(database, day, lat=None, lon=None, precision=models.PointPrecision.NONE)
    assert "Chưa có điểm: " in read("dispatcher", f"/staff/rounds/{day['round']}/sheet.pdf")


def test_every_address_of_a_route_sheet_names_todays_commune_once(day, read, database, services):  # noqa: F811
    commune = services.guide.register.find(_stop(database, day)).full_name
    for written, wanted in (
        ("60/43 Sóng Hồng, P. Thuận Lộc cũ", f"60/43 Sóng Hồng, P. Thuận Lộc cũ – {commune}"),
        (f"7 Lê Lợi, {commune.upper()}, Huế", f"7 Lê Lợi, {commune.upper()}, Huế"),
    ):
        with database.write() as session:
            person = session.get_one(models.Consignment, day["consignments"][0]).person
            known = people.open_person(session, person)
            people.replace_person(session, person, replace(known, address=written, landmark=None))
        page = read("dispatcher", f"/staff/rounds/{day['round']}/sheet.pdf")
        assert wanted in page, page[:900]
        assert f"{wanted} – " not in page
