"""The papers the post hands over, one module or room for each: its data, already worded, and its drawing.

A paper speaks the language its `Speech` gives it; papers whose form the law sets take none and are Vietnamese. Where
the data comes from does not belong here (`api.documents`), nor does anything a second kind of form could use
for its layout (`labels.drawing`).
"""

from labels.papers.parts import ContactData, PaperData, PartyData
from labels.papers.speech import VIETNAMESE, Speech

__all__ = ["VIETNAMESE", "ContactData", "PaperData", "PartyData", "Speech"]
