"""`tannha intake`: bring in a file of finished results, or read it without recording anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.commands.opening import connected, running_command
from api.words import translate
from postal import intake as incoming
from postal import write_csv

_OUTCOMES = {
    "accepted": "tiếp nhận",
    "attention": "tiếp nhận (còn phải hỏi)",
    "duplicate": "trùng",
    "refused": "từ chối",
}
_N_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source-system", help="Hệ thống gửi tệp / the system the file comes from.")
@click.option("--dry-run", is_flag=True, help="Chỉ đọc thử, không ghi gì / say what would happen, record nothing.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Ghi báo cáo từng dòng / row by row.")
def intake(file: Path, source_system: str | None, dry_run: bool, report: Path | None) -> None:
    """Read FILE (CSV, XLSX or XLS), sort its rows, store what can be taken. The same file again creates nothing."""
    console = Console(stderr=True)
    with connected() as services, _bar(console) as bar:
        task = bar.add_task("Nhập kết quả / results", total=None)
        arrival = incoming.Arrival(
            source_system=source_system or services.settings.source_system,
            guide=services.guide,
            by=running_command(),
            now=services.now(),
        )
        bring_in = incoming.try_results if dry_run else incoming.import_results
        answer = bring_in(
            services.database,
            file.name,
            file,
            arrival,
            on_progress=lambda n_done, n_all: bar.update(task, completed=n_done, total=n_all),
        )
    if report is not None:
        write_report(answer, report)
    _show(answer, dry_run=dry_run)


@click.command()
def locate() -> None:
    """Ask the geocoder of the settings for every waiting point that is only a commune's."""
    with connected() as services:
        found = incoming.locate(services.database, guide=services.guide)
    click.echo(f"Đã hỏi {found.n_asked}, tìm được {found.n_found}. / Asked {found.n_asked}, found {found.n_found}.")
    if found.is_cut_short:
        raise click.ClickException("Máy chủ tìm tọa độ thôi trả lời; chạy lại sau. / The geocoder stopped answering.")


def write_report(answer: incoming.IntakeReport, path: Path) -> None:
    """Write one line for each row; a cell a spreadsheet would run as a formula is written as text."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        write_csv(
            out, ("row", "ma_ho_so", "outcome", "column", "code", "message", "suggestion", "sheet"), _lines(answer)
        )


def _lines(answer: incoming.IntakeReport) -> Iterator[tuple[object, ...]]:
    for row in answer.rows:
        for problem in row.problems or [{}]:
            said = (str(incoming.message_of(problem)), str(incoming.suggestion_of(problem)))
            cells = (problem.get("column", ""), problem.get("code", ""), *said)
            yield row.row_number, row.dossier_code, str(row.outcome), *cells, row.sheet or ""


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


def _show(answer: incoming.IntakeReport, *, dry_run: bool) -> None:
    console = Console()
    counts = (answer.n_accepted, answer.n_attention, answer.n_duplicate, answer.n_refused)
    totals = ", ".join(f"{n} {text}" for n, text in zip(counts, _OUTCOMES.values(), strict=True))
    console.print(f"{answer.n_in} dòng: {totals}.", highlight=False)
    if answer.is_repeat:
        console.print("Tệp này đã nhập trước đó: không ghi thêm gì. / The file was brought in before.", highlight=False)
    elif dry_run:
        console.print("Chỉ đọc thử, chưa ghi gì. / A dry run: nothing was recorded.", highlight=False)
    else:
        console.print(f"Lần nhập số {answer.intake_id}. / Intake no. {answer.intake_id}.", highlight=False)
    for note in answer.notes:
        said = incoming.message_of(note)
        console.print(f"{said} / {translate(said, 'en')}", highlight=False, markup=False)
    looked_at = [row for row in answer.rows if str(row.outcome) in ("refused", "duplicate")]
    if looked_at:
        console.print(_table(looked_at[:_N_SHOWN]))
    if len(looked_at) > _N_SHOWN:
        console.print(
            f"Còn {len(looked_at) - _N_SHOWN} dòng; xem đủ bằng --report. / More in --report.", highlight=False
        )


def _table(rows: list[incoming.RowReport]) -> Table:
    table = Table("Dòng", "Mã hồ sơ", "Kết luận", "Cột", "Lý do", box=None, pad_edge=False)
    for row in rows:
        for problem in row.problems:
            table.add_row(
                escape(f"{row.sheet or ''} {row.row_number}".strip()),
                escape(row.dossier_code),
                _OUTCOMES[str(row.outcome)],
                problem["column"],
                str(incoming.message_of(problem)),
            )
    return table
