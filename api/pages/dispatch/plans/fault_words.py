"""What the checker finds wrong with rounds ordered by hand, in a dispatcher's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.words import gettext as _
from postal import Message
from routing import Fault

_SAID: dict[str, Message] = {
    "late": Message("{who}: đến sau khung giờ hẹn"),
    "outside_shift": Message("{who}: về sau giờ hết ca"),
    "too_long": Message("{who}: đi lâu hơn thời gian cho phép"),
    "overloaded": Message("{who}: chở quá sức chứa của thùng"),
    "other_office": Message("{who}: thuộc địa bàn bưu cục khác"),
    "skill_missing": Message("{who}: bưu tá này không được phép phát điểm này"),
    "locked_elsewhere": Message("{who}: đang được giữ cho bưu tá khác"),
    "commune_closed": Message("{who}: xã, phường đang bị chia cắt"),
    "sequence_torn": Message("{who}: bị tách khỏi các điểm phải phát liền nhau"),
    "courier_away": Message("{who}: không làm việc ngày này, hoặc đã xuất phát"),
}
_OTHERWISE = Message("{who}: không đúng quy tắc xếp chuyến ({code})")


def say_faults(faults: Iterable[Fault], names: Mapping[str, str]) -> list[str]:
    """Return each fault as a sentence; ``names`` are dossier codes and couriers' names by the ids faults speak of."""
    said = [
        _(_SAID.get(fault.code, _OTHERWISE).filled(who=names.get(fault.who, fault.who), code=fault.code))
        for fault in faults
    ]
    return list(dict.fromkeys(said))
