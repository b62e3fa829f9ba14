"""One full day of Huế's post on a simulated clock: `tannha demo`."""
