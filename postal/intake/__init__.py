"""Results in: files and batches read, judged row by row, placed, and stored with their first event."""

from postal.intake.columns import COLUMNS, FIELD_OF_COLUMN, BadFile, CollectionIn, ColumnMissing, ColumnTwice, ResultIn
from postal.intake.failures import EmptyFile, FileTooLarge, LegacyEncoding, NotATable, UnsafeWorkbook
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
from postal.intake.problems import Problem, message_of, suggestion_of
from postal.intake.reading import BrokenRow, read_rows
from postal.intake.reports import IntakeReport, RowReport
from postal.intake.storing import Arrival

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
    "FileTooLarge",
    "Guide",
    "IntakeReport",
    "LegacyEncoding",
    "Located",
    "NotATable",
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
