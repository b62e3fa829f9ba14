"""One item's life: events recorded, what follows them, its history for citizens, the balance of all items.

State moves here and nowhere else. Who may act is `postal.access`; what is counted and signed is `postal.custody`.
"""

from postal.life.checking import check_items

__all__ = ["check_items"]
