"""The queue: what waits, why, since when and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from postal.access import audit
from postal.access.act import Act
from postal.cells.problems import BLOCKING
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.follow_up import load_attempts
from postal.models import AddressStatus, Consignment, Coverage, Item, PointPrecision
from postal.people import open_person
from postal.rules.lifecycle import State
from routing import Message

ADDRESS, POINT, QUESTION, READY, OUTSIDE, POST = "address", "point", "question", "ready", "outside", "post"
NEEDS = (ADDRESS, POINT, QUESTION, READY, OUTSIDE, POST)

_WITH_AGENCY = (State.WAITING, State.BATCHED, State.AWAITING_COLLECTION)
_WITH_POST = (State.HANDED_OVER, State.AT_OFFICE, State.HELD)
_UNCLEAR = frozenset({AddressStatus.AMBIGUOUS, AddressStatus.UNKNOWN})
VAGUE = frozenset({PointPrecision.COMMUNE, PointPrecision.NONE})
# A point far from its commune, which an answer can bring about as well as a file.
POINT_FAR = "point_far"
# An agency nobody knew, whose name is nearly a known one's.
OFFICE_NEW = "office_new"
_QUESTIONS = BLOCKING - {"address_ambiguous", "address_unknown"}


Columns = TypeVarTuple("Columns")


class Withheld(Conflict):
    code = "not_waiting"
    says = Message("Bưu gửi không còn chờ ở cơ quan: không sửa địa chỉ hay điểm được nữa.")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One item on the list. ``recipient`` is in the clear: mask it for who may not see people.

    ``tries`` are the reasons of its failed attempts, the last one last.
    """

    consignment_id: int
    item_id: int
    dossier_code: str
    s10: str | None
    recipient: str
    commune_code: str | None
    state: State
    why: str
    promised_by: datetime | None
    is_late: bool
    since: datetime
    tries: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Waiting {self.dossier_code}>"


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    """How many items wait for what; an item that needs two answers counts twice."""

    address: int = 0
    point: int = 0
    question: int = 0
    ready: int = 0
    outside: int = 0
    post: int = 0


def needs_of(consignment: Consignment) -> frozenset[str]:
    """Return what a consignment needs before it can leave the agency; an empty set: it may go."""
    return _needs(consignment.address_status, consignment.precision, consignment.released_reason, consignment.attention)


def is_ready(consignment: Consignment) -> bool:
    """Say whether nothing keeps the consignment from being handed over: items for elsewhere travel too."""
    return not needs_of(consignment) - {OUTSIDE}


def _needs(
    status: AddressStatus, precision: PointPrecision, released_reason: str | None, attention: Iterable[str]
) -> frozenset[str]:
    needs = set()
    if status in _UNCLEAR:
        needs.add(ADDRESS)
    elif status is AddressStatus.OUTSIDE:
        needs.add(OUTSIDE)
    elif precision in VAGUE and released_reason is None:
        needs.add(POINT)
    if not _QUESTIONS.isdisjoint(attention):
        needs.add(QUESTION)
    return frozenset(needs)


def queue_counts(session: Session, *, office_id: int | None = None) -> QueueCounts:
    """Return how many items wait for what, of one office (issuing or delivery) or of all."""
    query = select(
        Item.state,
        Consignment.address_status,
        Consignment.precision,
        Consignment.released_reason,
        Consignment.attention,
    ).join(Item.consignment)
    query = _of_office(query.where(Item.state.in_((*_WITH_AGENCY, *_WITH_POST))), office_id)
    counts: Counter[str] = Counter()
    for state, status, precision, reason, attention in session.execute(query):
        if state in _WITH_POST:
            counts[POST] += 1
            counts[OUTSIDE] += status is AddressStatus.OUTSIDE
            continue
        needs = _needs(status, precision, reason, attention)
        counts.update(needs)
        counts[READY] += state is State.WAITING and not needs - {OUTSIDE}
    return QueueCounts(**{field.name: counts[field.name] for field in fields(QueueCounts)})


