"""The papers the post hands over, one module or room for each: its data, already worded, and its drawing.

Where the data comes from does not belong here (`api.documents`), nor does anything a second kind of form could use
for its layout (`labels.drawing`).
"""

from labels.papers.parts import ContactData, PaperData, PartyData

__all__ = ["ContactData", "PaperData", "PartyData"]
