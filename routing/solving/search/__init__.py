"""Improvement of a plan that stands: pieces chosen, searched, put back, and good rounds recombined."""
