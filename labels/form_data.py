"""Finished data of the forms: who, what, how much, already in the words that are printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from labels.data import PartyData


@dataclass(frozen=True, kw_only=True)
class ContactData:
    """A sender or recipient as the law wants them on a contract: name, address, phone."""

    name: str
    address: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperData:
    """One paper in the envelope; ``kind`` is "bản chính", "bản sao" or the like."""

    name: str
    kind: str = ""
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class ConsignmentNoteData:
    """Phiếu gửi hồ sơ, the written contract of posting (TT 17/2017/TT-BTTTT Đ9). ``postage`` is in words."""

    s10: str
    dossier_code: str
    token_url: str
    sender: ContactData
    recipient: ContactData
    papers: tuple[PaperData, ...]
    take_back: tuple[PaperData, ...] = ()
    posted_at: datetime | None = None
    due_on: date | None = None
    weight_g: int = 0
    service: str = ""
    postage: str = ""
    fee_vnd: int = 0
    rights: str = ""
    liability: str = ""
    operator: str = ""
    agency_officer: str = ""
    postal_worker: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnedPaperLine:
    """One dossier of a reverse handover: papers taken back and money collected."""

    position: int
    s10: str
    dossier_code: str
    papers: str = ""
    fee_vnd: int = 0
    fee_receipt: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReverseHandoverData:
    """Biên bản bàn giao giấy tờ thu hồi và tiền thu hộ: from the post back to the agency.

    ``code`` is what the signed square code says, ``missing`` the items whose papers or money were not on the table.
    """

    number: str
    at: datetime
    place: str
    giver: PartyData
    receiver: PartyData
    lines: tuple[ReturnedPaperLine, ...]
    n_papers: int
    fee_total_vnd: int
    digest: str
    code: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReturnLine:
    """One undelivered item on its way back to its agency."""

    position: int
    s10: str
    dossier_code: str
    reason: str
    attempts: str
    n_documents: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnListData:
    """Bảng kê bưu gửi chuyển hoàn: what goes back to one agency, and why."""

    number: str
    at: datetime
    office: str
    agency: str
    giver: PartyData
    receiver: PartyData
    lines: tuple[ReturnLine, ...]
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class AbsenceCardData:
    """Giấy mời nhận bưu gửi, the first or second invitation (Luật Bưu chính Đ17.1.d)."""

    s10: str
    invitation: int
    recipient_name: str
    sender_name: str
    tried_at: datetime
    reason: str
    next_try: str
    office_name: str
    office_address: str
    office_hours: str
    office_phone: str
    keep_until: date | None
    fee_vnd: int
    token_url: str
    take_back: tuple[PaperData, ...] = ()
    courier_code: str = ""


@dataclass(frozen=True, kw_only=True)
class FeeReceiptData:
    """Biên nhận thu hộ phí, lệ phí: one dossier's money, to the đồng, in figures and in words."""

    number: str
    at: datetime
    s10: str
    dossier_code: str
    payer_name: str
    agency: str
    amount_vnd: int
    office: str
    courier: str
    token_url: str


@dataclass(frozen=True, kw_only=True)
class CollectionReceiptData:
    """Giấy biên nhận hồ sơ nhận tại nhà: what the courier took, counted and sealed before the citizen."""

    number: str
    at: datetime
    dossier_code: str
    citizen: ContactData
    agency: str
    papers: tuple[PaperData, ...]
    seal: str
    courier: str
    office: str
    token_url: str
    fee_vnd: int = 0
    due_note: str = ""


@dataclass(frozen=True, kw_only=True)
class ApologyLetterData:
    """Văn bản xin lỗi và đề nghị gia hạn, mẫu 04 (TT 03/2025/TT-VPCP); re-appointed at most once."""

    number: str
    place: str
    signed_on: date
    agency: str
    addressee: str
    dossier_code: str
    received_on: date | None
    due_on: date
    reason: str
    new_due_on: date
    contact: str
    signer_title: str
    signer_name: str
    procedure: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenLine:
    """One item that is not accounted for by a delivery: kept, missing, coming back."""

    s10: str
    dossier_code: str
    courier: str
    state: str


@dataclass(frozen=True, kw_only=True)
class CourierDay:
    """One courier's day in figures."""

    courier: str
    loaded: int
    delivered: int
    failed: int
    collected: int
    fee_vnd: int


@dataclass(frozen=True, kw_only=True)
class DayReportData:
    """Báo cáo cuối ngày of one delivery office: everything that left is delivered, back, kept or missing.

    ``fee_counted_vnd`` None leaves a line for the cashier to write on.
    """

    number: str
    day: date
    office: str
    closed_at: datetime | None
    closed_by: str
    couriers: tuple[CourierDay, ...]
    open_lines: tuple[OpenLine, ...]
    fee_expected_vnd: int
    fee_counted_vnd: int | None
    chain_head: str = ""
