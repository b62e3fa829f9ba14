"""Pages of the dispatcher: plans, orders of the day, rounds, coverage and the closing of an office's day."""
