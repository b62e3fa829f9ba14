"""What a courier's phone asks and tells besides its round and its scans: the load, the next step, notes, another
order of the stops, numbers of receipts and what came home.

Enrolling and the round are `api.rest.courier`, scans `api.rest.scans`.
"""

from api.rest.couriers import held, load, next_step, notes, numbers, order

__all__ = ["held", "load", "next_step", "notes", "numbers", "order"]
