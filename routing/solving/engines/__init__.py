"""What runs inside a child process: the compiled search, the OR-Tools model and searches, set partitioning by CP-SAT.

The parent's side, and the loop that serves requests, are in `routing.solving.processes`.
"""
