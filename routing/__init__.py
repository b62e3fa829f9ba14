"""Where a result goes, and who goes where in which order: plain values in, plain values out."""

from routing.addresses.communes import HUE, Commune, HomeProvince, Register
from routing.addresses.geocoding import Geocoder, NominatimGeocoder, PhotonGeocoder
from routing.addresses.language.text import plain_words
from routing.addresses.names import district_name
from routing.addresses.national import (
    NationalCommune,
    NationalFormerUnit,
    Province,
    find_province,
    national_communes,
    national_former_units,
    provinces,
    register_of,
)
from routing.addresses.points import JudgedPoint, PointFlag, Precision, is_in_province, judge_point
from routing.addresses.resolutions import NewUnit, read_resolutions, with_resolutions
from routing.addresses.resolver import AddressAnswer, AddressResolver, AddressStatus, resolver_of
from routing.advice.compare import Comparison, Figures, StopChange, compare, figures
from routing.advice.explain import REASONS
from routing.check import Fault, check, price_of
from routing.errors import (
    BadPlanFile,
    BadProblem,
    BadRegister,
    BadTravelTimes,
    EngineUnavailable,
    GeocoderUnavailable,
    RemedyNotApplicable,
    RoutingError,
    UnknownProvince,
)
from routing.hand_made import HandMade, hand_made
from routing.message import Message, fill
from routing.plan import plan
from routing.plan_file import plan_file_problem, plan_file_text
from routing.planned import Plan, PlannedRound, Unserved
from routing.remedy import (
    CHANGES,
    AllowCourier,
    Change,
    FixField,
    LargerBox,
    LongerShift,
    MustToday,
    OpenCommune,
    Remedy,
    Rival,
    WidenWindow,
)
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
    Point,
    Problem,
    Progress,
    Stop,
    Visit,
    Watch,
    Window,
    great_circle_m,
)

__all__ = [
    "CHANGES",
    "HUE",
    "REASONS",
    "UNREACHABLE",
    "AddressAnswer",
    "AddressResolver",
    "AddressStatus",
    "AllowCourier",
    "BadPlanFile",
    "BadProblem",
    "BadRegister",
    "BadTravelTimes",
    "Calibration",
    "Change",
    "ClosedRoad",
    "Commune",
    "Comparison",
    "Courier",
    "DeliveryOffice",
    "EngineUnavailable",
    "Fault",
    "Figures",
    "FileMatrix",
    "FixField",
    "Geocoder",
    "GeocoderUnavailable",
    "HandMade",
    "HomeProvince",
    "JudgedPoint",
    "LargerBox",
    "Limits",
    "LongerShift",
    "Measured",
    "Message",
    "MustToday",
    "NationalCommune",
    "NationalFormerUnit",
    "NewUnit",
    "NominatimGeocoder",
    "OpenCommune",
    "Osrm",
    "PhotonGeocoder",
    "Plan",
    "PlannedRound",
    "Point",
    "PointFlag",
    "Precision",
    "Problem",
    "Progress",
    "Province",
    "Register",
    "Remedy",
    "RemedyNotApplicable",
    "Rival",
    "RoutingError",
    "Stop",
    "StopChange",
    "StraightLine",
    "Terrain",
    "TravelTimes",
    "UnknownProvince",
    "Unserved",
    "Visit",
    "Watch",
    "WidenWindow",
    "Window",
    "calibrate",
    "check",
    "compare",
    "district_name",
    "estimated_figures",
    "figures",
    "fill",
    "find_province",
    "great_circle_m",
    "hand_made",
    "is_in_province",
    "judge_point",
    "keeping_hands",
    "national_communes",
    "national_former_units",
    "plain_words",
    "plan",
    "plan_file_problem",
    "plan_file_text",
    "price_of",
    "provinces",
    "read_figures",
    "read_resolutions",
    "register_of",
    "replan",
    "resolver_of",
    "terrain_of",
    "with_resolutions",
]
