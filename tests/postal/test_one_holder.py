"""Whatever people do, in whatever order: each paper has exactly one holder, and passes along the counted legs."""

import itertools
import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from sqlalchemy import select

from postal import custody, doorstep, intake, rounds
from postal.doorstep import counter
from postal.errors import NotFound, PostalError
from postal.life.facts import facts_of
from postal.models import DayPlan, DeliveryRound, Found, Handover, HandoverLine, Item, Leg, PlanStatus, TrackingEvent
from postal.rules.lifecycle import EventKind, Holder, State, fold, holder
from postal.to_agency import returns, submission, withdrawal
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, MORNING
from tests.postal.test_lifecycle import any_facts
from tests.scale import record_figure, scaled

H = Holder
# Who may pass a paper to whom, and the leg whose receipt must name it; None where the proof or a report is the paper.
PASSAGES = {
    (H.AGENCY, H.POST_OFFICE): Leg.CENTRE_TO_POST,
    (H.POST_OFFICE, H.COURIER): Leg.OFFICE_TO_COURIER,
    (H.COURIER, H.POST_OFFICE): Leg.COURIER_TO_OFFICE,
    (H.POST_OFFICE, H.AGENCY): Leg.POST_TO_CENTRE,
    (H.POST_OFFICE, H.CARRIER): Leg.POST_TO_CARRIER,
    (H.COURIER, H.RECIPIENT): None,
    (H.RECIPIENT, H.COURIER): None,
    (H.POST_OFFICE, H.RECIPIENT): None,
    (H.CARRIER, H.RECIPIENT): None,
    (H.CARRIER, H.POST_OFFICE): None,
    # An order is no paper yet: it lies with the recipient from the start.
    (H.AGENCY, H.RECIPIENT): None,
    # Taken straight to the agency by the courier.
    (H.COURIER, H.AGENCY): Leg.POST_TO_CENTRE,
    (H.RECIPIENT, H.AGENCY): None,
}
# Acts by which a paper changes hands without a count: it is lost, or the agency is told of a return by word first.
UNCOUNTED = {EventKind.DECLARED_MISSING, EventKind.RETURN_STARTED, EventKind.HELD, EventKind.CANCELLED}


@settings(max_examples=scaled(300, 20_000), deadline=None)
@given(any_facts())
def test_in_any_history_a_paper_passes_only_between_parties_who_meet(facts):
    held = [holder(State.NEW), *(holder(state) for state in fold(facts).states)]
    for before, after in itertools.pairwise(held):
        assert before is after or (before, after) in PASSAGES, (before, after)


def collection(session, number):
    order = intake.CollectionIn(
        dossier_code=f"H57.15-261123-9{number:03d}",
        office=build.CENTRE,
        recipient="Trần Đình Phước",
        address="7 An Dương Vương, phường Thuận Hóa, thành phố Huế",
        phone="0905110003",
        documents="Đơn đề nghị (bản chính)",
        lat="16.4632",
        lon="107.5862",
    )
    told = {"source_system": build.SYSTEM, "guide": build.guide()}
    report = intake.order_collections(build.act(session), [order], **told)
    return session.get_one(Item, report.rows[0].item_id)


def nobody_walks():
    raise NotFound(what="chuyến phát")


