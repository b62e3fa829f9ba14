"""Where a result goes, and who goes where in which order: plain values in, plain values out."""

from routing.addresses.communes import HUE, Commune, HomeProvince, Register
from routing.addresses.geocoding import Geocoder, NominatimGeocoder, PhotonGeocoder
from routing.addresses.points import JudgedPoint, PointFlag, Precision, commune_point, is_in_province, judge_point
from routing.addresses.resolver import AddressAnswer, AddressResolver, AddressStatus
from routing.advice.compare import Comparison, Figures, StopChange, compare, figures
from routing.advice.explain import REASONS
from routing.advice.remedies import CHANGES
from routing.advice.what_if import APPLICABLE, apply_remedy
from routing.check import Fault, check
from routing.errors import (
    BadPlanFile,
    BadProblem,
    BadRegister,
    BadTravelTimes,
    EngineUnavailable,
    GeocoderUnavailable,
    RemedyNotApplicable,
    RoutingError,
)
from routing.plan import plan
from routing.plan_file import plan_file_problem, plan_file_text
from routing.replan import keeping_hands, replan
from routing.travel.calibration import Calibration, Measured, calibrate
from routing.travel.osrm import Osrm
from routing.travel.terrain import Terrain, estimated_figures, read_figures, terrain_of
from routing.travel.times import UNREACHABLE, FileMatrix, StraightLine, TravelTimes
from routing.types import (
    ClosedRoad,
    Courier,
    DeliveryOffice,
    Limits,
    Plan,
    PlannedRound,
    Point,
    Problem,
    Progress,
    Stop,
    Unserved,
    Visit,
    Window,
    great_circle_m,
)

__all__ = [
    "APPLICABLE",
    "CHANGES",
    "HUE",
    "REASONS",
    "UNREACHABLE",
    "AddressAnswer",
    "AddressResolver",
    "AddressStatus",
    "BadPlanFile",
    "BadProblem",
    "BadRegister",
    "BadTravelTimes",
    "Calibration",
    "ClosedRoad",
    "Commune",
    "Comparison",
    "Courier",
    "DeliveryOffice",
    "EngineUnavailable",
    "Fault",
    "Figures",
    "FileMatrix",
    "Geocoder",
    "GeocoderUnavailable",
    "HomeProvince",
    "JudgedPoint",
    "Limits",
    "Measured",
    "NominatimGeocoder",
    "Osrm",
    "PhotonGeocoder",
    "Plan",
    "PlannedRound",
    "Point",
    "PointFlag",
    "Precision",
    "Problem",
    "Progress",
    "Register",
    "RemedyNotApplicable",
    "RoutingError",
    "Stop",
    "StopChange",
    "StraightLine",
    "Terrain",
    "TravelTimes",
    "Unserved",
    "Visit",
    "Window",
    "apply_remedy",
    "calibrate",
    "check",
    "commune_point",
    "compare",
    "estimated_figures",
    "figures",
    "great_circle_m",
    "is_in_province",
    "judge_point",
    "keeping_hands",
    "plan",
    "plan_file_problem",
    "plan_file_text",
    "read_figures",
    "replan",
    "terrain_of",
]
