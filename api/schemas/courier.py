"""What the API tells a courier's phone, as the contract describes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from api.schemas.answers import CountedCode, CountTold, Told
from postal import Direction, State, phones
from postal.models import PointPrecision, RoundStatus
from postal.rules import PhotoRule


class PhoneTold(Told):
    """A phone was enrolled. ``key`` opens the round (`X-Phone-Key`); it is told once."""

    courier: str
    key: str


class OfficeTold(Told):
    """The office to ask."""

    name: str
    address: str
    phone: str
    opening_hours: str


class RoundTold(Told):
    """Today's round; ``leave_at`` and ``back_at`` as planned. ``cards``: the numbers of its blank absence cards."""

    id: int
    number: int
    status: RoundStatus
    leave_at: datetime
    back_at: datetime
    travel_m: int
    cards: list[str]


class WindowTold(Told):
    """When somebody is there."""

    from_at: datetime
    until_at: datetime


class PointTold(Told):
    """Where it is; the door is at most ``radius_m`` away where that is known."""

    lat: float
    lon: float
    precision: PointPrecision
    radius_m: int | None


class EvidenceTold(Told):
    """What the server asks for before this piece counts as delivered or collected; empty lists: no document."""

    relations: list[str]
    id_kinds: list[str]
    n_documents: int
    fee_vnd: int
    take_back: list[str]
    needs_seal: bool
    photo: PhotoRule


class InvitationTold(Told):
    """What a try that fails today would be: the n-th invitation, a new one or not, and the days the card names."""

    n: int
    is_new: bool
    try_from: date | None
    keep_until: date | None


class PieceTold(Told):
    """One item at the door, what may be done with it now, and in words why nothing may.

    ``position`` is its own on the plan: of one door not every piece has the same.
    """

    code: str
    position: int
    dossier_code: str
    state: State
    detail: str
    detail_en: str
    acts: list[phones.Acts]
    checklist: list[str]
    invitation: InvitationTold | None
    evidence: EvidenceTold


class StopTold(Told):
    """One door with its pieces. ``whom`` is to be asked for; no ID number is told.

    Several stops of the plan for one recipient at one address are one door: ``positions`` and ``codes`` are all of
    theirs, the first being the door's own; so are ``addresses``, one for each way it was written. A note about
    one piece bears that piece's position.
    """

    position: int
    positions: list[int]
    code: str
    codes: list[str]
    direction: Direction
    planned_at: datetime
    window: WindowTold | None
    must_today: bool
    whom: str
    phone: str
    address: str
    addresses: list[str]
    commune: str
    landmark: str
    point: PointTold | None
    pieces: list[PieceTold]


class ReasonTold(Told):
    """One reason why it did not work, what a phone brings along with it, and what the office does then.

    ``invites``: a try with this reason is one of the two invitations.
    """

    code: str
    detail: str
    detail_en: str
    next: Literal["try_again", "hold", "ask_agency", "return"]
    needs: list[Literal["call", "words", "photo"]]
    invites: bool


class EnvelopeKeyTold(Told):
    """What phones seal unsent acts to: the key's name, and its point on P-256, 65 bytes in base64."""

    key_id: str
    point: str


class SquareTold(Told):
    """The square code of the courier's day: the ``path`` of its dark modules in a square of ``side``."""

    side: int
    path: str


class CourierRoundTold(Told):
    """A courier's day; ``round`` is null on a day without one."""

    day: date
    courier: str
    day_code: str
    day_square: SquareTold
    office: OfficeTold
    round: RoundTold | None
    reasons: list[ReasonTold]
    envelope_key: EnvelopeKeyTold
    takes_transfers: bool
    takes_messages: bool
    stops: list[StopTold]


class HeldTold(Told):
    """The ids of what is held by now."""

    held: list[str]


class NumberBlockTold(Told):
    """Numbers reserved for a phone, ``first`` to ``last`` included; one is written `series-000123`."""

    series: str
    first: int
    last: int


class NumbersTold(Told):
    """The blocks of a phone, the oldest first."""

    blocks: list[NumberBlockTold]


class HomeTold(Told):
    """What came home: the courier's own count, null before it is in, the office's, null before both are."""

    own: list[str] | None
    office: list[str] | None
    only_courier: list[str]
    only_office: list[str]


class MissingTold(Told):
    """A piece expected and not scanned yet, by the stop it is for."""

    code: str
    position: int


class LoadTold(CountTold):
    """A load under way; ``others`` are codes that do not belong to it. Both lists end after 500."""

    missing: list[MissingTold]
    others: list[CountedCode]
    is_confirmed: bool


class NextTold(Told):
    """The one allowed next step at a stop, or ``why`` there is none. ``load``: the round was not handed over yet."""

    code: str
    act: Literal["deliver", "collect", "load"] | None
    position: int | None
    why: str
    detail: str
    detail_en: str


class OrderCostTold(Told):
    """How much later one is home, how much longer the way is (negative: saved), and whose hours would be missed."""

    more_s: int
    more_m: int
    missed: list[int]


class MessageSeenTold(Told):
    """One text; ``is_read``: the other side saw it."""

    id: int
    is_from_courier: bool
    words: str
    sent_at: datetime
    is_read: bool


class MessagesTold(Told):
    """The newest texts, the oldest of them first."""

    messages: list[MessageSeenTold]


class MessageTold(Told):
    """A text was kept."""

    id: int
    sent_at: datetime


class SeenTold(Told):
    """How many texts were new to the courier."""

    n_seen: int


class MovedPieceTold(Told):
    """One piece of a move, and which side has scanned it."""

    code: str
    whom: str
    is_given: bool
    is_taken: bool


class MoveTold(Told):
    """A move the courier gives to, or takes from, another one; ``other`` is that one's name."""

    id: int
    number: str
    side: Literal["give", "take"]
    other: str
    reason: str
    pieces: list[MovedPieceTold]


class MovesTold(Told):
    """What waits for the courier's scans."""

    moves: list[MoveTold]


class ConfirmedTold(Told):
    """How far a move is; ``unknown`` are codes that are not on it."""

    n_given: int
    n_taken: int
    n_pieces: int
    is_over: bool
    unknown: list[str]


class CashTold(Told):
    """The round's money as the courier may see it: nothing before the own count is in."""

    own_vnd: int | None
    own_papers: int | None
    due_vnd: int | None
    due_papers: int | None
    transfers_vnd: int | None
    cashier_vnd: int | None


class TransferTold(Told):
    """A VietQR: its ``text``, and the ``path`` of its dark modules in a square of ``side``."""

    amount_vnd: int
    account: str
    says: str
    text: str
    side: int
    path: str


class PaidTold(Told):
    """A payment was noted as told by the courier."""

    amount_vnd: int
    told_at: datetime
