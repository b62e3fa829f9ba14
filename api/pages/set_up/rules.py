"""Reasons with their evidence, papers photographed or never, texts to phones and on the card: what the post decides.

What the law fixes is shown and stays: whether a reason counts as a try, what follows it, who pays, which papers may
never be photographed. It rests on an article and is tested with the moves it leads to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from flask import url_for
from flask.typing import ResponseReturnValue

from api.documents.own_words import CARD
from api.forms import Wrong, WrongFields
from api.pages.common import form_text, read_all, render_desk, today
from api.pages.desk.home import staff
from api.pages.set_up import changing, value_words
from api.pages.set_up.fields import form_from_day, form_reason, form_ticked
from api.web.auth import allow
from api.wiring import services
from api.words import gettext as _
from api.words import translate
from api.work import notices
from labels import is_printable
from postal import Action, Message, NotFound, Session
from postal.models import SetUpArea
from postal.rules import photos, reasons
from postal.set_up import changes, kinds

NEXT = {
    reasons.Next.TRY_AGAIN: Message("phát lại"),
    reasons.Next.HOLD: Message("giữ tại bưu cục"),
    reasons.Next.ASK_AGENCY: Message("hỏi cơ quan"),
    reasons.Next.RETURN: Message("chuyển hoàn"),
}
PAYS = {
    "recipient": Message("người nhận"),
    "agency": Message("cơ quan"),
    "nobody": Message("không ai"),
}
_PHOTOS = {kinds.rules.FORBIDDEN: Message("Cấm chụp"), kinds.rules.REQUIRED: Message("Phải chụp phong bì")}
_TEXTS = {
    "code": Message("Mã xem kết quả"),
    "cut_off": Message("Đường bị chia cắt"),
    "cut_off_open": Message("Đường bị chia cắt, chưa biết ngày"),
    "open_again": Message("Đường đã thông"),
    "card": Message("Giấy mời bằng tin nhắn"),
    "collected": Message("Biên nhận nhận hồ sơ"),
    "paid": Message("Biên nhận thu tiền"),
    "given": Message("Báo đã phát"),
    "card_came": Message("Bưu tá đã đến"),
    "card_again": Message("Đến lại"),
    "card_fetch": Message("Mời đến bưu cục"),
    "card_kept": Message("Giữ đến ngày"),
    "card_identity": Message("Giấy tờ mang theo"),
    "card_proxy": Message("Nhận thay"),
    "card_track": Message("Mã vuông"),
}
_SHIPPED: Mapping[str, Message] = {**notices.TEXTS, **CARD}
_NOT_A_TEXT = Message("{field}: phải có đúng một lần mỗi chỗ điền {places}, một dòng, tối đa 400 ký tự.")
_UNPRINTABLE = Message("{field}: giấy không in được chữ này: {character}")
_LONG_FOR_A_CARD = Message("{field}: trên giấy mời tối đa {n} ký tự.")
_CARD_CHARACTERS = 160
_NOT_WORDS = Message("{field}: mỗi dòng một từ, 3 đến 60 ký tự, có chữ hoặc số, tối đa 40 dòng.")


@staff.get("/set-up/rules", endpoint="set_up_rules")
@allow(Action.MANAGE_SET_UP)
def rules() -> ResponseReturnValue:
    """Show reasons, evidence, photo rules and texts as they hold, with the law each rests on and a way to change it."""
    with services().database.read() as session:
        own, ruled = kinds.rules.texts(session), kinds.rules.DoorRules(session)
        return render_desk(
            "staff/set_up/rules.html",
            _("Lý do, bằng chứng, ảnh, lời nhắn"),
            reasons=list(reasons.REASONS.values()),
            evidence=ruled.evidence(today()),
            next_words=NEXT,
            need_words=value_words.NEEDS,
            pays=PAYS,
            photo_words=ruled.photo_words(today()),
            photo_titles=_PHOTOS,
            photo_ref=photos.LEGAL_REF,
            texts=[
                (code, name, _parts(own.get(code, {}).get("vi") or _SHIPPED[code].text), code in own, code in CARD)
                for code, name in _TEXTS.items()
            ],
        )


@staff.get("/set-up/rules/reasons/<reason>")
@allow(Action.MANAGE_SET_UP)
def set_up_evidence(reason: str) -> ResponseReturnValue:
    """Show what one reason asks of couriers, to change it."""
    if reason not in reasons.REASONS:
        raise NotFound(what=Message("lý do"))
    found = reasons.REASONS[reason]
    with services().database.read() as session:
        return _page(
            session,
            SetUpArea.EVIDENCE,
            reason,
            translate(found.says).capitalize(),
            now=kinds.rules.DoorRules(session).evidence(_first_day(SetUpArea.EVIDENCE))[reason],
            needs=value_words.NEEDS,
        )


@staff.post("/set-up/rules/reasons/<reason>")
@allow(Action.MANAGE_SET_UP)
def change_evidence(reason: str) -> ResponseReturnValue:
    """Change what a reason asks of couriers from a day on: first shown, then made."""

    def read() -> changes.Wanted:
        needs, day, why = read_all(
            lambda: form_ticked("needs", sorted(map(str, value_words.NEEDS))),
            lambda: form_from_day(_first_day(SetUpArea.EVIDENCE)),
            form_reason,
        )
        after = {"needs": needs, "is_offered": form_text("is_offered") == "1"}
        return changes.Wanted(area=SetUpArea.EVIDENCE, subject=reason, after=after, from_day=day, reason=why)

    return changing.ask(read, url_for("staff.set_up_evidence", reason=reason))


@staff.get("/set-up/rules/photos/<papers>")
@allow(Action.MANAGE_SET_UP)
def set_up_photos(papers: str) -> ResponseReturnValue:
    """Show the words by which papers of one class are told, to add some."""
    if papers not in _PHOTOS:
        raise NotFound(what=Message("loại giấy tờ"))
    shipped = photos.SENSITIVE if papers == kinds.rules.FORBIDDEN else photos.TITLES
    with services().database.read() as session:
        words = kinds.rules.DoorRules(session).photo_words(_first_day(SetUpArea.PHOTO))
        own = [word for word in words[papers] if word not in shipped]
        return _page(session, SetUpArea.PHOTO, papers, translate(_PHOTOS[papers]), shipped=shipped, own="\n".join(own))


@staff.post("/set-up/rules/photos/<papers>")
@allow(Action.MANAGE_SET_UP)
def change_photos(papers: str) -> ResponseReturnValue:
    """Change the post's own words of a class of papers: first shown, then made."""

    def read() -> changes.Wanted:
        words, day, reason = read_all(_words, lambda: form_from_day(_first_day(SetUpArea.PHOTO)), form_reason)
        after = {"words": words}
        return changes.Wanted(area=SetUpArea.PHOTO, subject=papers, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.set_up_photos", papers=papers))


@staff.get("/set-up/rules/texts/<text>")
@allow(Action.MANAGE_SET_UP)
def set_up_text(text: str) -> ResponseReturnValue:
    """Show one text, to phones or on the card, in both languages, to word it otherwise."""
    if text not in _TEXTS:
        raise NotFound(what=Message("lời nhắn"))
    shipped = _SHIPPED[text]
    with services().database.read() as session:
        return _page(
            session,
            SetUpArea.TEXT,
            text,
            translate(_TEXTS[text]),
            own=kinds.rules.texts(session).get(text, {}),
            shipped={"vi": _parts(shipped.text), "en": _parts(_worded(text, "en"))},
            places=sorted(kinds.rules.PLACES[text]),
        )


@staff.post("/set-up/rules/texts/<text>")
@allow(Action.MANAGE_SET_UP)
def change_text(text: str) -> ResponseReturnValue:
    """Word a text otherwise from a day on, or as the program does where a field is empty: first shown, then made."""

    def read() -> changes.Wanted:
        vi, en, day, reason = read_all(lambda: _text(text, "vi"), lambda: _text(text, "en"), form_from_day, form_reason)
        after = {"vi": vi, "en": en}
        return changes.Wanted(area=SetUpArea.TEXT, subject=text, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.set_up_text", text=text))


def _page(session: Session, area: SetUpArea, subject: str, heading: str, **context: object) -> str:
    return render_desk(
        "staff/set_up/rule.html",
        heading,
        area=str(area),
        subject=subject,
        **context,
        **changing.of_thing(session, area, subject),
    )


def _first_day(area: SetUpArea) -> date:
    """Return the first day a change made now can hold from: its form shows what holds by then."""
    return kinds.KINDS[area].first_day(today())


def _words() -> list[str]:
    words = [line.strip() for line in form_text("words", limit=3_000).splitlines() if line.strip()]
    if len(words) > kinds.rules.MOST_WORDS or not all(map(kinds.rules.is_word, words)):
        raise WrongFields([Wrong(name="words", message=_NOT_WORDS)])
    return list(dict.fromkeys(words))


def _text(code: str, language: str) -> str | None:
    text = unicodedata.normalize("NFC", " ".join(form_text(language, limit=2_000).split()))
    if text and not kinds.rules.is_text(text, kinds.rules.PLACES.get(code, frozenset())):
        raise WrongFields([Wrong(name=language, message=_NOT_A_TEXT.filled(places=_places(code)))])
    if code in CARD and len(text) > _CARD_CHARACTERS:
        raise WrongFields([Wrong(name=language, message=_LONG_FOR_A_CARD.filled(n=_CARD_CHARACTERS))])
    if code in CARD and (position := is_printable(text)) is not None:
        raise WrongFields([Wrong(name=language, message=_UNPRINTABLE.filled(character=text[position]))])
    return text or None


def _parts(text: str) -> list[str]:
    """Return a text in parts, its places by themselves: they are of no language."""
    return [part for part in re.split(r"(\{\w+\})", text) if part]


def _places(code: str) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(kinds.rules.PLACES.get(code, ())))


def _worded(code: str, language: str) -> str:
    """Return a text in a language with its places as they are."""
    places = {name: f"{{{name}}}" for name in kinds.rules.PLACES[code]}
    return translate(_SHIPPED[code].filled(**places), language)
