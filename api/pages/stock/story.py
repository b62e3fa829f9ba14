"""The story of one consignment for its page: who held it, the proof, what was printed, what was sent."""

from __future__ import annotations

from typing import Any

from api.pages.dispatch.under_way.sheet_entry import RELATION_WORDS
from api.words import HOLDERS
from postal import Message, Session, custody, desk, models, outside
from postal.access import ownership

ID_KINDS = {
    "cccd": Message("Thẻ căn cước"),
    "vneid": Message("VNeID"),
    "passport": Message("Hộ chiếu"),
    "other": Message("Giấy tờ khác"),
}
_ENTERED = {
    "device": Message("ghi trên điện thoại bưu tá"),
    "paper": Message("nhập từ phiếu đi phát"),
    "held": Message("từ điện thoại đã khóa, bưu cục nhận"),
    "counter": Message("ghi tại quầy bưu cục"),
}
_NOTICES = {
    outside.CODE: Message("mã mở tra cứu"),
    outside.ALARM: Message("báo có người dò mã"),
    outside.CUT_OFF: Message("báo xã, phường bị chia cắt"),
    outside.ABSENCE_CARD: Message("báo bưu tá đến mà không gặp"),
    outside.DOOR_RECEIPT: Message("biên nhận tại cửa"),
}
_SENT = {
    models.NoticeState.WAITING: Message("chờ gửi"),
    models.NoticeState.SENT: Message("đã gửi"),
    models.NoticeState.FAILED: Message("không gửi được"),
    models.NoticeState.NOBODY: Message("không có ai để gửi"),
}


def story_of(session: Session, found: models.Consignment) -> dict[str, Any]:
    """Return what happened to a consignment's items, the newest first, with the names of whoever had a part in it."""
    by_item = desk.events_of(session, found.items)
    events = [event for some in by_item.values() for event in some]
    item_ids = list(by_item)
    prints = desk.prints_of(session, item_ids)
    names = desk.names_in(session, events, [one.user_id for one in prints])
    lives = {item_id: [one for one in reversed(some) if one.is_applied] for item_id, some in by_item.items()}
    proofs = desk.proofs_of(session, events)
    post_id = ownership.delivery_office_id(session, found.commune_code or "")
    return {
        "events": events,
        "names": names,
        "held": [(item, desk.held(item, lives[item.id], names, post_id=post_id)) for item in found.items],
        "holders": HOLDERS,
        "proofs": proofs,
        "signed": custody.signatures_of_proofs(session, [one.proof.id for one in proofs]),
        "relations": RELATION_WORDS,
        "id_kinds": ID_KINDS,
        "entered": _ENTERED,
        "prints": prints,
        "receipts": desk.receipts_of(session, item_ids),
        "notices": desk.notices_to(session, found),
        "notice_words": _NOTICES,
        "sent_words": _SENT,
        "callbacks": desk.callbacks_of(session, item_ids),
        # What a person settled about a scan moves nothing: where every event does, there is nothing to ask for.
        "settled": {} if all(event.is_applied for event in events) else desk.settled_scans(session, item_ids),
    }
