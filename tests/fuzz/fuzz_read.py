"""Read files that are odd, broken or made to do harm, and say odd things of them, for as long as you like.

    python tests/fuzz/fuzz_read.py --seconds 600 [--runs N] [--seed N] [--only .xlsx] [--keep FOLDER]
    python tests/fuzz/fuzz_read.py FILE ...            # again, the cases that are in files

Choices are those of a seed; fuzz_coverage.py beside this file lets atheris lead them. The laws: any bytes give flows or
an AzroutesError, nothing else, from `read_flows` and from `azroutes check`; every row is accounted for; what was read
can be written and comes back; and each case ends in time, in a process that may take so much memory and no more.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import azroutes
from azroutes.accounting import KEPT
from azroutes.cli import main as command
from azroutes.write import WRITERS
from draw import Draw
from forms import FORMS, content
from said import NODES, Said, said

if TYPE_CHECKING:
    import geopandas as gpd

SLOW = 20.0
"""Seconds of work that a case of some kilobytes may take at most: a million rows, read three times."""

MEMORY = 6 * 2**30
LENGTH = 4096


class BrokenLawError(AssertionError):
    """A law does not hold."""


def case(data: bytes, folder: Path, only: str | None = None) -> tuple[str, bytes, Said, bool]:
    """Return the ending and content of the file that some choices make, what is said of it, and whether to mend it."""
    draw = Draw(data)
    ending = only or draw.pick(list(FORMS))
    mends = draw.rarely()
    told = said(draw, folder)
    return ending, content(draw, ending), told, mends


def hold(path: Path, told: Said | None = None, *, mends: bool = False) -> str:
    """See to it that the laws hold for a file, and return what became of it."""
    told = told or Said()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of another library is told to a user as well
        begun = time.process_time()
        strict, collected = _strict(path, told), _collected(path, told)
        _same(strict, collected)
        if mends and not isinstance(collected, str):
            _comes_back(collected.flows, path)
        code = _checked(path, told, mends=mends)
        took = time.process_time() - begun
    if code not in ({1, 2} if isinstance(strict, str) else {0}):
        raise BrokenLawError(f"azroutes check ended with {code}, and reading said {strict!r:.300}")
    if took > SLOW:
        raise BrokenLawError(f"took {took:.1f} s")
    return "refused" if isinstance(collected, str) else "read" if not isinstance(strict, str) else "in part"


def _strict(path: Path, told: Said) -> gpd.GeoDataFrame | str:
    try:
        flows: gpd.GeoDataFrame = azroutes.read_flows(path, **told.arguments)
    except azroutes.AzroutesError as error:
        return str(error)
    return flows


def _collected(path: Path, told: Said) -> azroutes.Reading | str:
    try:
        reading: azroutes.Reading = azroutes.read_flows(path, on_bad="collect", **told.arguments)
    except azroutes.AzroutesError as error:
        return str(error)
    return reading


def _same(strict: gpd.GeoDataFrame | str, collected: azroutes.Reading | str) -> None:
    """Demand that all rows are accounted for, and that good tables are read alike either way."""
    if isinstance(collected, str):
        if not isinstance(strict, str):
            raise BrokenLawError("read when strict, and not when collecting")
        return
    flows, bad, account = collected
    aside = sum(map(len, account.aside.values()))
    if account.rows != account.read + aside:
        raise BrokenLawError(f"{account.rows} rows are not {account.read} read and {aside} set aside")
    if not isinstance(strict, str):
        if len(bad) or strict.attrs[KEPT] != account.plain() or list(strict.index) != list(flows.index):
            raise BrokenLawError("a table without faults is read otherwise when collecting")
    elif not len(bad) and not aside:
        raise BrokenLawError(f"nothing set aside, and refused when strict: {strict:.300}")


def _comes_back(flows: gpd.GeoDataFrame, path: Path) -> None:
    """Demand that flows can be written, and are the same when they are read again."""
    for ending in WRITERS:
        copy = path.with_name(f"copy{ending}")
        try:
            azroutes.write_flows(flows, copy)
        except azroutes.OutputError:
            continue
        again = azroutes.read_flows(copy, precise=True)
        copy.unlink()
        same = [name for name in flows.columns if name != "geometry"]
        if list(again.index) != list(flows.index) or not again[same].astype(object).equals(flows[same].astype(object)):
            raise BrokenLawError(f"what was written as {ending} is another when it is read")


def _checked(path: Path, told: Said, *, mends: bool) -> object:
    """Return how the command ends."""
    words = ["check", str(path), *told.words, *(["--fix"] if mends else [])]
    before, sys.argv = sys.argv, ["azroutes", *words]
    out, errors = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(errors):
            command()
    except SystemExit as ended:
        if "Traceback" in errors.getvalue() or "fault of azroutes" in errors.getvalue():
            raise BrokenLawError(errors.getvalue()) from None
        return ended.code
    finally:
        sys.argv = before


def run(data: bytes, folder: Path, only: str | None = None) -> str:
    """Make the file that some choices say, and see to it that the laws hold for it."""
    ending, bytes_of, told, mends = case(data, folder, only)
    path = folder / f"case{ending}"
    path.write_bytes(bytes_of)
    try:
        return f"{ending} {hold(path, told, mends=mends)}"
    finally:
        known = {path.name, "case.fixed.csv", NODES}
        left = sorted(file.name for file in folder.iterdir() if file.name not in known)
        for file in folder.iterdir():
            file.unlink()
        if left:
            raise BrokenLawError(f"left behind: {left}")


def choices(seed: int, number: int) -> bytes:
    """Return the bytes of one case."""
    return random.Random(f"{seed} {number}").randbytes(LENGTH)  # noqa: S311 - the same each time


def _led_by_seed(options: argparse.Namespace, folder: Path) -> int:
    """Try choices of a seed until time or number is up; return how many were wrong."""
    begun, wrong, told = time.monotonic(), 0, dict[str, int]()
    seen: set[str] = set()
    for number in range(options.runs):
        if time.monotonic() - begun > options.seconds:
            break
        data = choices(options.seed, number)
        try:
            what = run(data, folder, options.only)
        except Exception as error:  # noqa: BLE001 - what a fuzzer is there to find
            wrong += 1
            _tell(error, data, options, seen)
            continue
        told[what] = told.get(what, 0) + 1
    for what, many in sorted(told.items()):
        print(f"{many:8,} {what}")
    cases, took = sum(told.values()) + wrong, time.monotonic() - begun
    print(f"{cases:,} cases in {took:.0f} s, {wrong:,} wrong, of {len(seen):,} kinds")
    return wrong


def _tell(error: Exception, data: bytes, options: argparse.Namespace, seen: set[str]) -> None:
    """Say what went wrong and where, once for each place, and keep the file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    if (key := f"{type(error).__name__} {where} {str(error)[:20]}") in seen:
        return
    seen.add(key)
    folder = Path(options.keep)
    folder.mkdir(parents=True, exist_ok=True)
    ending, bytes_of, told, _ = case(data, folder, options.only)
    kept = folder / f"wrong-{len(seen)}{ending}"
    kept.write_bytes(bytes_of)
    print(f"{kept}: {type(error).__name__}: {str(error)[:500]}\n    at {where}\n    {told.words}", flush=True)


def main() -> int:
    """Run as the command says; 1 if a law was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=10**9)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(FORMS))
    parser.add_argument("--keep", default="fuzz-wrong")
    options = parser.parse_args()
    limit()
    if options.files:
        for path in options.files:
            print(f"{path}: {hold(path)}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return 1 if _led_by_seed(options, Path(folder)) else 0


def limit() -> None:
    """Let the process take no more than so much memory, where the system can see to that."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    sys.exit(main())
