"""The solver's side of planning: integer pieces in, orders of visits out, in processes that may die."""