def ready_by_office(session: Session) -> Counter[int]:
    """Return how many items of each issuing office, by its id, a new batch would take."""
    query = select(
        Consignment.issuing_office_id,
        Consignment.address_status,
        Consignment.precision,
        Consignment.released_reason,
        Consignment.attention,
    ).join(Item, Item.consignment_id == Consignment.id)
    rows = session.execute(query.where(Item.state == State.WAITING))
    return Counter(
        office_id
        for office_id, status, precision, reason, attention in rows
        if not _needs(status, precision, reason, attention) - {OUTSIDE}
    )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which part of the queue: what it waits for (one of `NEEDS`), an office's, a commune's; None: whichever."""

    needs: str | None = None
    office_id: int | None = None
    commune_code: str | None = None


def waiting(
    session: Session, wanted: Wanted = Wanted(), *, now: datetime, limit: int = 100, offset: int = 0
) -> list[Waiting]:
    """Return what waits for one thing, or everything: the nearest promise first, then the oldest result.

    Raises InvalidInput for something nobody waits for.
    """
    needs = wanted.needs
    if needs is not None and needs not in NEEDS:
        raise InvalidInput(field="needs")
    query = (
        select(Item)
        .join(Item.consignment)
        .options(joinedload(Item.consignment).joinedload(Consignment.person))
        .where(_waits_for(needs))
        .order_by(Consignment.promised_by.is_(None), Consignment.promised_by, Consignment.ready_at, Item.id)
    )
    if wanted.commune_code is not None:
        query = query.where(Consignment.commune_code == wanted.commune_code)
    query = _of_office(query, wanted.office_id)
    if needs not in (QUESTION, READY):
        return _lines_of(session, session.scalars(query.offset(offset).limit(limit)).all(), now=now)
    # What was asked is a list no database searches alike: these two are sifted here.
    fitting = [item for item in session.scalars(query) if _fits(item, needs)]
    return _lines_of(session, fitting[offset : offset + limit], now=now)


def _lines_of(session: Session, items: Sequence[Item], *, now: datetime) -> list[Waiting]:
    """Return the lines of a list for these items, in their order."""
    tries = load_attempts(session, [item.id for item in items if item.n_attempts])
    return [_line(session, item, tuple(one.reason for one in tries.get(item.id, ())), now) for item in items]


def _waits_for(needs: str | None) -> ColumnElement[bool]:
    """Return the part of the condition that the database can check for an item on the list for ``needs``."""
    with_agency = Item.state.in_(_WITH_AGENCY)
    if needs is None:
        return Item.state.in_((*_WITH_AGENCY, *_WITH_POST))
    if needs == POST:
        return Item.state.in_(_WITH_POST)
    if needs == READY:
        return Item.state == State.WAITING
    status = Consignment.address_status
    if needs == ADDRESS:
        return with_agency & status.in_(_UNCLEAR)
    if needs == OUTSIDE:
        # "Gửi ngoài tỉnh": until the national post has it, whoever holds it meanwhile.
        return Item.state.in_((*_WITH_AGENCY, *_WITH_POST)) & (status == AddressStatus.OUTSIDE)
    if needs == POINT:
        is_vague = Consignment.precision.in_(VAGUE) & Consignment.released_reason.is_(None)
        return with_agency & is_vague & status.not_in((*_UNCLEAR, AddressStatus.OUTSIDE))
    return with_agency


def _fits(item: Item, needs: str) -> bool:
    if needs == READY:
        return item.state is State.WAITING and is_ready(item.consignment)
    return needs in needs_of(item.consignment)


def _line(session: Session, item: Item, tries: tuple[str, ...], now: datetime) -> Waiting:
    consignment = item.consignment
    promised_by = consignment.promised_by
    return Waiting(
        consignment_id=consignment.id,
        item_id=item.id,
        dossier_code=item.dossier_code,
        s10=item.s10,
        recipient=open_person(session, consignment.person).full_name,
        commune_code=consignment.commune_code,
        state=item.state,
        why=why_waiting(item),
        promised_by=promised_by,
        is_late=promised_by is not None and promised_by < now,
        since=consignment.accepted_at if item.state in _WITH_AGENCY else item.state_since,
        tries=tries,
    )


def why_waiting(item: Item) -> str:
    """Return the code of the first thing the item waits for, "" when it only waits for its turn."""
    if item.state not in _WITH_AGENCY:
        return ""
    needs = needs_of(item.consignment)
    if ADDRESS in needs:
        return f"address_{item.consignment.address_status}"
    if QUESTION in needs:
        return next(code for code in item.consignment.attention if code in _QUESTIONS)
    if POINT in needs:
        return "point_commune_only"
    return "outside_province" if OUTSIDE in needs else ""


_ASKED: dict[str, Message] = {
    OFFICE_NEW: Message("Cơ quan chưa có, tên gần giống một cơ quan đã có. Gõ nhầm tên, hay là cơ quan mới?"),
    "bad_phone": Message("Số điện thoại không đúng. Hỏi lại người nhận (10 chữ số, ví dụ 0905123456)."),
    "date_in_future": Message("Ngày xong ở tương lai. Hỏi cơ quan: kết quả đã xong chưa, ngày nào?"),
    "bad_window": Message("Khung giờ hẹn không dùng được. Hỏi lại người nhận giờ nào có ở nhà."),
    "unprintable": Message("Có chữ không in được lên nhãn. Hỏi lại cách viết, gõ bằng chữ Việt có dấu."),
    "address_ambiguous": Message("Địa chỉ có thể thuộc nhiều xã, phường. Hỏi người nhận: nơi nào trong các nơi gợi ý?"),
    "address_unknown": Message("Không rõ xã, phường nào. Hỏi người nhận tên xã, phường hiện nay."),
    "bad_coordinates": Message("Tọa độ không dùng được. Không cần sửa ngay; điểm sẽ lấy theo địa chỉ."),
    "bad_money": Message("Số tiền thu hộ không đọc được. Hỏi cơ quan: thu bao nhiêu đồng, hay không thu?"),
    "odd_money": Message("Số tiền thu hộ nhỏ hơn mọi mức phí, có thể mất ba số 0. Hỏi cơ quan: thu bao nhiêu đồng?"),
    "typing_suspected": Message(
        "Tên có vẻ còn nguyên phím gõ Telex hoặc VNI. Hỏi lại họ tên, gõ bằng chữ Việt có dấu."
    ),
    "odd_name": Message("Tên có ký hiệu hoặc chữ không thể là tên. Hỏi lại họ tên người nhận."),
    "broken_address": Message("Địa chỉ có chữ bị hỏng mã hoặc mất chữ. Hỏi lại địa chỉ, gõ bằng chữ Việt có dấu."),
    "month_first": Message("Ngày xong ghi tháng trước ngày. Hỏi cơ quan ngày xong, nếu ngày đang ghi không đúng."),
    "cccd_invalid": Message("Số định danh không đúng. Không cần sửa ngay; bưu tá xem giấy tờ khi phát."),
    "error_value": Message("Ô chứa lỗi của bảng tính. Hỏi cơ quan nội dung của ô, nếu cần."),
    "too_long": Message("Nội dung dài quá nên bị cắt bớt. Xem lại nội dung; hỏi cơ quan nếu thiếu."),
    "control_character": Message("Có ký tự điều khiển nên không đọc. Hỏi cơ quan nội dung của ô, nếu cần."),
    "too_many_documents": Message(
        "Quá nhiều tài liệu, chỉ giữ những tài liệu đầu. Hỏi cơ quan danh sách tài liệu đầy đủ."
    ),
    "point_commune_only": Message("Chỉ biết đến xã, phường: xác nhận điểm, hoặc chấp nhận điểm gần đúng và ghi lý do."),
    POINT_FAR: Message("Điểm nằm xa xã, phường đã ghi. Hỏi người nhận: nhà ở đâu? Chọn lại xã, phường hoặc điểm."),
    "outside_province": Message("Địa chỉ ngoài tỉnh: bàn giao cho bưu chính, gửi ngoài tỉnh."),
}


def say_question(code: str) -> Message:
    """Return what to ask or do about a code of the attention list; a code nobody knows is shown as it is."""
    return _ASKED.get(code) or Message(code)


def still_here(session: Session, consignment_id: int) -> Consignment:
    """Return a consignment whose answers can still change. Raises NotFound, Withheld."""
    consignment = session.get(Consignment, consignment_id)
    if consignment is None:
        raise NotFound(what=Message("bưu gửi"))
    if not all(item.state in _WITH_AGENCY for item in consignment.items):
        raise Withheld
    return consignment


def note_answer(act: Act, action: str, consignment_id: int) -> None:
    """Put an answer into the audit."""
    audit.note(act, action, "consignment", consignment_id)


def _of_office(query: Select[*Columns], office_id: int | None) -> Select[*Columns]:
    if office_id is None:
        return query
    served = select(Coverage.commune_code).where(Coverage.office_id == office_id)
    return query.where((Consignment.issuing_office_id == office_id) | Consignment.commune_code.in_(served))
