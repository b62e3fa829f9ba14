"""10,000 incoming rows from file to first event: seconds and peak memory, beside the loop one writes first.

The peer reads the same file with csv and stores every row on its own through the ORM: no address is resolved,
no person sealed, no word hashed, no event recorded. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SAMPLE = ROOT / "tests" / "data" / "results_day.csv"
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
MAX_SECONDS, MAX_MB = 10.0, 200


class Base(DeclarativeBase):
    """The peer's own metadata."""


class Row(Base):
    """All the peer keeps of a row."""

    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]
    documents: Mapped[str]


def write_rows(path: Path, n: int) -> None:
    """Write ``n`` rows made from the sample day: other people, phones, house numbers and codes each time."""
    with SAMPLE.open(encoding="utf-8", newline="") as sample:
        rows = list(csv.DictReader(sample))
    chance = random.Random(11)
    families = [row["nguoi_nhan"] for row in rows if row["nguoi_nhan"].strip("\u200b ")]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        for number in range(n):
            row = dict(rows[number % len(rows)])
            row["ma_ho_so"] = f"H57.15-2611{number % 20 + 1:02d}-{number // 20:06d}"
            if row["nguoi_nhan"].strip("\u200b "):
                row["nguoi_nhan"] = " ".join(chance.sample(chance.choice(families).split(), k=2)) + f" {number}"
            row["dia_chi"] = f"{chance.randrange(1, 900)}/{number} {row['dia_chi']}"
            writer.writerow(row)


def ours(path: Path, folder: Path) -> int:
    """Bring the file in as the product does; return how many rows were taken."""
    from postal import ANONYMOUS, Database, Vault, intake, make_engine, upgrade
    from routing import AddressResolver, Register

    database = Database(make_engine(f"sqlite:///{folder / 'ours.db'}"), Vault([b"k" * 32], b"l" * 32))
    upgrade(database.engine)
    register = Register.builtin()
    guide = intake.Guide(register=register, resolver=AddressResolver(register))
    report = intake.import_results(
        database, path.name, path, intake.Arrival(source_system="bench", guide=guide, by=ANONYMOUS, now=NOW)
    )
    return report.n_accepted + report.n_attention


def peer(path: Path, folder: Path) -> int:
    """Read with csv and add row after row through the ORM, committing each: the loop one writes first."""
    engine = create_engine(f"sqlite:///{folder / 'peer.db'}")
    Base.metadata.create_all(engine)
    n_taken = 0
    with Session(engine) as session, path.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if not row["nguoi_nhan"].strip("\u200b "):
                continue
            session.add(
                Row(
                    code=row["ma_ho_so"],
                    name=row["nguoi_nhan"],
                    phone=row["dien_thoai"],
                    address=row["dia_chi"],
                    documents=row["tai_lieu"],
                )
            )
            session.commit()
            n_taken += 1
    return n_taken


def measured(side: str, n: int) -> dict[str, float]:
    """Run one side in a process of its own; return seconds, peak MB and rows taken."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        write_rows(path, n)
        command = [sys.executable, __file__, "--side", side, "--file", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_side(side: str, path: Path) -> None:
    """Time one side and print what it took as JSON; the imports are part of the memory, not of the time."""
    import postal  # noqa: F401

    began = time.perf_counter()
    n_taken = {"ours": ours, "peer": peer}[side](path, path.parent)
    seconds = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds, 2), "peak_mb": round(peak_mb), "rows": n_taken}))


def main() -> None:
    """Measure both sides and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--side", choices=("ours", "peer"))
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args()
    if arguments.side:
        run_side(arguments.side, arguments.file)
        return
    began = time.perf_counter()
    us, them = measured("ours", arguments.rows), measured("peer", arguments.rows)
    for name, side in (("ours", us), ("csv + ORM, row by row", them)):
        print(f"{name:24} {side['seconds']:6.2f} s  {side['peak_mb']:4.0f} MB  {side['rows']:.0f} rows taken")
    is_kept = us["seconds"] <= MAX_SECONDS * arguments.rows / 10_000 and us["peak_mb"] <= MAX_MB
    print(f"promise ({MAX_SECONDS:.0f} s and {MAX_MB} MB for 10,000 rows): {'kept' if is_kept else 'BROKEN'}")
    last = {
        "ours": us["seconds"],
        "peer": them["seconds"],
        "ratio": round(us["seconds"] / them["seconds"], 3),
        "seconds": round(time.perf_counter() - began, 1),
        "cores": os.cpu_count(),
        "peak_mb": us["peak_mb"],
        "rows": arguments.rows,
    }
    print(json.dumps(last))


if __name__ == "__main__":
    main()
