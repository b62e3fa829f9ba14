"""The route sheet of one courier's round: its data, the sheet, the sketch on it. Nothing of other papers."""

from labels.papers.route_sheet.data import RouteSheetData, SheetItemData, SheetStopData
from labels.papers.route_sheet.sheet import draw

__all__ = ["RouteSheetData", "SheetItemData", "SheetStopData", "draw"]
