"""The files that hold records: found by a path or a pattern, and looked at before an engine reads them.

An engine's own complaint about a bad file comes late, names one file and is worded for its makers. What can be told
from a file's first and last bytes is told here, for all files at once.
"""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import zlib
from dataclasses import dataclass
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from azroutes.errors import Fault, TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PARQUET = (".parquet", ".pq")
TEXT = {".csv": ",", ".tsv": "\t"}
SEPARATORS = ",;\t|"
HEADER_BYTES = 2**20
"""How much of a text file is searched for its line of column names."""

MOST_COLUMNS = 1000
"""Columns of a text file: an engine's plan for many more takes minutes."""

_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Files:
    """Files that are read in one go.

    Attributes
    ----------
    paths : tuple of Path
        In order of their names.
    header : tuple of str
        The columns of text files, in order; empty for Parquet, which tells them itself.
    separator : str
        What parts the cells of text files; empty for Parquet.
    """

    paths: tuple[Path, ...]
    header: tuple[str, ...] = ()
    separator: str = ""


def record_files(source: str | PathLike[str] | Sequence[str | PathLike[str]], wanted: Iterable[str]) -> list[Files]:
    """Return the files that a path, a pattern or several of these name, those of one shape together.

    Parameters
    ----------
    source : path, pattern or a sequence of these
        Ends in ``.parquet``, ``.pq``, ``.csv`` or ``.tsv``, text also with ``.gz`` after it. A pattern has ``*``,
        ``?``, ``[...]`` or ``**``; a file that bears such a name itself comes first.
    wanted : iterable of str
        The columns that will be read: they tell which separator parts the cells of a text file.

    Raises
    ------
    TableError
        With a fault for each file that is not there, cannot be read or is not what its name says.
    """
    names = [source] if isinstance(source, str | PathLike) else list(source)
    faults: list[Fault] = []
    paths = list(dict.fromkeys(path for name in names for path in _found(Path(name), faults)))
    groups: dict[tuple[tuple[str, ...], str], list[Path]] = {}
    for path in paths:
        try:
            groups.setdefault(_shape(path, list(wanted)), []).append(path)
        except _NotRecordsError as error:
            faults.append(Fault(error.problem, value=str(path), hint=error.hint))
        except (OSError, EOFError, zlib.error) as error:
            faults.append(_unreadable(path, error))
    if not names:
        faults.append(Fault("no file is named"))
    if faults:
        raise TableError("the records cannot be read", faults)
    return [Files(tuple(same), *shape) for shape, same in groups.items()]


def stamps(groups: Iterable[Files]) -> dict[Path, tuple[int, int, int]]:
    """Return what tells of each file whether it changed; nothing where it is gone."""
    return {path: _stamp(path) for files in groups for path in files.paths}


def check_unchanged(before: Mapping[Path, tuple[int, int, int]]) -> None:
    """Refuse sums of files that changed while they were read: some of them are read more than once.

    Raises
    ------
    TableError
        With a fault for each file that changed.
    """
    faults = [Fault("changed while it was read", value=str(path)) for path, stamp in before.items()
              if _stamp(path) != stamp]  # fmt: skip
    if faults:
        raise TableError("the records cannot be read", faults)


def check_packed(paths: Iterable[Path]) -> None:
    """Refuse packed files that do not unpack to what was packed: DuckDB does not look at their checksum.

    Raises
    ------
    TableError
        With a fault for each of them.
    """
    faults = []
    for path in (path for path in paths if path.suffix.lower() == ".gz"):
        try:
            with gzip.open(path, "rb") as file:
                while file.read(HEADER_BYTES):
                    pass
        except (OSError, EOFError, zlib.error) as error:
            faults.append(_unreadable(path, error))
    if faults:
        raise TableError("the records cannot be read", faults)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        now = path.stat()
    except OSError:
        return (0, 0, 0)
    return (now.st_ino, now.st_size, now.st_mtime_ns)


class _NotRecordsError(Exception):
    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.problem, self.hint = problem, hint


def _unreadable(path: Path, error: Exception) -> Fault:
    return Fault("cannot be read", value=str(path), hint=getattr(error, "strerror", None) or str(error))


def _found(name: Path, faults: list[Fault]) -> list[Path]:
    try:
        if name.exists():
            return [name]
        matches = sorted(Path(match) for match in glob.glob(str(name), recursive=True))  # noqa: PTH207 - may be absolute
    except (OSError, ValueError) as error:
        faults.append(_unreadable(name, error))
        return []
    files = [match for match in matches if not match.is_dir()]
    if not files:
        problem = "no file matches" if glob.has_magic(str(name)) else "there is no such file"
        remote = ":/" in str(name)[2:]  # not the drive of Windows
        hint = "files are read from this machine; of others hand over a frame of your engine" if remote else ""
        faults.append(Fault(problem, value=str(name), hint=hint))
    return files


def _shape(path: Path, wanted: list[str]) -> tuple[tuple[str, ...], str]:
    """Return the header and separator of a text file, nothing for Parquet; raise where a file is neither."""
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    packed = endings[-1:] == [".gz"]
    ending = "".join(endings[-2:-1] if packed else endings[-1:])
    if path.is_dir():
        raise _NotRecordsError("a folder", f"say which of its files, for instance {path.name}/*.parquet")
    if not path.is_file():
        raise _NotRecordsError("not a file")
    if ending in PARQUET and not packed:
        _check_parquet(path)
        return (), ""
    if ending in TEXT:
        return _header(path, TEXT[ending], wanted, packed=packed)
    raise _NotRecordsError("no such format", "one of " + ", ".join([*PARQUET, *TEXT, ".csv.gz", ".tsv.gz"]))


def _check_parquet(path: Path) -> None:
    with path.open("rb") as file:
        first = file.read(4)
        size = file.seek(0, 2)
        file.seek(max(0, size - 4))
        last = file.read(4)
    if size < 12 or first != _MAGIC:
        raise _NotRecordsError("not a Parquet file")
    if last != _MAGIC:
        raise _NotRecordsError("a Parquet file without its end", "it was cut off, or is still being written")


def _header(path: Path, usual: str, wanted: list[str], *, packed: bool) -> tuple[tuple[str, ...], str]:
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        begin = file.read(HEADER_BYTES)
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(begin)
    except UnicodeDecodeError:
        raise _NotRecordsError("not UTF-8 text", "save it as CSV UTF-8") from None
    if not text.strip():
        raise _NotRecordsError("empty", "records begin with a line of column names")
    headers = {mark: _cells(text, mark) for mark in dict.fromkeys([usual, *SEPARATORS])}
    # The usual separator stands first, so it is taken unless another one finds more of the columns.
    best = max(headers, key=lambda mark: len(set(wanted) & set(headers[mark])))
    if len(headers[best]) > MOST_COLUMNS:
        raise _NotRecordsError(f"more than {MOST_COLUMNS:,} columns", "write a file of those that are needed")
    if not headers[best]:
        raise _NotRecordsError("no line of column names", "column names are parted by commas, and quotes are closed")
    return headers[best], best


def _cells(text: str, separator: str) -> tuple[str, ...]:
    """Return the cells of the first line; nothing where it is none."""
    try:
        return tuple(cell.strip() for cell in next(csv.reader(StringIO(text, newline=""), delimiter=separator)))
    except (csv.Error, StopIteration):
        return ()
