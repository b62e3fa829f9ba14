"""The plan a search starts from: each office planned on its own, or the rounds of an earlier plan taken over."""
