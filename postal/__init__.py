"""The rules of custody, and the memory of everything that happened to an item."""
