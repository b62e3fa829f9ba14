"""Names that stand alone: a commune, a district or another province written without its type."""

from __future__ import annotations

from routing.addresses.names import NameEntry, NameIndex
from routing.addresses.reading import Mention, Part, Reading
from routing.addresses.words import Word

# What may stand behind a name inside its part and leaves it a name: "Phú Sơn Huế", "Vỹ Dạ ward".
_MAY_FOLLOW = (Word.HOME, Word.COUNTRY, Word.DISTRICT, Word.CITY, Word.SUFFIX, Word.AFTER)
_SUFFIX_TYPES = {
    "ward": ("phường",),
    "commune": ("xã",),
    "town": ("thị trấn",),
    "township": ("thị trấn",),
}


def standing_names(reading: Reading, names: NameIndex, *, districts_only: bool) -> list[Mention]:
    """Return communes that stand alone as a whole part, and note standing districts in the reading.

    With ``districts_only`` only a district between the typed commune and the province is looked for.
    """
    if districts_only:
        _note_standing_districts(reading, names)
        return []
    found = _standing_communes(reading, names)
    if not found or not (reading.is_home or reading.districts):
        return []
    return _pair_with_district(found, reading, names)


def _standing_communes(reading: Reading, names: NameIndex) -> list[Mention]:
    found: list[Mention] = []
    for number, part in enumerate(reading.parts):
        if part.is_landmark or (number and _is_only_a_house(reading, reading.parts[number - 1])):
            continue
        start = _after_hamlets(reading, part)
        for end, entries in names.communes.matches(reading.folded, reading.written, start):
            free = [entry for entry in entries if not entry.needs_type]
            tail = _tail(reading, part, end) if free else None
            if tail is not None:
                era, types = tail
                found.append(Mention(free, types, number, era=era))
                break
    return found


def _after_hamlets(reading: Reading, part: Part) -> int:
    """Return where a name can begin: "thôn 1 Phú Sơn" begins it behind the hamlet's number."""
    start = part.start
    for known_start, known_end, kind in part.known:
        if kind is Word.BEFORE and known_start == start:
            start = known_end
        if kind is not Word.HAMLET or known_start != start or known_end >= part.end:
            continue
        if not reading.folded[known_end][0].isdigit():
            break
        start = known_end + 1
    return start


def _tail(reading: Reading, part: Part, end: int) -> tuple[str | None, tuple[str, ...] | None] | None:
    """Return (era, types) said behind a name up to the end of its part; None when something else follows."""
    era: str | None = None
    types: tuple[str, ...] | None = None
    spans = {start: (stop, kind) for start, stop, kind in part.known}
    while end < part.end:
        if end not in spans or spans[end][1] not in _MAY_FOLLOW:
            return None
        stop, kind = spans[end]
        if kind is Word.AFTER:
            era = "new" if reading.folded[end] == "moi" else "old"
        elif kind is Word.SUFFIX:
            types = _SUFFIX_TYPES[reading.folded[end]]
        end = stop
    return era, types


def _is_only_a_house(reading: Reading, part: Part) -> bool:
    """Tell whether a part is a bare house number or alley, so that a street follows: "12, Thuận Hóa"."""
    at = part.start
    for start, end, kind in part.known:
        if kind is Word.STREET and start == at:
            at = end
    return at < part.end and all(word[0].isdigit() for word in reading.folded[at : part.end])


def _is_upside_down(reading: Reading) -> bool:
    """Tell whether the address goes from the province down to the door."""
    return bool(reading.home_parts) and max(reading.home_parts) == 0 and len(reading.parts) > 1


def _whole_districts(reading: Reading, names: NameIndex) -> list[tuple[str, int]]:
    """Return (district, part) for every part that is nothing but a former district's name."""
    found = []
    for number, part in enumerate(reading.parts):
        if part.is_landmark:
            continue
        for end, values in names.districts.matches(reading.folded, reading.written, part.start):
            if _tail(reading, part, end) is not None:
                found += [(name, number) for name in values]
                break
    return found


