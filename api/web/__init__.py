"""The web's edge: who asks, browser defences, refusals as HTTP, request logs and metrics.

No page and no route of its own.
"""