class Story:
    """People doing what comes into their heads, some of it twice and some of it nonsense."""

    def __init__(self, session, chance):
        self.session, self.chance = session, chance
        self.office, self.couriers = a_day.set_up(session)
        build.s10_range(session)
        self.items = build.accepted(session, *(build.result(n) for n in range(1, 6)))
        self.agency_id = self.items[0].consignment.issuing_office_id
        self.batch = custody.open_batch(build.act(session, build.EVENING), self.agency_id)
        build.closed_batch(session, self.batch.id)
        self.items += [collection(session, number) for number in (1, 2)]
        self.now = build.EVENING
        self.done = Counter()

    def some(self, codes):
        return [code for code in codes if self.chance.random() < 0.75]

    def codes(self):
        return [item.s10 or item.dossier_code for item in self.items]

    def parties(self):
        return {"giver": a_day.GIVER, "receiver": a_day.RECEIVER}

    def hand_over(self):
        custody.hand_over(
            build.act(self.session, self.now), self.batch.id, scanned=self.some(self.codes()), **self.parties()
        )

    def publish(self):
        saved = a_day.saved_plan(self.session, DAY)
        rounds.publish_plan(build.act(self.session, MORNING), saved.id)

    def walked(self):
        found = self.session.scalars(select(DeliveryRound).join(DayPlan).where(DayPlan.status == PlanStatus.PUBLISHED))
        return found.all() or nobody_walks()

    def start(self):
        one = self.chance.choice(self.walked())
        rounds.start_round(build.act(self.session, self.now), one.id, scanned=self.some(self.codes()))

    def close(self):
        one = self.chance.choice(self.walked())
        rounds.close_round(build.act(self.session, self.now), one.id, scanned=self.some(self.codes()))

    def knock(self):
        item, scan_id = self.chance.choice(self.items), f"k-{self.chance.randrange(40)}"
        kinds = (EventKind.DELIVERED, EventKind.ATTEMPT_FAILED, EventKind.COLLECTED, EventKind.OUT_FOR_DELIVERY)
        scan = doorstep.CourierScan(
            scan_id=scan_id,
            s10=item.s10,
            dossier_code=item.dossier_code,
            kind=self.chance.choice(kinds),
            happened_at=self.now - timedelta(minutes=self.chance.randrange(90)),
            reason=self.chance.choice(["VANG_NHA", "TU_CHOI", "SAI_DIA_CHI"]),
            proof=a_day.proof(),
        )
        doorstep.record_scans(build.act(self.session, self.now, by=a_day.CLERK), [scan])

    def lose(self):
        custody.declare_missing(
            build.act(self.session, self.now), self.chance.choice(self.items).id, reason="không thấy"
        )

    def find(self):
        custody.declare_found(build.act(self.session, self.now), self.chance.choice(self.items).id, reason="thấy rồi")

    def fetch(self):
        item = self.chance.choice(self.items)
        counter.deliver_at_counter(build.act(self.session, self.now), item.s10 or "", a_day.proof(), office_id=None)

    def withdraw(self):
        found = self.chance.choice(self.items).consignment
        withdrawal.withdraw(build.act(self.session, self.now), found, reason="cấp nhầm", payer="agency")

    def give_back(self):
        returns.start_due_returns(build.act(self.session, self.now))
        returns.confirm_returned(
            build.act(self.session, self.now), self.agency_id, scanned=self.some(self.codes()), **self.parties()
        )

    def submit(self):
        submission.submit_counted(
            build.act(self.session, self.now), self.agency_id, scanned=self.some(self.codes()), **self.parties()
        )

    def act(self):
        acts = [self.lose, self.find, self.fetch, self.withdraw, self.submit]
        acts += [self.hand_over, self.publish, self.start, self.close, self.give_back] * 2 + [self.knock] * 6
        self.carry_out(self.chance.choice(acts))

    def carry_out(self, act):
        self.now += timedelta(minutes=self.chance.randrange(1, 120))
        try:
            with self.session.begin_nested():
                act()
            self.done[act.__name__] += 1
        except PostalError:  # no plan yet, or an act that does not fit
            self.session.expire_all()


def named(session):
    """Return which items each leg's receipts name as passed."""
    query = select(Handover.leg, HandoverLine.item_id).join(Handover, Handover.id == HandoverLine.handover_id)
    return {(leg, item_id) for leg, item_id in session.execute(query.where(HandoverLine.found == Found.PRESENT))}


def check(story):
    session = story.session
    on_receipts = named(session)
    for item in story.items:
        query = select(TrackingEvent).where(TrackingEvent.item_id == item.id)
        events = session.scalars(query.order_by(TrackingEvent.id)).all()
        life = {event.scan_id: event for event in events if event.is_applied}
        folded = fold(facts_of(session, events), item.direction)
        assert folded.state is item.state
        held = holder(State.NEW)
        for scan_id, state in zip(folded.applied, folded.states, strict=True):
            before, held = held, holder(state)
            leg = PASSAGES.get((before, held)) if before is not held else None
            if leg is not None and life[scan_id].kind not in UNCOUNTED and is_counted(life[scan_id]):
                assert (leg, item.id) in on_receipts, (leg, life[scan_id].kind)
    together = Counter(holder(item.state) for item in story.items)
    assert sum(together.values()) == len(story.items)


def is_counted(event):
    """Tell an act of the office from a courier's own scan and from a piece that turned up again."""
    return event.kind is not EventKind.FOUND and event.device_at is None


@pytest.fixture
def figures():
    done = Counter()
    yield done
    record_figure("random acts on papers, one holder each", sum(done.values()), "acts")


def test_after_any_acts_each_paper_has_one_holder_and_each_leg_its_receipt(session, figures):
    for number in range(scaled(8, 200)):
        with session.begin_nested() as savepoint:
            story = Story(session, random.Random(number))
            if number % 2:  # half of the stories begin where the post already holds the papers
                story.carry_out(story.hand_over)
            for _ in range(30):
                story.act()
                check(story)
            figures.update(story.done)
            savepoint.rollback()
        session.expire_all()
    assert set(figures) >= {"hand_over", "start", "close", "knock", "lose", "withdraw"}
