"""Improvement of a solution: which neighbourhood is searched next, by which operator, and what is accepted."""
