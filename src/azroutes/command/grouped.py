"""Options that several commands share, as one object: each is said once, and is the same in all of them."""

from __future__ import annotations

import inspect
from copy import copy
from dataclasses import MISSING, fields
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

from typer.models import OptionInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


def grouped(
    command: Callable[..., None] | None = None, *, hidden: Collection[str] = ()
) -> Callable[..., Any]:  # fmt: skip
    """Return a command that takes the fields of its dataclasses as options of its own.

    Each parameter whose type is a dataclass is replaced by the fields of it, whose types are `typer.Option`s.

    Parameters
    ----------
    command : callable
    hidden : collection of str
        Fields that the help of the command leaves out; they are taken all the same.
    """
    if command is None:
        return lambda one: grouped(one, hidden=hidden)
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if hasattr(hint, "__dataclass_fields__")}
    flat: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            flat += _options(groups[name], hidden)
        else:
            flat.append(parameter.replace(annotation=hints[name]))

    @wraps(command)
    def taking(**given: Any) -> None:  # noqa: ANN401 - what typer has read, each of the type of its option
        made = {name: group(**{field.name: given.pop(field.name) for field in fields(group)})
                for name, group in groups.items()}  # fmt: skip
        command(**given, **made)

    taking.__signature__ = inspect.Signature(flat)  # type: ignore[attr-defined]
    taking.__annotations__ = {parameter.name: parameter.annotation for parameter in flat}
    return taking


def _options(group: type[Any], hidden: Collection[str]) -> list[inspect.Parameter]:
    """Return the fields of a group of options as parameters of a command."""
    hints = get_type_hints(group, include_extras=True)
    found = []
    for field in fields(group):
        plain, option = get_args(hints[field.name])
        if not isinstance(option, OptionInfo):
            raise TypeError(f"{field.name} is no option")
        if field.name in hidden:
            option = copy(option)
            option.hidden = True
        default = field.default if field.default is not MISSING else None
        found.append(inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default,
                                       annotation=Annotated[plain, option]))  # fmt: skip
    return found
