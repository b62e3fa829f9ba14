"""A new kind of counted list is one file: its page, its route of the API and its receipt come with it."""

import sys
from textwrap import dedent

import pytest
from sqlalchemy import select

from api import create_app
from postal import State, counting, custody, models
from postal.counting import lists
from tests import builders as build
from tests.api.conftest import Person, System

CARRIER = '''
    """What goes on to other provinces, counted when the national post fetches it."""

    from sqlalchemy import select

    from postal.access.policy import Action
    from postal.counting import owners
    from postal.counting.kinds import ListKind, Side, Words
    from postal.custody import CountedList, clean_codes, count, write_receipt
    from postal.life.tracking import Scan, record_all
    from postal.life.items import with_s10s
    from postal.models import AddressStatus, Consignment, Item, Leg
    from postal.rules.lifecycle import EventKind, State
    from routing import Message


    def _pieces(agency_id):
        return (
            select(Item.id, Item.s10, Item.dossier_code)
            .join(Consignment, Consignment.id == Item.consignment_id)
            .where(Consignment.issuing_office_id == agency_id, Consignment.address_status == AddressStatus.OUTSIDE)
            .where(Item.state == State.HANDED_OVER)
            .order_by(Item.id)
        )


    def _end(act, agency_id, ending):
        giver, receiver = ending.sides()
        expected = [s10 for _, s10, _ in act.session.execute(_pieces(agency_id))]
        codes = clean_codes(ending.codes)
        items = with_s10s(act.session, codes)
        counted = count(expected, codes, items)
        receipt = write_receipt(act, Leg.POST_TO_CARRIER, counted, giver, receiver, of=CountedList())
        scan = Scan(kind=EventKind.PASSED_TO_CARRIER, scan_id=f"carrier:{receipt.id}", happened_at=act.now)
        record_all(act, [items[code] for code in counted.present], scan)
        return receipt


    LIST = ListKind(
        name="carrier",
        path="carrier",
        of=owners.AGENCY,
        right=Action.RECEIVE_AT_OFFICE,
        pieces=_pieces,
        end=_end,
        sides=(
            Side(label=Message("Người giao (bưu cục)"), is_post=True),
            Side(label=Message("Người nhận (đường trục)"), is_post=True),
        ),
        summary="Count what the national post takes to other provinces",
        words=Words(
            heading=Message("Đếm bưu gửi ngoài tỉnh của {number}"),
            scan=Message("Quét từng bưu gửi"),
            end=Message("Giao đường trục"),
            missing=Message("bưu gửi thiếu ở lại bưu cục, chuyến sau giao tiếp."),
            button=Message("Giao và lập biên bản"),
        ),
    )
'''


@pytest.fixture
def ninth(tmp_path):
    """Put one file where the kinds of lists are looked for; take it away afterwards."""
    before = set(counting.all_lists())
    (tmp_path / "carrier.py").write_text(dedent(CARRIER).strip() + "\n", encoding="utf-8")
    lists.__path__.append(str(tmp_path))
    yield before
    lists.__path__.remove(str(tmp_path))
    sys.modules.pop("postal.counting.lists.carrier", None)


@pytest.fixture
def outside(ninth, database, house):
    """Hand over three items for other provinces; return their agency and codes."""
    with database.write() as session:
        results = (build.result(n, address=f"{n} Hàng Bài, Hoàn Kiếm, Hà Nội", lat="", lon="") for n in (1, 2, 3))
        agency_id = build.accepted(session, *results)[0].consignment.issuing_office_id
        batch = custody.open_batch(build.act(session), agency_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        party = custody.Party(name="Trần Văn Nhận")
        custody.hand_over(build.act(session), batch.id, scanned=codes, giver=party, receiver=party)
    return agency_id, codes


def test_eight_lists_are_known_and_a_file_makes_the_ninth(ninth):
    assert len(ninth) == 8
    assert set(counting.all_lists()) == ninth | {"carrier"}


def test_the_eighth_list_is_scanned_and_ended_on_its_page_and_by_the_api(outside, settings, services, house, database):
    agency_id, codes = outside
    app = create_app(settings, services)
    postal, page = Person(app, "postal"), f"/staff/agencies/{agency_id}/carrier"
    assert "Đếm bưu gửi ngoài tỉnh của" in postal.get(page).text
    assert postal.post(f"{page}/hand-over", giver_name="A", receiver_name="B").location == page
    assert "Chưa quét bưu gửi nào" in postal.get(page).text
    answer = postal.json(f"/v1/agencies/{agency_id}/carrier", {"codes": [codes[0], "EY999999995VN"]}).json
    assert [one["said"] for one in answer["scans"]] == ["right", "unknown"]
    assert (answer["n_scanned"], answer["n_expected"]) == (1, 3)
    postal.post(page, code=codes[1])
    assert "/handovers/" in postal.post(f"{page}/hand-over", giver_name="A", receiver_name="B").location
    with database.read() as session:
        states = session.scalars(select(models.Item.state).order_by(models.Item.id)).all()
        leg = session.scalars(select(models.Handover.leg).order_by(models.Handover.id.desc())).first()
    assert states == [State.WITH_CARRIER, State.WITH_CARRIER, State.HANDED_OVER]
    assert leg is models.Leg.POST_TO_CARRIER


def test_the_eighth_list_keeps_out_who_has_no_right_to_it(outside, settings, services, house):
    agency_id, codes = outside
    app = create_app(settings, services)
    assert Person(app, "courier").get(f"/staff/agencies/{agency_id}/carrier").status_code == 403
    refused = System(app, house["key"]).post(f"/v1/agencies/{agency_id}/carrier", {"codes": codes})
    assert refused.status_code == 403
