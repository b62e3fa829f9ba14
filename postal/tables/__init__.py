"""Files as tables: CSV, XLSX and XLS read into sheets of rows of texts; whatever cannot be read is named.

What columns mean is `postal.intake`.
"""

from postal.tables.failures import (
    MAX_CELL,
    MAX_FILE_BYTES,
    MAX_ROWS,
    BadFile,
    EmptyFile,
    FileTooLarge,
    LegacyEncoding,
    NotATable,
    UnsafeWorkbook,
)
from postal.tables.files import content_of, sheets_of
from postal.tables.sheets import MAX_COLUMNS, Expected, Sheet, Unreadable, column_letters

__all__ = [
    "MAX_CELL",
    "MAX_COLUMNS",
    "MAX_FILE_BYTES",
    "MAX_ROWS",
    "BadFile",
    "EmptyFile",
    "Expected",
    "FileTooLarge",
    "LegacyEncoding",
    "NotATable",
    "Sheet",
    "Unreadable",
    "UnsafeWorkbook",
    "column_letters",
    "content_of",
    "sheets_of",
]
