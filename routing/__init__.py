"""Where a result goes, and who goes where in which order: plain values in, plain values out."""

from routing.addresses import AddressAnswer, AddressResolver, AddressStatus
from routing.communes import HUE, Commune, HomeProvince, Register
from routing.errors import BadRegister, GeocoderUnavailable, RoutingError
from routing.points import JudgedPoint, PointFlag, Precision, commune_point, is_in_province, judge_point
from routing.types import Point, great_circle_m

__all__ = [
    "HUE",
    "AddressAnswer",
    "AddressResolver",
    "AddressStatus",
    "BadRegister",
    "Commune",
    "GeocoderUnavailable",
    "HomeProvince",
    "JudgedPoint",
    "Point",
    "PointFlag",
    "Precision",
    "Register",
    "RoutingError",
    "commune_point",
    "great_circle_m",
    "is_in_province",
    "judge_point",
]
