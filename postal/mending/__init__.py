"""Files between trial and import, mended in place: their rows kept, judged again cell by cell, refusals replaced.

What rows mean and how they are stored is `postal.intake`.
"""

from postal.mending.columns import UNUSED, Headings, columns_of_file, headings_of, map_columns, required_columns
from postal.mending.dates import DateOrder, read_in
from postal.mending.drafts import (
    CELLS,
    ImportRunning,
    ReadDraft,
    cells_of,
    import_key,
    keep_draft,
    own_upload,
    read_draft,
)
from postal.mending.groups import DateTrial, OfficeGroup, date_trials, office_groups
from postal.mending.lists import counts, draft_row, rows_shown
from postal.mending.mends import AlreadyIn, mend_dates, mend_office, mend_row
from postal.mending.taking import import_draft, n_to_take, note_imported, take_mended
from postal.mending.twins import Twin, twins_of
from postal.mending.workbook import error_workbook

__all__ = [
    "CELLS",
    "UNUSED",
    "AlreadyIn",
    "DateOrder",
    "DateTrial",
    "Headings",
    "ImportRunning",
    "OfficeGroup",
    "ReadDraft",
    "Twin",
    "cells_of",
    "columns_of_file",
    "counts",
    "date_trials",
    "draft_row",
    "error_workbook",
    "headings_of",
    "import_draft",
    "import_key",
    "keep_draft",
    "map_columns",
    "mend_dates",
    "mend_office",
    "mend_row",
    "n_to_take",
    "note_imported",
    "office_groups",
    "own_upload",
    "read_draft",
    "read_in",
    "required_columns",
    "rows_shown",
    "take_mended",
    "twins_of",
]
