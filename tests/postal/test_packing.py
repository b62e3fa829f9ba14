"""A list closes only over envelopes that both sides counted, weighed and sealed."""

import pytest

from postal import custody
from postal.custody import BadWeight, CountsDiffer, NotPacked, Packed
from postal.errors import NotFound
from postal.models import Item
from tests import builders as build

NOW = build.EVENING
TWO_PAPERS = {"documents": "Giấy chứng nhận (bản chính); Trích lục (bản sao)"}


@pytest.fixture
def batch(session):
    build.s10_range(session)
    items = build.accepted(session, build.result(1, **TWO_PAPERS), build.result(2))
    return custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)


def envelope(batch, number=0, **changes):
    told = {"item_id": batch.lines[number].item_id, "n_giver": 2 - number, "n_receiver": 2 - number, "weight_g": 64}
    return Packed(**told | changes)


def pack(session, batch, *envelopes):
    return custody.pack_items(build.act(session, NOW), batch.id, envelopes)


def test_a_list_with_an_envelope_nobody_counted_does_not_close_and_names_it(session, batch):
    pack(session, batch, envelope(batch, 0))
    with pytest.raises(NotPacked) as refused:
        custody.close_batch(build.act(session, NOW), batch.id)
    assert batch.lines[1].item.dossier_code in str(refused.value.message)
    assert batch.lines[0].item.dossier_code not in str(refused.value.message)
    pack(session, batch, envelope(batch, 1, weight_g=30))
    assert custody.close_batch(build.act(session, NOW), batch.id).weight_g == 94


@pytest.mark.parametrize("counts", [{"n_giver": 1}, {"n_receiver": 3}, {"n_giver": 3, "n_receiver": 3}])
def test_a_count_that_is_not_the_lists_is_refused_and_nothing_is_noted(session, batch, counts):
    with pytest.raises(CountsDiffer):
        pack(session, batch, envelope(batch, 1), envelope(batch, 0, **counts))
    assert [line.packed_at for line in batch.lines] == [None, None]
    assert session.query(Item).filter(Item.is_sealed).count() == 0


@pytest.mark.parametrize("weight_g", [0, -5, 30_001])
def test_an_envelope_weighs_something(session, batch, weight_g):
    with pytest.raises(BadWeight):
        pack(session, batch, envelope(batch, weight_g=weight_g))


def test_what_left_the_batch_is_counted_again_in_the_next(session, batch):
    pack(session, batch, envelope(batch, 0), envelope(batch, 1))
    item_id = batch.lines[0].item_id
    custody.remove_item(build.act(session, NOW), batch.id, item_id)
    with pytest.raises(NotFound):
        pack(session, batch, envelope(batch, 0))
    custody.add_items(build.act(session, NOW), batch.id, [item_id])
    with pytest.raises(NotPacked):
        custody.close_batch(build.act(session, NOW), batch.id)


def test_a_dossier_without_a_list_of_papers_is_counted_by_both_against_each_other(session):
    build.s10_range(session)
    (item,) = build.accepted(session, build.result(1, documents=""))
    batch = custody.open_batch(build.act(session, NOW), item.consignment.issuing_office_id)
    with pytest.raises(CountsDiffer):
        pack(session, batch, envelope(batch, n_giver=4, n_receiver=3))
    pack(session, batch, envelope(batch, n_giver=3, n_receiver=3))
    assert custody.close_batch(build.act(session, NOW), batch.id).n_items == 1