def _note_standing_districts(reading: Reading, names: NameIndex) -> None:
    """A district's name directly above the typed commune is its district: "xã Phú Vinh, A Lưới"."""
    upside_down = _is_upside_down(reading)
    communes = [mention.part for mention in reading.mentions]
    reading.districts += _trailing_districts(reading, names)
    for name, number in _whole_districts(reading, names):
        if any(number == part + (-1 if upside_down else 1) for part in communes):
            reading.districts.append((name, number))


def _trailing_districts(reading: Reading, names: NameIndex) -> list[tuple[str, int]]:
    """Return districts written right behind a typed commune without a separator: "xã Phú Vinh A Lưới"."""
    found = []
    for mention in reading.mentions:
        part = reading.parts[mention.part]
        for start, end, kind in part.known:
            if kind is not Word.COMMUNE or end >= part.end or end - start < 2:
                continue
            for after, values in names.districts.matches(reading.folded, reading.written, end):
                if _tail(reading, part, after) is not None:
                    found += [(name, mention.part) for name in values]
                    break
    return found


def _pair_with_district(found: list[Mention], reading: Reading, names: NameIndex) -> list[Mention]:
    """Read "Phú An, Phú Vang" as commune and district when the commune was, or was made, in it."""
    if reading.districts or len(found) < 2:
        return _without_district_itself(found, reading, names)
    upside_down = _is_upside_down(reading)
    below, above = (found[1], found[0]) if upside_down else (found[-2], found[-1])
    if abs(below.part - above.part) == 1:
        for name, number in _whole_districts(reading, names):
            if number == above.part and _belongs(below.entries, name, names):
                reading.districts.append((name, number))
                return [below]
    return found


def _without_district_itself(found: list[Mention], reading: Reading, names: NameIndex) -> list[Mention]:
    """With one commune and one district standing alone, the district is no second commune."""
    if reading.districts or len(found) != 1:
        return found
    upside_down = _is_upside_down(reading)
    (mention,) = found
    for name, number in _whole_districts(reading, names):
        is_above = number == mention.part + (-1 if upside_down else 1)
        if is_above and _belongs(mention.entries, name, names):
            reading.districts.append((name, number))
    return found


def _belongs(entries: list[NameEntry], district: str, names: NameIndex) -> bool:
    codes = {c.code for entry in entries for c in entry.current}
    codes |= {unit.successor_code for entry in entries for unit in entry.former}
    return any(district in names.districts_of[code] for code in codes)


def whole_province(reading: Reading, names: NameIndex) -> tuple[str, bool] | None:
    """Return (another province at the end or the start of the text, whether a commune is called so too)."""
    parts = [part for part in reading.parts if not part.in_bracket and not _is_no_place(reading, part)]
    for part in (parts[-1:] + parts[:1]) if parts else ():
        start = part.start
        for end, values in names.provinces.matches(reading.folded, reading.written, start):
            if _tail(reading, part, end) is not None and len(parts) > 1:
                is_commune = any(
                    stop == end for stop, _ in names.communes.matches(reading.folded, reading.written, start)
                )
                return values[0], is_commune and not reading.has_unknown_commune and not reading.mentions
    if parts and (reading.mentions or reading.has_unknown_commune or reading.has_unknown_district):
        last = parts[-1]
        for start in range(max(last.start, last.end - 6), last.end):
            for end, values in names.provinces.matches(reading.folded, reading.written, start):
                if _tail(reading, last, end) is not None:
                    return values[0], False
    return None


def _is_no_place(reading: Reading, part: Part) -> bool:
    """Tell a part that holds only digits (postcode, phone) or the country."""
    if len(part.known) == 1 and part.known[0][2] is Word.COUNTRY and part.known[0][1] == part.end:
        return True
    return all(word[0].isdigit() for word in reading.folded[part.start : part.end])
