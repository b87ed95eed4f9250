"""A file that is to be read is one: no folder, no pipe that nobody writes into, no device without an end."""

from __future__ import annotations

from stat import S_ISREG
from typing import TYPE_CHECKING

from azroutes.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path


def check_file(path: Path) -> None:
    """Refuse what is no file that can be opened.

    Raises
    ------
    TableError
        If it is none.
    """
    try:
        status = path.stat()
        if path.is_dir():
            raise TableError(f"{path} is a directory, not a table")
        if not S_ISREG(status.st_mode):
            raise TableError(f"{path} is not a file that can be read twice; copy it to one")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise TableError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
