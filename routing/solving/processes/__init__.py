"""Solver processes: the loop inside a child process, and the parent's side with its limits.

What is solved inside is in `routing.solving.engines`; which piece is solved next, in `routing.solving.search`.
"""
