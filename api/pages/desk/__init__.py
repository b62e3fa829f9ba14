"""Pages of the desk: home, queue, batches, packing, counting, papers and the acts on one consignment.

Planning and the courier's rounds are `api.pages.dispatch`, what comes in `api.pages.intake`.
"""
