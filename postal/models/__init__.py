"""The tables, one file a subject. Mapped classes are the domain objects."""

from postal.models.access import ApiKey, AuditEntry, IdempotencyRecord, Role, TrackingGuess, Upload, User
from postal.models.base import Base, UtcDateTime
from postal.models.chain import ChainLink
from postal.models.consignments import (
    AddressStatus,
    Consignment,
    Intake,
    IntakeRow,
    Item,
    PointPrecision,
    RowOutcome,
)
from postal.models.custody import (
    Batch,
    BatchItem,
    Counter,
    Found,
    Handover,
    HandoverLine,
    LabelPrint,
    Leg,
    Manifest,
    ManifestLine,
    S10Range,
    SpoiltS10,
)
from postal.models.events import Discrepancy, ProofOfDelivery, TrackingEvent
from postal.models.evidence import (
    AddressChange,
    CountedScan,
    Incident,
    IncidentKind,
    KeptOvernight,
    OfficeDay,
    ReceiptSignature,
)
from postal.models.outside import (
    Callback,
    CallbackEndpoint,
    CallbackState,
    CallbackTry,
    EndpointState,
    Job,
    JobState,
)
from postal.models.people import Person, PersonKind, PersonWord
from postal.models.places import (
    Absence,
    CalendarDay,
    CommuneClosure,
    Courier,
    Coverage,
    Office,
    OfficeKind,
    PointMemory,
    Procedure,
    TransitRule,
)
from postal.models.rounds import DayPlan, DeliveryRound, PlanStatus, PlanUnserved, RoundStatus, RoundStop

__all__ = [
    "Absence", "AddressChange", "AddressStatus", "ApiKey", "AuditEntry", "Base", "Batch", "BatchItem", "CalendarDay",
    "Callback", "CallbackEndpoint", "CallbackState", "CallbackTry", "ChainLink", "CommuneClosure", "Consignment",
    "CountedScan", "Counter", "Courier", "Coverage", "DayPlan", "DeliveryRound", "Discrepancy", "EndpointState",
    "Found", "Handover", "HandoverLine", "IdempotencyRecord", "Incident", "IncidentKind", "Intake", "IntakeRow",
    "Item", "Job", "JobState", "KeptOvernight", "LabelPrint", "Leg", "Manifest", "ManifestLine", "Office", "OfficeDay",
    "OfficeKind", "Person", "PersonKind", "PersonWord", "PlanStatus", "PlanUnserved", "PointMemory", "PointPrecision",
    "Procedure", "ProofOfDelivery", "ReceiptSignature", "Role", "RoundStatus", "RoundStop", "RowOutcome", "S10Range",
    "SpoiltS10", "TrackingEvent", "TrackingGuess", "TransitRule", "Upload", "User", "UtcDateTime",
]  # fmt: skip
