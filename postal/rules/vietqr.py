"""VietQR: the text of a square code by which any Vietnamese bank's app pays an exact sum into an account.

NAPAS, "VietQR format specification in Vietnam" 1.5.2 (05/10/2022), on EMVCo QR code, merchant-presented mode: fields
of two digits for the name, two for the length, then the value; a CRC-16/CCITT over all before it ends the text.
"""

from __future__ import annotations

import binascii
import re

_NAPAS, _TO_ACCOUNT, _DONG = "A000000727", "QRIBFTTA", "704"
_SAYS_AT_MOST = 25
_BANK = re.compile(r"[0-9]{6}", re.ASCII)
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,19}", re.ASCII)
_NOT_SAID = re.compile(r"[^0-9A-Za-z ]", re.ASCII)


def is_bank(text: str) -> bool:
    """Say whether this is a bank's number with NAPAS: six digits."""
    return _BANK.fullmatch(text) is not None


def is_account(text: str) -> bool:
    """Say whether this can be an account: up to 19 letters and digits."""
    return _ACCOUNT.fullmatch(text) is not None


def vietqr(*, bank: str, account: str, amount_vnd: int, says: str) -> str:
    """Return the text of the code that pays ``amount_vnd`` to an account; ``says`` is what the statement shows.

    Raises ValueError for a bank, an account or a sum that no code can hold.
    """
    if not is_bank(bank) or not is_account(account) or not 0 < amount_vnd < 10**13:
        raise ValueError("no VietQR holds this")
    to = _field("00", bank) + _field("01", account)
    fields = (
        _field("00", "01"),
        _field("01", "12"),  # one code for one payment
        _field("38", _field("00", _NAPAS) + _field("01", to) + _field("02", _TO_ACCOUNT)),
        _field("53", _DONG),
        _field("54", str(amount_vnd)),
        _field("58", "VN"),
        _field("62", _field("08", _NOT_SAID.sub("", says)[:_SAYS_AT_MOST])),
    )
    text = "".join(fields) + "6304"
    return f"{text}{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _field(name: str, value: str) -> str:
    return f"{name}{len(value):02}{value}"
