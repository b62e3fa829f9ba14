"""The rules of the service as pure functions: states and moves, reasons, working days, S10 numbers, the alphabet,
the text of a VietQR, photos by class of papers.

No database, no clock and no person's data: whatever needs a session belongs to another room.
"""

from postal.rules.photos import PhotoRule, photo_rule
from postal.rules.vietqr import is_account, is_bank, vietqr
from postal.rules.working_days import LOCAL, local_day, local_seconds

__all__ = ["LOCAL", "PhotoRule", "is_account", "is_bank", "local_day", "local_seconds", "photo_rule", "vietqr"]
