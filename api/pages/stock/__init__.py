"""Items wherever they are: found from the head of every page, listed, acted on many at once.

What one item's page shows and asks is `api.pages.desk`.
"""
