"""The courier's day: the problem, the plan that was chosen, the rounds that were walked."""

from postal.rounds.brought import Brought, BroughtDiffers, due_from_courier
from postal.rounds.coverage import CoverageLine, coverage
from postal.rounds.plans import (
    DayHasStarted,
    PlanIncomplete,
    PlanNotDraft,
    PlanOutdated,
    PublishedMeanwhile,
    publish_plan,
    save_plan,
)
from postal.rounds.problem import NotToday, planning_problem, ready_consignments, working_couriers
from postal.rounds.replanning import (
    NothingPublished,
    OtherOffice,
    RoundHasLeft,
    as_plan,
    keep_stop,
    replanning_problem,
)
from postal.rounds.walking import (
    RoundNotPublished,
    RoundStateWrong,
    act_id,
    close_round,
    is_due,
    last_reason,
    start_round,
    stop_code,
    submit_dossiers,
)

__all__ = [
    "Brought",
    "BroughtDiffers",
    "CoverageLine",
    "DayHasStarted",
    "NotToday",
    "NothingPublished",
    "OtherOffice",
    "PlanIncomplete",
    "PlanNotDraft",
    "PlanOutdated",
    "PublishedMeanwhile",
    "RoundHasLeft",
    "RoundNotPublished",
    "RoundStateWrong",
    "act_id",
    "as_plan",
    "close_round",
    "coverage",
    "due_from_courier",
    "is_due",
    "keep_stop",
    "last_reason",
    "planning_problem",
    "publish_plan",
    "ready_consignments",
    "replanning_problem",
    "save_plan",
    "start_round",
    "stop_code",
    "submit_dossiers",
    "working_couriers",
]
