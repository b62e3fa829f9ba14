"""Where a result goes, and who goes where in which order: plain values in, plain values out."""
