"""Results in: files and batches read, judged row by row, placed, and stored with their first event."""

from postal.cells.problems import Problem, message_of, suggestion_of
from postal.intake.columns import COLUMNS, FIELD_OF_COLUMN, CollectionIn, ColumnMissing, ColumnTwice, ResultIn
from postal.intake.guide import Guide, PlaceFinder
from postal.intake.importing import (
    MAX_BATCH,
    TooManyAtOnce,
    accept_results,
    import_results,
    order_collections,
    try_results,
)
from postal.intake.locating import Located, locate
from postal.intake.notes import Note
from postal.intake.reading import BrokenRow, FileRow, FileRows, read_rows
from postal.intake.reports import IntakeReport, RowReport
from postal.intake.storing import Arrival
from postal.tables import BadFile, EmptyFile, FileTooLarge, LegacyEncoding, NotATable, UnsafeWorkbook

__all__ = [
    "COLUMNS",
    "FIELD_OF_COLUMN",
    "MAX_BATCH",
    "Arrival",
    "BadFile",
    "BrokenRow",
    "CollectionIn",
    "ColumnMissing",
    "ColumnTwice",
    "EmptyFile",
    "FileRow",
    "FileRows",
    "FileTooLarge",
    "Guide",
    "IntakeReport",
    "LegacyEncoding",
    "Located",
    "NotATable",
    "Note",
    "PlaceFinder",
    "Problem",
    "ResultIn",
    "RowReport",
    "TooManyAtOnce",
    "UnsafeWorkbook",
    "accept_results",
    "import_results",
    "locate",
    "message_of",
    "order_collections",
    "read_rows",
    "suggestion_of",
    "try_results",
]
