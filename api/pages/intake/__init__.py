"""Pages for what comes in: files tried out, mended and brought in, and one result or order typed by hand.

What rows mean is not here: `postal.intake`.
"""
