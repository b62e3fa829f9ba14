"""What is said of a finished plan: why a stop is left out, what would help, how two plans differ.

It reads plans and never searches for better ones: that is `routing.solving`.
"""
