"""The page of one plan: its rounds on a map and as lists, what is left over, and the dispatcher's hand in it."""
