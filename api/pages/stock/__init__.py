"""Items wherever they are: found from the head of every page, filtered, acted on many at once, pointed at, their story.

What one item's page asks is `api.pages.desk`.
"""
