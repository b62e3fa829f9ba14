"""Papers: finished data in, PDF or ZPL bytes out."""
