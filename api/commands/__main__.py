"""`python -m api.commands`: the same as `tannha`, for processes that start others."""

from api.commands import main

main()
