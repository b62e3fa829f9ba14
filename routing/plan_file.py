"""Planning instances as files: a day's offices, couriers and stops in JSON, and the plan written back.

An instance has ``shift_s``, ``speed_kmh``, ``detour``, ``offices`` (code, lat, lon, couriers) and ``stops`` (id,
commune, lat, lon, service_s, window or null). Any office may serve any stop. Travel is the straight-line estimate.
Numbers are JSON numbers: neither texts nor true. Other fields are allowed and not used.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from math import isfinite
from typing import Any

from routing.errors import BadPlanFile
from routing.message import Message
from routing.planned import Plan
from routing.travel.times import StraightLine
from routing.types import Courier, DeliveryOffice, Point, Problem, Stop, Window

MOST_SHIFT_S = 7 * 86_400
MOST_COURIERS = 100_000
"""Of one office: more is a slip of the keyboard that would fill the memory."""
SPEEDS_KMH, DETOURS = (0.1, 1_000.0), (0.1, 1_000.0)
MOST_WHOLE = 2**53
"""Beyond it a JSON number is not exact; what a plan can use is judged later and far smaller."""

_TWICE = Message("trùng với {first}")
_OTHER_TYPE = Message("không cùng kiểu với {first}")
_FIELD_TWICE = Message("trường “{name}” có hai lần")
_NO_NUMBER = Message("{name} không phải là số")
_WHOLE_WITHIN = Message("cần một số nguyên từ 0 đến {most}")
_WITHIN = Message("cần một số từ {least} đến {most}")
Judge = Callable[[Any], Any]


class _Wrong(ValueError):
    """A value that is not what its field holds, and what should be there."""

    def __init__(self, what: Message) -> None:
        super().__init__(what.text)
        self.what = what


def plan_file_problem(text: str) -> tuple[Problem, StraightLine]:
    """Return the problem of an instance file and its travel times.

    Raises BadPlanFile, which names the entry by its place in the file and by its id or code, and the field.
    """
    instance = _Entry(_parsed(text), "")
    shift = Window(from_s=0, until_s=instance.read("shift_s", _whole_within(MOST_SHIFT_S)))
    detour = instance.read("detour", _number_within(*DETOURS))
    travel = StraightLine(detour=detour, speed_kmh=instance.read("speed_kmh", _number_within(*SPEEDS_KMH)))
    offices, couriers, stops = [], [], []
    codes, ids = _Names("code"), _Names("id")
    for entry in instance.entries("offices"):
        code = str(codes.take(entry))
        offices.append(DeliveryOffice(office_id=code, point=entry.point()))
        couriers += [
            Courier(courier_id=f"{code}/{i + 1}", office_id=code, shift=shift)
            for i in range(entry.read("couriers", _whole_within(MOST_COURIERS)))
        ]
    for number, entry in enumerate(instance.entries("stops")):
        ids.take(entry)
        stops.append(_stop(number, entry))
    if stops and not offices:
        raise BadPlanFile("offices", Message("cần ít nhất một bưu cục"))
    problem = Problem(day=date(1970, 1, 1), offices=tuple(offices), couriers=tuple(couriers), stops=tuple(stops))
    return problem, travel


def plan_file_text(text: str, made: Plan) -> str:
    """Return the plan of an instance file as JSON: rounds with the file's own stop ids, and what is unserved."""
    ids = [entry["id"] for entry in json.loads(text)["stops"]]
    rounds = [{"office": r.office_id, "stops": [ids[int(v.stop_id)] for v in r.visits]} for r in made.rounds]
    unserved = [
        {"id": ids[int(u.stop_id)], "reason": u.reason, "remedy": u.remedy.to_json() if u.remedy else {}}
        for u in made.unserved
    ]
    plan = {"rounds": rounds, "unserved": unserved, "travel_s": made.travel_s, "degraded": made.degraded}
    return json.dumps(plan, ensure_ascii=False)


def _stop(number: int, entry: _Entry) -> Stop:
    return Stop(
        stop_id=str(number),
        office_id=None,
        point=entry.point(),
        commune_code=str(entry.read("commune", _text_or_whole, default="")),
        service_s=entry.read("service_s", _whole),
        window=entry.read("window", _window, default=None),
        lateness_per_day=10_000_000,
    )


