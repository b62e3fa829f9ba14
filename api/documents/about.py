"""What papers are printed for: a consignment, a batch, a handover, a round, a move, a plan, an agency, an office."""

from __future__ import annotations

from api.documents.paper import About
from postal import Message, Session, Subject, desk, models, under_way
from postal.access import ownership


def _agency(session: Session, office_id: int) -> models.Office:
    return desk.office(session, office_id, models.OfficeKind.ISSUING)


def _office(session: Session, office_id: int) -> models.Office:
    return desk.office(session, office_id, models.OfficeKind.DELIVERY)


CONSIGNMENT = About[models.Consignment](
    what=Message("bưu gửi"),
    find=desk.consignment,
    name=lambda found: str(found.id),
    own=ownership.subject_of_consignment,
)
BATCH = About[models.Batch](
    what=Message("lô bàn giao"),
    find=desk.batch,
    name=lambda found: f"lo-{found.id}",
    own=lambda _, found: ownership.subject_of_batch(found),
)
HANDOVER = About[models.Handover](
    what=Message("biên bản bàn giao"),
    find=desk.handover,
    name=lambda found: found.number.replace("/", "-"),
    own=ownership.subject_of_handover,
)
ROUND = About[models.DeliveryRound](
    what=Message("chuyến phát"),
    find=desk.delivery_round,
    name=lambda found: f"chuyen-{found.id}",
    own=lambda _, found: ownership.subject_of_round(found),
)
MOVE = About[models.StopMove](
    what=Message("phiếu chuyển"),
    find=under_way.stop_move,
    name=lambda found: found.number.replace("/", "-"),
    own=lambda _, found: ownership.subject_of_round(found.from_round),
)
# Of a plan and an agency, readers see what belongs to their own office: `Printing.office_id` selects it.
PLAN = About[models.DayPlan](what=Message("phương án"), find=desk.plan, name=lambda found: str(found.id))
AGENCY = About[models.Office](what=Message("cơ quan"), find=_agency, name=lambda found: found.code)
OFFICE = About[models.Office](
    what=Message("bưu cục"),
    find=_office,
    name=lambda found: found.code,
    own=lambda _, found: Subject(office_ids=frozenset({found.id})),
)
