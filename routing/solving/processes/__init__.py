"""Solver processes: the children, their parent's side, and the OR-Tools model they run.

What to solve is chosen by `routing.solving.search`.
"""
