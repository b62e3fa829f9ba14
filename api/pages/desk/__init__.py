"""Pages of the desk: home, intake, queue, batches, counting, papers and the acts on one consignment.

Planning and the courier's rounds are `api.pages.dispatch`.
"""
