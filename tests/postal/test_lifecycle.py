"""The table of moves: every life ends somewhere known, and the order of arrival never matters."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from postal.rules.lifecycle import FINAL, MOVES, EventKind, Fact, Holder, Outcome, State, fold, holder, outcome
from tests.scale import scaled

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@st.composite
def lives(draw):
    """Draw a life that follows the table, with strictly later events."""
    state, facts = State.NEW, []
    for number in range(draw(st.integers(0, 12))):
        fitting = sorted(kind for (at, kind) in MOVES if at is state)
        if not fitting:
            break
        kind = draw(st.sampled_from(fitting))
        facts.append(Fact(scan_id=f"s{number}", kind=kind, happened_at=START + timedelta(minutes=number)))
        state = MOVES[state, kind]
    return facts, state


def any_facts():
    minutes = st.integers(0, 30).map(lambda m: START + timedelta(minutes=m))
    told = st.tuples(st.sampled_from(EventKind), minutes)
    return st.lists(told, max_size=14).map(
        lambda pairs: [Fact(scan_id=f"s{n}", kind=kind, happened_at=at) for n, (kind, at) in enumerate(pairs)]
    )


@settings(max_examples=scaled(300, 20_000), deadline=None)
@given(lives(), st.randoms())
def test_a_life_told_in_any_order_is_the_same_life(life, chance):
    facts, state = life
    shuffled = list(facts)
    chance.shuffle(shuffled)
    folded = fold(shuffled)
    assert folded.state is state
    assert folded.applied == tuple(fact.scan_id for fact in facts)


@settings(max_examples=scaled(300, 20_000), deadline=None)
@given(any_facts(), st.randoms())
def test_any_set_of_events_folds_alike_whatever_their_order(facts, chance):
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert fold(facts) == fold(shuffled)


@given(any_facts())
def test_what_is_final_accepts_nothing_more(facts):
    folded = fold(facts)
    for before, after in zip(folded.states, folded.states[1:], strict=False):
        assert before not in FINAL, (before, after)


def test_every_state_has_one_holder_and_one_pile():
    for state in State:
        assert isinstance(holder(state), Holder)
        assert isinstance(outcome(state), Outcome)


def test_every_state_can_be_reached_and_every_open_one_left():
    reached = {State.NEW}
    while new := {to for (at, _), to in MOVES.items() if at in reached} - reached:
        reached |= new
    assert reached == set(State)
    assert {at for at, _ in MOVES} == set(State) - FINAL


def test_no_event_moves_an_item_without_its_kind_being_used():
    assert {kind for _, kind in MOVES} == set(EventKind)


def test_delivered_papers_are_with_the_recipient_and_missing_ones_on_the_post():
    assert holder(State.DELIVERED) is Holder.RECIPIENT
    assert holder(State.MISSING) is Holder.POST_OFFICE
    assert holder(State.ON_ROUND) is Holder.COURIER
    assert holder(State.RETURNED_TO_SENDER) is Holder.AGENCY