# -- entries and their names --------------------------------------------------------------------------


class _Entry:
    """One object of the file and its place there; every refusal of it names place, own name and field."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise BadPlanFile(place or "JSON", Message("cần một đối tượng { }"))
        self._value, self.place, self._name = value, place, ""

    def read(self, field: str, judge: Judge, **default: Any) -> Any:
        """Return the judged value of a field; where it is absent, the default if there is one."""
        if field not in self._value:
            if "default" in default:
                return default["default"]
            raise self.wrong(field, _Wrong(Message("thiếu trường này")))
        try:
            return judge(self._value[field])
        except _Wrong as exc:
            raise self.wrong(field, exc) from exc

    def entries(self, field: str) -> list[_Entry]:
        """Return the objects of a list."""
        return [_Entry(value, f"{field}[{n}]") for n, value in enumerate(self.read(field, _list))]

    def point(self) -> Point:
        """Return the entry's point; whether it is a place on earth is judged with the whole problem."""
        return Point(lat=self.read("lat", _number), lon=self.read("lon", _number))

    def name_by(self, name: object) -> None:
        """Let refusals name the entry by its id or code too."""
        self._name = f" ({name})"

    def wrong(self, field: str, why: _Wrong) -> BadPlanFile:
        """Return the refusal of one field."""
        return BadPlanFile(f"{self.place}{self._name}.{field}" if self.place else field, why.what)


class _Names:
    """The ids or codes of one list: texts or whole numbers, all of one type, none twice.

    The plan names stops by id and rounds by office code: 7 twice, or 7 beside "7", would be told apart by nobody.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._place_of: dict[str | int, str] = {}

    def take(self, entry: _Entry) -> str | int:
        """Return the entry's name. Raises BadPlanFile."""
        name: str | int = entry.read(self._field, _text_or_whole)
        if name == "":
            raise entry.wrong(self._field, _Wrong(Message("không được để trống")))
        entry.name_by(name)
        if name in self._place_of:
            first = self._place_of[name]
            raise entry.wrong(self._field, _Wrong(_TWICE.filled(first=first)))
        other = next(iter(self._place_of), name)
        if type(other) is not type(name):
            first = self._place_of[other]
            raise entry.wrong(self._field, _Wrong(_OTHER_TYPE.filled(first=first)))
        self._place_of[name] = entry.place
        return name


# -- values -------------------------------------------------------------------------------------------


def _parsed(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise BadPlanFile("JSON", _FIELD_TWICE.filled(name=twice))
        return found

    def no_number(name: str) -> None:
        raise BadPlanFile("JSON", _NO_NUMBER.filled(name=name))

    try:
        text.encode()  # half a surrogate pair could not be written back
        parsed = json.loads(text, object_pairs_hook=once, parse_constant=no_number)
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as exc:
        raise BadPlanFile("JSON") from exc
    return parsed


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _Wrong(Message("cần một danh sách [ ]"))
    return value


def _text_or_whole(value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Wrong(Message("cần một chuỗi hoặc một số nguyên"))
    return value.strip() if isinstance(value, str) else value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MOST_WHOLE or not isfinite(value):
        raise _Wrong(Message("cần một con số"))
    return float(value)


def _whole(value: Any) -> int:
    if _number(value) != int(value):
        raise _Wrong(Message("cần một số nguyên"))
    return int(value)


def _whole_within(most: int) -> Judge:
    def judge(value: Any) -> int:
        if not 0 <= _whole(value) <= most:
            raise _Wrong(_WHOLE_WITHIN.filled(most=most))
        return int(value)

    return judge


def _number_within(least: float, most: float) -> Judge:
    def judge(value: Any) -> float:
        if not least <= _number(value) <= most:
            raise _Wrong(_WITHIN.filled(least=f"{least:g}", most=f"{most:g}"))
        return float(value)

    return judge


def _window(value: Any) -> Window | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise _Wrong(Message("cần đúng hai số [từ, đến] hoặc null"))
    return Window(from_s=_whole(value[0]), until_s=_whole(value[1]))
