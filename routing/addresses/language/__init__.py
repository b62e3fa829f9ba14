"""Vietnamese as people type it: letters and words made comparable, and the words that stand around names.

Names of places belong to `routing.addresses.names`.
"""
