"""One planner on one day, in a process of its own: ours, ours with a part left out or of another checkout, a peer.

ours, ours-ortools (OR-Tools as the only search), ours-no-recombination, ours-no-first-plans, at:FOLDER (ours of another
checkout), and the peers of `benchmarks.days.peers`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.days.instances import make_day
from benchmarks.days.judge import Verdict, judge
from benchmarks.days.running import Run, run_measured

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 2.0
"""A planner may take so many times the limit (VROOM has none of its own) before it is killed."""
START_S = 120
"""On top: loading a planner takes long on a busy machine."""
LEFT_OUT = {"ours-no-recombination": "choose", "ours-no-first-plans": "construct"}


@dataclass(frozen=True)
class Result:
    """One planner on one day."""

    planner: str
    verdict: Verdict | None
    run: Run

    @property
    def is_sound(self) -> bool:
        """Return whether there is a plan and it breaks no rule."""
        return self.verdict is not None and not self.verdict.faults

    def line(self) -> str:
        """Return the row of the table."""
        cost = f"{self.run.seconds:6.1f} s  {self.run.peak_mb:6.0f} MB"
        if self.verdict is None:
            return f"  {self.planner:21} no plan                                {cost}"
        found = self.verdict
        figures = f"{found.travel_h:9.3f} h  {found.n_served:6} served  {found.n_unserved:5} left  {cost}"
        return f"  {self.planner:21} {figures}" + (f"  FAULTS {found.faults[:2]}" if found.faults else "")


@dataclass(frozen=True)
class Day:
    """A day to plan, and the limits: seconds and cores."""

    n_stops: int
    seed: int
    seconds: float
    cores: int

    def plan_with(self, planner: str, folder: Path) -> Result:
        """Let a planner plan the day and judge its plan; files go to ``folder``."""
        day = make_day(self.n_stops, self.seed)
        instance = folder / f"day-{self.n_stops}-{self.seed}.json"
        instance.write_text(json.dumps(day), encoding="utf-8")
        output = folder / f"plan-{self.n_stops}-{self.seed}-{planner.replace('/', '_').replace(':', '')}.json"
        output.unlink(missing_ok=True)
        command = _command(planner, instance, output, self)
        run = run_measured(command, cores=self.cores, timeout_s=self.seconds * PATIENCE + START_S)
        plan = json.loads(output.read_text(encoding="utf-8")) if output.exists() and run.code == 0 else None
        return Result(planner, None if plan is None else judge(day, plan), run)


def _command(planner: str, instance: Path, output: Path, day: Day) -> list[str]:
    """Return the command line of a planner."""
    boot = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {} import main; main()"
    if planner in LEFT_OUT:
        limits = [str(day.seconds), str(day.cores)]
        program = boot.format("benchmarks.days.planners")
        return [sys.executable, "-c", program, str(ROOT), LEFT_OUT[planner], str(instance), *limits, str(output)]
    if not planner.startswith(("ours", "at:")):
        program = boot.format("benchmarks.days.peers")
        return [sys.executable, "-c", program, str(ROOT), planner, str(instance), str(day.seconds), str(output)]
    root = planner.removeprefix("at:") if planner.startswith("at:") else str(ROOT)
    limits = ["--seconds", str(day.seconds), "--cores", str(day.cores)]
    search = ["--search", "ortools"] if planner == "ours-ortools" else []
    program = boot.format("api.commands")
    return [sys.executable, "-P", "-c", program, root, "plan-file", str(instance), *limits, *search, "-o", str(output)]


def main() -> None:
    """Plan an instance with a part of the search left out: TASK INSTANCE SECONDS CORES PLAN."""
    from benchmarks.days.reduced_child import command
    from routing import Limits, plan, plan_file_problem, plan_file_text

    task, instance, seconds, cores, output = sys.argv[1:]
    text = Path(instance).read_text(encoding="utf-8")
    problem, travel = plan_file_problem(text)
    limits = Limits(seconds=float(seconds), cores=int(cores), child_command=command(Limits().memory_mb, task))
    made = plan(problem, travel=travel, limits=limits)
    Path(output).write_text(plan_file_text(text, made), encoding="utf-8")


if __name__ == "__main__":
    main()
