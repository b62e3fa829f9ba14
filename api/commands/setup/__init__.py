"""Commands that set an installation up and change it: offices, coverage, couriers, people who sign in, keys.

What is done with the post itself, from intake to plans, is `api.commands`.
"""
