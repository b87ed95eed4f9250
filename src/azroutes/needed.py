"""Packages that only some work needs, loaded when it is done."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from azroutes.errors import Fault, OptionError


def needed(module: str, what: str, extra: str) -> Any:  # noqa: ANN401 - a package that may not be there
    """Return a module, or say what needs its package and what installs it.

    Raises
    ------
    OptionError
        If it is not installed.

    Examples
    --------
    >>> needed("json", "a page", "page").dumps([1])
    '[1]'
    """
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0].replace("_", "-")
        fault = Fault(f"the package {package} is not installed", hint=f'pip install "azroutes[{extra}]"')
        raise OptionError(f"{what} needs {package}", [fault]) from None
