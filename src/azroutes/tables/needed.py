"""Packages that only some tables need, loaded when such a table is read."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from azroutes.errors import Fault, TableError


def needed(module: str, what: str, extra: str) -> Any:  # noqa: ANN401 - a package that may not be there
    """Return a package, or say what reads such tables and what installs it.

    Raises
    ------
    TableError
        If it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise TableError(what, [Fault("not installed", hint=f"pip install azroutes[{extra}]")]) from None
