"""The first plan of a day: each office on its own, by the solver or greedily, or taken over from a plan that stands."""
