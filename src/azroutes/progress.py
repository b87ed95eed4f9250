"""A progress bar for work that may take long: on a terminal only, and only where the work does take long."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

PATIENCE_S = 2.0
"""Seconds of work before a bar appears: less is over before it is read."""

FRAME_S = 0.1
"""Seconds between two looks of the bar."""


@contextmanager
def shown(what: str) -> Iterator[Callable[[float], None]]:
    """Show how far some work has come, on standard error.

    Nothing is written where standard error is not a terminal, nor in the first two seconds. The bar is gone when the
    work ends, also where it ends by an error or by Ctrl-C.

    Parameters
    ----------
    what : str
        What is being done, as it stands before the bar.

    Yields
    ------
    callable
        To be called now and then with the share of the work that is done, 0 to 1.

    Examples
    --------
    >>> with shown("Counting") as tell:
    ...     for k in range(3):
    ...         tell((k + 1) / 3)
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield _nothing
        return
    bar = _Bar(what)
    try:
        yield bar.tell
    finally:
        bar.stop()


def _nothing(_share: float) -> None:
    """Tell nobody."""


class _Bar:
    """A bar that appears when it has something to say; it moves only when it is told, without a thread of its own."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.due = monotonic() + PATIENCE_S
        self.shown: tuple[Progress, TaskID] | None = None

    def tell(self, share: float) -> None:
        """Take the share of the work that is done."""
        if monotonic() < self.due:
            return
        self.due = monotonic() + FRAME_S
        if self.shown is None:
            self.shown = self._begun()
        progress, task = self.shown
        progress.update(task, completed=min(max(share, 0.0), 1.0), refresh=True)

    def stop(self) -> None:
        """Take the bar away and give the cursor back."""
        if self.shown is not None:
            self.shown[0].stop()

    def _begun(self) -> tuple[Progress, TaskID]:
        # Most work is over before a bar is due: rich is not loaded for nothing.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn  # noqa: PLC0415

        progress = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(),
            console=Console(file=sys.stderr), transient=True, auto_refresh=False,
        )  # fmt: skip
        task = progress.add_task(self.what, total=1.0)
        progress.start()
        return progress, task
