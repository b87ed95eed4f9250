"""The files that ship with the package, read the same from a wheel, a zip and a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def data_file(name: str) -> Traversable:
    """Return one bundled file, for instance ``geo/places.csv``.

    In the wheel the tables lie inside the package; in a checkout (an editable install) at its top, in ``data/``.
    """
    package = files("azroutes")
    inside = package.joinpath("data", *name.split("/"))
    if inside.is_file():
        return inside
    return Path(str(package)).parents[1].joinpath("data", *name.split("/"))
