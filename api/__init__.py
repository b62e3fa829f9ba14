"""The outside face: REST, pages, commands and the wiring of everything below."""
