"""A bar of the steps of a work, each of which is known by name."""

from __future__ import annotations

from typing import Self

from azroutes.command.ending import go_on


class Steps:
    """A progress bar on a terminal, nothing in a pipe."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console,
            transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._bar.stop()

    def step(self, name: str, number: int, total: int) -> None:
        """Show the step that begins, unless it shall not begin."""
        go_on()
        # A short step would begin and end between two looks of the bar.
        self._bar.update(self._task, description=name, completed=number, total=total, refresh=True)
