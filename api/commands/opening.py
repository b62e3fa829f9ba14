"""What every operator's command begins and ends with: the services of the settings, opened and let go of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import click
from rich.console import Console
from rich.table import Table

from api.settings import load_settings
from api.wiring import Services, build_services
from api.words import translate
from postal import Act, Actor, command_actor, make_ready


@contextmanager
def opened() -> Iterator[Services]:
    """Yield the services on a database whose tables are this version's; an empty one gets its tables.

    Whoever calls a command from a program hands its own services over as the context's object. Raises TablesOutOfDate.
    Connections are closed at the end.
    """
    with connected() as services:
        make_ready(services.database.engine)
        yield services


@contextmanager
def connected() -> Iterator[Services]:
    """Yield the services on the database as it is, for what makes or replaces its tables."""
    given = click.get_current_context().find_object(Services)
    if given is not None:  # closed by whoever made them
        yield given
        return
    services = build_services(load_settings())
    try:
        yield services
    finally:
        services.database.engine.dispose()


def acting(services: Services) -> AbstractContextManager[Act]:
    """Open a writing transaction in the name of the running command: "users add" for `tannha users add`."""
    return services.acting(running_command())


def running_command() -> Actor:
    """Return the running command as whoever acts: its name without the program's own."""
    names = []
    context = click.get_current_context()
    while context.parent is not None:
        names.append(context.info_name or "")
        context = context.parent
    return command_actor(" ".join(reversed(names)))


def say_both(text: str, /, **values: object) -> None:
    """Print one sentence in both languages."""
    click.echo(f"{translate(text, 'vi', **values)} / {translate(text, 'en', **values)}")


def show(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Print a plain table; wide where the output is not a terminal, so that scripts can read it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table, markup=False, highlight=False)
