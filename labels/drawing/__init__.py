"""How text, lines and codes get on paper: pages, type, symbols, thermal rasters, forms that flow over pages.

What stands on a particular paper does not belong here: that is `labels.papers`.
"""
