"""The small tables that people keep by hand, and writing CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HERE = Path(__file__).parent
Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Read one of the tables beside this module."""
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def beside(name: str) -> list[Row]:
    """Read one of the tables that are kept by hand and ship as they are."""
    with (HERE.parent / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV beside its place, then move it there."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    beside.replace(path)


def sovereigns() -> dict[str, str]:
    """Return the state that each dependent territory belongs to."""
    return {row["code"]: row["sovereign"] for row in read("sovereigns.csv")}
