"""Processes that serve until they are stopped: the supervisor, the web and the worker.

Commands that do one thing and end are `api.commands`.
"""
