"""A courier's badge, worn at the door: who he is, of which office, and a square code that says if he is on duty. A7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from labels.drawing.cleaning import clean_data
from labels.drawing.page import LINE, SIZES_MM, Sheet
from labels.drawing.text import BODY, BOLD, HUGE, LARGE, SMALL, TINY
from labels.papers.speech import VIETNAMESE, Speech

_EDGE = 5.0
_PHOTO = (30.0, 40.0)
_QR = 33.0


@dataclass(frozen=True, kw_only=True)
class BadgeData:
    """A courier's badge. ``token_url`` is the square code's link; ``number`` counts his badges; ``warning`` is last."""

    full_name: str
    courier_code: str
    office_name: str
    post_name: str
    token_url: str
    warning: str
    number: int = 1


def draw(badges: Sequence[BadgeData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return badges, A7, one a page, with a place for a photo of 3 × 4 cm."""
    sheet = Sheet(SIZES_MM["A7"], say("Thẻ bưu tá"))
    for number, one in enumerate(badges):
        if number:
            sheet.next_page()
        _draw(sheet, clean_data(one), say)
    return sheet.finish()


def _draw(sheet: Sheet, one: BadgeData, say: Speech) -> None:
    right = sheet.width - _EDGE
    wide = right - _EDGE
    post = sheet.fit(one.post_name, (wide, 5), font=BOLD, sizes=(BODY, SMALL, TINY), field="post_name")
    sheet.write_fitted(_EDGE, 5, post)
    sheet.write(_EDGE, 10, say("BƯU TÁ"), font=BOLD, size=HUGE)
    code = sheet.fit(one.courier_code, (24, 9), font=BOLD, sizes=(LARGE, 12.0, BODY, SMALL, TINY), field="courier_code")
    sheet.write_fitted(right, 19.2 - code.height / mm, code, align="right")
    sheet.line(_EDGE, 20.6, right, 20.6, width=LINE)
    sheet.box(_EDGE, 23, *_PHOTO, line=LINE)
    sheet.write(_EDGE + _PHOTO[0] / 2, 41, say("Ảnh 3x4"), size=SMALL, align="centre")
    sheet.qr(right - _QR + 2, 22, one.token_url, side=_QR)
    about = say("Quét để biết người này có đang đi phát không.")
    sheet.paragraph(right - _QR + 4, 54.6, about, _QR - 4, size=SMALL, max_height=8.6)
    name = sheet.fit(one.full_name, (wide, 12), font=BOLD, sizes=(LARGE, 12.0, BODY, SMALL), field="full_name")
    y = 66 + sheet.write_fitted(_EDGE, 66, name)
    office = sheet.fit(one.office_name, (wide, 9), sizes=(12.0, BODY, SMALL, TINY), field="office_name")
    sheet.write_fitted(_EDGE, y + 0.6, office)
    sheet.line(_EDGE, 88.4, right, 88.4, width=LINE)
    sheet.paragraph(_EDGE, 89.6, one.warning, wide, font=BOLD, size=SMALL, max_height=7.6, field="warning")
    sheet.write(right, 97.6, say("Thẻ số {number}", number=one.number), size=TINY, align="right")
