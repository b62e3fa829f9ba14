"""Planning days of our own making, a judge for their plans, the peers, and what a run costs."""
