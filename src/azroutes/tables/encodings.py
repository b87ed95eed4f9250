"""Which encoding a text is in, where it says so, and where it does not."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from azroutes.errors import Fault, OptionError, TableError

if TYPE_CHECKING:
    from pathlib import Path

    from azroutes.tables.form import FileForm

MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
"""What a file may begin with to say how it is written; the longer before those that they begin with."""

SAMPLE = 65_536
"""Bytes that the encoding is found out from, characters that the separator is."""

PIECE = 2**18
"""Bytes that are looked at at a time."""

PAGES = ("cp1252", "cp1251", "cp1254", "cp1250", "cp1253", "cp1255", "cp1256", "cp1257", "cp1258", "koi8_r")
"""What text may be that is not Unicode: what spreadsheets save as CSV, and old Russian mail. With more to choose
from, short names of places are taken for Chinese."""

OTHER_PAGES = ("mac_roman", "mac_turkish", "mac_cyrillic", "cp850", "cp857", "cp866")
"""What it may be besides, of old machines; only where names of places are read by it that are none by the others."""

_WORD = re.compile(r'[^,;\t|"\r\n]+')


def as_utf8(path: Path, form: FileForm) -> tuple[bytes, str]:
    """Return a file's text as UTF-8, and its encoding if it had to be guessed."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    mark = next((name for start, name in MARKS if data.startswith(start)), None)
    unmarked = _without_mark(data) if not form.encoding and mark is None else ""
    encoding = form.encoding or mark or unmarked or "utf-8"
    try:
        if codecs.lookup(encoding).name == "utf-8":
            _check_utf8(data)
            return data, ""
        return data.decode(encoding).encode(errors="surrogatepass"), unmarked
    except LookupError:
        fault = Fault("no such encoding", column="encoding", value=form.encoding, hint="'utf-8', 'cp1252', 'cp1251'")
        raise OptionError("a file cannot be read so", [fault]) from None
    except UnicodeError as error:
        wrong = getattr(error, "start", 0)
    if said := form.encoding or mark or unmarked:
        fault = Fault("not text of this encoding", value=said, hint=f"byte {wrong + 1} is none of it")
        raise TableError(f"{path} cannot be read", [fault])
    text, guessed = _guessed(data, wrong, path)
    return text.encode(), guessed


def _check_utf8(data: bytes) -> None:
    """Raise the error of what is no UTF-8. Piece by piece, as the text of a large file would take twice its room."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(data), PIECE):
            decoder.decode(data[begin : begin + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        data.decode()  # whose error says where in the file it is


def _without_mark(data: bytes) -> str:
    """Return which UTF-16 a text is that does not say it, by how its first line ends; empty where it is none."""
    end = data.find(b"\n")
    if end > 0 and end % 2 == 0 and data[end + 1 : end + 2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if end > 0 and end % 2 and data[end - 1] == 0 else ""


def _guessed(data: bytes, wrong: int, path: Path) -> tuple[str, str]:
    """Return the text of a file that is not UTF-8, and what it most likely is."""
    # Loaded for the few files that need it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    refusal = TableError(f"{path} is not UTF-8 text; save it as CSV UTF-8, or name its encoding", [
        Fault("not UTF-8", value=data[wrong : wrong + 1], hint="azroutes.FileForm(encoding='cp1252')")])  # fmt: skip
    if b"\0" in data[:SAMPLE]:
        raise refusal
    begin = max(0, wrong - SAMPLE // 2)
    sample = data[begin : begin + SAMPLE]
    best = from_bytes(sample, cp_isolation=list(PAGES)).best()
    likely = [] if best is None else [best.encoding]
    places = {page: _places_in(sample, page) for page in (*likely, *PAGES, *OTHER_PAGES)}
    for page in sorted(places, key=places.__getitem__, reverse=True):
        if page not in likely and not places[page]:
            break
        try:
            return data.decode(page), page
        except UnicodeError:
            continue
    raise refusal


def _places_in(sample: bytes, page: str) -> int:
    """Return how many cells are names of places, by an encoding in which their letters are not those of others."""
    from azroutes.places import world  # noqa: PLC0415 - only such files need it

    words = {word.strip() for word in _WORD.findall(sample.decode(page, errors="replace")) if not word.isascii()}
    return sum(bool(world().find(word)) for word in words)
