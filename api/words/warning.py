"""What citizens should know before a false courier comes: one sentence for papers and messages, the house's or ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from api.settings import Settings
from api.words.language import SOURCE, translate
from postal import Message

_OURS = Message("Bưu tá không yêu cầu chuyển khoản trước. Kiểm tra tại {address}")


def fraud_warning(settings: Settings, language: str = SOURCE) -> str:
    """Return the warning in a language, with the address at which a courier is checked."""
    place = urlsplit(settings.public_url)
    address = f"{place.netloc}{place.path.rstrip('/')}/genuine"
    own = settings.fraud_warning if language == SOURCE else settings.fraud_warning_en
    return own.replace("{address}", address) if own else translate(_OURS.filled(address=address), language)
