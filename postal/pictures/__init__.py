"""Pictures from outside: taken in with care, made anew without what they carried, and kept sealed as evidence.

What a picture proves is `postal.doorstep`; how papers are drawn is `labels`.
"""

from postal.pictures.keeping import (
    MOST_OF_AN_ACT,
    NAMED,
    PictureIdReused,
    TooManyPictures,
    check_held,
    check_ids,
    events_naming,
    forget_unnamed,
    hold_for,
    keep,
    missing,
    name_for,
    of_events,
    shown,
)
from postal.pictures.reading import (
    MAX_BYTES,
    MAX_PIXELS,
    Photo,
    PictureTooLarge,
    PictureUnreadable,
    ReadCode,
    as_photo,
    codes_on,
)

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "MOST_OF_AN_ACT",
    "NAMED",
    "Photo",
    "PictureIdReused",
    "PictureTooLarge",
    "PictureUnreadable",
    "ReadCode",
    "TooManyPictures",
    "as_photo",
    "check_held",
    "check_ids",
    "codes_on",
    "events_naming",
    "forget_unnamed",
    "hold_for",
    "keep",
    "missing",
    "name_for",
    "of_events",
    "shown",
]
