"""The queue: what waits, why, since when and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from postal.access import audit
from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.follow_up import load_attempts
from postal.models import AddressStatus, Consignment, Item, PointPrecision
from postal.models.keys import blocks
from postal.people import open_person
from postal.queue.wanted import (
    ADDRESS,
    EVERYTHING,
    NEEDS,
    OUTSIDE,
    POINT,
    POST,
    QUESTION,
    QUESTIONS,
    READY,
    UNCLEAR,
    VAGUE,
    WITH_AGENCY,
    Columns,
    Wanted,
    narrowed,
    of_queue_office,
    waits_for,
)
from postal.readings import once
from postal.rules.lifecycle import State
from routing import Message

# A point far from its commune, which an answer can bring about as well as a file.
POINT_FAR = "point_far"
# An agency nobody knew, whose name is nearly a known one's.
OFFICE_NEW = "office_new"


class Withheld(Conflict):
    code = "not_waiting"
    says = Message("Bưu gửi không còn chờ ở cơ quan: không sửa địa chỉ hay điểm được nữa.")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One item on the list. ``recipient`` and ``address`` are in the clear: mask them for who may not see people.

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
    address: str | None = None

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
    if status in UNCLEAR:
        needs.add(ADDRESS)
    elif status is AddressStatus.OUTSIDE:
        needs.add(OUTSIDE)
    elif precision in VAGUE and released_reason is None:
        needs.add(POINT)
    if not QUESTIONS.isdisjoint(attention):
        needs.add(QUESTION)
    return frozenset(needs)


def queue_counts(session: Session, wanted: Wanted = EVERYTHING, *, now: datetime) -> QueueCounts:
    """Return how many items wait for what, of the part of the queue that is wanted whatever it ``needs``."""
    return _counted(session, wanted, now)[1]


def _counted(session: Session, wanted: Wanted, now: datetime) -> tuple[int, QueueCounts]:
    """Return how many items wait at all, and for what. What the post holds already waits for two things at most."""
    wanted = replace(wanted, needs=None)
    asked = (ADDRESS, POINT, QUESTION, READY, OUTSIDE)
    sums = (func.sum(case((waits_for(one), 1), else_=0)) for one in asked)
    joined = _part(select(func.count()).select_from(Item).join(Item.consignment), wanted, now)
    # All that the post holds is counted without its consignments, which is what a database is slow at.
    at_post = joined if wanted != EVERYTHING else select(func.count()).select_from(Item)
    outside = joined.where(waits_for(POST), Consignment.address_status == AddressStatus.OUTSIDE)
    query = joined.add_columns(
        *sums, at_post.where(waits_for(POST)).scalar_subquery(), outside.scalar_subquery()
    ).where(Item.finished_at.is_(None), Item.state.in_(WITH_AGENCY))

    def counted() -> tuple[int, QueueCounts]:
        n, *found, n_post, n_outside = (n or 0 for n in session.execute(query).one())
        by_needs = dict(zip(asked, found, strict=True))
        by_needs[OUTSIDE] += n_outside
        return n + n_post, QueueCounts(**by_needs, post=n_post)

    return once(session, ("queue", wanted, now), counted)


def ready_by_office(session: Session) -> Counter[int]:
    """Return how many items of each issuing office, by its id, a new batch would take."""
    query = select(Consignment.issuing_office_id, func.count()).join(Item, Item.consignment_id == Consignment.id)
    query = query.where(waits_for(READY)).group_by(Consignment.issuing_office_id)
    return Counter({row[0]: row[1] for row in session.execute(query)})


def waiting(
    session: Session, wanted: Wanted = EVERYTHING, *, now: datetime, limit: int = 100, offset: int = 0
) -> list[Waiting]:
    """Return what waits for one thing, or everything: the nearest promise first, then the oldest result.

    Raises InvalidInput for something nobody waits for.
    """
    ids = session.scalars(_ordered(select(Item.id), wanted, now).offset(offset).limit(limit)).all()
    return _lines_of(session, _items(session, ids), now=now)


def waiting_blocks(
    session: Session, wanted: Wanted = EVERYTHING, *, now: datetime
) -> Iterator[list[tuple[Waiting, Item]]]:
    """Yield every line `waiting` lists with its item, block by block; nothing of a block stays in the session."""
    ids = session.scalars(_ordered(select(Item.id), wanted, now)).all()
    for some in blocks(ids):
        items = _items(session, some)
        yield list(zip(_lines_of(session, items, now=now), items, strict=True))
        session.expunge_all()


def _items(session: Session, ids: Sequence[int]) -> list[Item]:
    """Return items with their people, in order: only what is shown is read whole."""
    found: dict[int, Item] = {}
    for some in blocks(ids):
        query = select(Item).where(Item.id.in_(some))
        query = query.options(joinedload(Item.consignment).joinedload(Consignment.person))
        found |= {item.id: item for item in session.scalars(query)}
    return [found[item_id] for item_id in ids if item_id in found]


def waiting_ids(session: Session, wanted: Wanted = EVERYTHING, *, now: datetime, limit: int) -> Sequence[int]:
    """Return the ids of the items `waiting` lists, in its order. Raises InvalidInput as it does."""
    return session.scalars(_ordered(select(Item.id), wanted, now).limit(limit)).all()


def n_waiting(session: Session, wanted: Wanted = EVERYTHING, *, now: datetime) -> int:
    """Return how many items `waiting` lists on all its pages. Raises InvalidInput as it does."""
    needs = _known(wanted.needs)
    n, counts = _counted(session, wanted, now)
    return n if needs is None else int(getattr(counts, needs))


def _known(needs: str | None) -> str | None:
    if needs is not None and needs not in NEEDS:
        raise InvalidInput(field="needs")
    return needs


def _ordered(query: Select[*Columns], wanted: Wanted, now: datetime) -> Select[*Columns]:
    query = query.join(Item.consignment).where(waits_for(_known(wanted.needs)))
    query = query.order_by(Consignment.promised_by.is_(None), Consignment.promised_by, Consignment.ready_at, Item.id)
    return _part(query, wanted, now)


def _part(query: Select[*Columns], wanted: Wanted, now: datetime) -> Select[*Columns]:
    return of_queue_office(narrowed(query, wanted, now=now), wanted.office_id)


def _lines_of(session: Session, items: Sequence[Item], *, now: datetime) -> list[Waiting]:
    """Return the lines of a list for these items, in their order."""
    tries = load_attempts(session, [item.id for item in items if item.n_attempts])
    return [_line(session, item, tuple(one.reason for one in tries.get(item.id, ())), now) for item in items]


def _line(session: Session, item: Item, tries: tuple[str, ...], now: datetime) -> Waiting:
    consignment = item.consignment
    promised_by, person = consignment.promised_by, open_person(session, consignment.person)
    return Waiting(
        consignment_id=consignment.id,
        item_id=item.id,
        dossier_code=item.dossier_code,
        s10=item.s10,
        recipient=person.full_name,
        address=person.address,
        commune_code=consignment.commune_code,
        state=item.state,
        why=why_waiting(item),
        promised_by=promised_by,
        is_late=promised_by is not None and promised_by < now,
        since=consignment.accepted_at if item.state in WITH_AGENCY else item.state_since,
        tries=tries,
    )


def why_waiting(item: Item) -> str:
    """Return the code of the first thing the item waits for, "" when it only waits for its turn."""
    if item.state not in WITH_AGENCY:
        return ""
    needs = needs_of(item.consignment)
    if ADDRESS in needs:
        return f"address_{item.consignment.address_status}"
    if QUESTION in needs:
        return next(code for code in item.consignment.attention if code in QUESTIONS)
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
    if not all(item.state in WITH_AGENCY for item in consignment.items):
        raise Withheld
    return consignment


def note_answer(act: Act, action: str, consignment_id: int) -> None:
    """Put an answer into the audit."""
    audit.note(act, action, "consignment", consignment_id)
