"""Single cells: text in, value out, or a problem that names the column and the rule. Pure.

Rows and files are `postal.intake`.
"""

from postal.cells.coordinates import Coordinates, read_coordinates
from postal.cells.dates import day_of
from postal.cells.problems import BLOCKING, QUESTIONS, REFUSALS, Problem, question, refusal

__all__ = [
    "BLOCKING",
    "QUESTIONS",
    "REFUSALS",
    "Coordinates",
    "Problem",
    "day_of",
    "question",
    "read_coordinates",
    "refusal",
]
