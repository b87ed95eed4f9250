"""The command: azroutes atlas | figure | explore | check | aggregate."""

from __future__ import annotations

import os
import signal
import sys
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Self

import typer

from azroutes.errors import AzroutesError, Fault, OptionError, OutputError
from azroutes.vocabulary import Market

if TYPE_CHECKING:
    from types import FrameType

    import geopandas as gpd

EXIT_FAULTS, EXIT_USAGE, EXIT_OUTPUT, EXIT_OWN_FAULT, EXIT_STOPPED = 1, 2, 3, 70, 130
STOPPED = "stopped; no file was left half written"

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Maps of documented illicit flows: report figures and offline maps, every arrow with its source.\n\n"
    "Start with [bold]azroutes atlas OUT[/bold] and open OUT/index.html.",
    epilog="Exit codes: 0 done; 1 the table has faults, all of them listed; 2 wrong usage; 3 a file could not be "
    "written, and the old one is untouched; 130 stopped.",
    rich_markup_mode="rich",
)  # fmt: skip


class By(StrEnum):
    """What is drawn as an arrow of its own."""

    MARKET = "market"
    COMMODITY = "commodity"
    FLOW = "flow"


class Width(StrEnum):
    """What the width of an arrow shows."""

    AUTO = "auto"
    LINEAGES = "lineages"
    QUANTITY = "quantity"


class Look(StrEnum):
    """Colours, type and sizes."""

    DEFAULT = "default"
    PRINT = "print"
    DARK = "dark"
    PRESENTATION = "presentation"


class Engines(StrEnum):
    """What adds records up."""

    DUCKDB = "duckdb"
    POLARS = "polars"
    SPARK = "spark"


class Outside(StrEnum):
    """What becomes of arrows with an end outside the map."""

    EDGE = "edge"
    INSET = "inset"
    OMIT = "omit"


class Rest(StrEnum):
    """What becomes of the arrows that are not drawn in full."""

    MERGE = "merge"
    OMIT = "omit"


Table = Annotated[
    Path | None,
    typer.Option("--flows", help="A CSV table of your own: one row a flow, at least origin and destination. "
                 "Without it: the flows of the bundled documents on Azerbaijan.", metavar="FILE.csv"),
]  # fmt: skip
Only = Annotated[Market | None, typer.Option("--market", help="Draw the flows of one market only.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="A column of the table and what it is: Country=origin. May be given again.",
                 metavar="THEIRS=OURS"),
]  # fmt: skip
Mends = Annotated[bool, typer.Option("--fix", help="Write a copy beside the table in which slips with one likely "
                                     "meaning are put right, and tell each change.")]  # fmt: skip
Leaves = Annotated[bool, typer.Option("--collect", help="Leave records whose quantity will not do out of all rows, "
                                      "and count them.")]  # fmt: skip
Title = Annotated[str, typer.Option("--title", help="What stands over the map.")]
Unit = Annotated[str | None, typer.Option("--unit", help="What the column quantity counts, for instance kg.")]
Apart = Annotated[By, typer.Option("--by", help="What is drawn as an arrow of its own.")]
Shows = Annotated[Width, typer.Option("--width", help="What the width of arrows shows.")]
Looks = Annotated[Look, typer.Option("--theme", help="Colours, type and sizes; print also stands without colours.")]

Focus = Annotated[
    str | None,
    typer.Option("--extent", help="What the map is cut to: a country, region or area, or west,south,east,north in "
                 "degrees (with a minus in front: --extent=-10,35,30,60)."),
]  # fmt: skip
Opening = Annotated[
    str | None,
    typer.Option("--extent", help="What the map shows when it is opened: a country, region or area, or "
                 "west,south,east,north in degrees. All arrows are on the map."),
]  # fmt: skip
Beyond = Annotated[Outside, typer.Option("--outside", help="Arrows that leave it: up to its edge, also in a small map, "
                                         "or not drawn.")]  # fmt: skip
Top = Annotated[int | None, typer.Option("--top", help="Draw only so many arrows in full, the widest.", min=1)]
Least = Annotated[float | None, typer.Option("--min-quantity", help="Draw only arrows of at least this in full.")]
Others = Annotated[Rest, typer.Option("--rest", help="The other arrows: merged into thin grey ones, or omitted.")]
Hidden = Annotated[float | None, typer.Option("--suppress-below", metavar="K",
                                              help="Hide numbers of people below this, everywhere.")]  # fmt: skip


@app.command()
def atlas(
    out: Annotated[Path, typer.Argument(help="Folder to write into; made if it is not there.")],
    flows: Table = None, unit: Unit = None, title: Title = "", theme: Looks = Look.DEFAULT,
    suppress_below: Hidden = None,
) -> None:  # fmt: skip
    """Write everything into a folder: the map, a figure for each market, the tables, the sources.

    OUT/index.html is the map; it opens with the network off. OUT/figures has PNG (300 dpi), SVG and PDF of all flows
    and of each market, OUT/tables the flows as CSV, GeoJSON and GeoPackage, OUT/sources.html who says what.

    Example: azroutes atlas atlas
    """
    from azroutes.report import write_atlas

    table = None if flows is None else _flows(flows, unit, None)
    with _Progress() as progress:
        written = write_atlas(out, table, title=title, theme=theme.value, suppress_below=suppress_below,
                              progress=progress.step)  # fmt: skip
    typer.echo(f"{len(written)} files in {out}; open {out / 'index.html'}")


@app.command()
def figure(
    out: Annotated[Path, typer.Argument(help="File to write: .png, .svg or .pdf.")],
    flows: Table = None, market: Only = None, unit: Unit = None, title: Title = "",
    by: Apart = By.MARKET, width: Shows = Width.AUTO, theme: Looks = Look.DEFAULT,
    top: Top = None, min_quantity: Least = None, rest: Others = Rest.MERGE, extent: Focus = None,
    outside: Beyond = Outside.EDGE, suppress_below: Hidden = None,
    dpi: Annotated[int, typer.Option(help="Dots per inch of a PNG.", min=36, max=1200)] = 300,
) -> None:  # fmt: skip
    """Draw one figure for a report.

    Example: azroutes figure heroin.svg --market heroin_trade --title "Heroin through Azerbaijan"
    """
    from azroutes.figure import render
    from azroutes.figure_files import FORMATS
    from azroutes.privacy import suppressed
    from azroutes.scene import compose

    kind = out.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise OptionError(f"cannot tell the format of {out.name!r}: end it in .png, .svg or .pdf")
    table = suppressed(_flows(flows, unit, market), suppress_below)
    scene = compose(table, title=title, by=by.value, width=width.value,
                    theme=theme.value, top=top, min_quantity=min_quantity, rest=rest.value,
                    extent=_area(extent), outside=outside.value)  # fmt: skip
    _write(out, render(scene, kind, dpi=dpi))
    typer.echo(f"wrote {out}")


@app.command()
def explore(
    out: Annotated[Path, typer.Argument(help="File to write, for instance map.html.")],
    flows: Table = None, market: Only = None, unit: Unit = None, title: Title = "", by: Apart = By.MARKET,
    width: Shows = Width.AUTO, theme: Looks = Look.DEFAULT, top: Top = None, min_quantity: Least = None,
    rest: Others = Rest.MERGE, extent: Opening = None, suppress_below: Hidden = None,
) -> None:  # fmt: skip
    """Write one interactive map: a single HTML file that asks the network for nothing.

    Example: azroutes explore map.html --flows seizures.csv --unit kg
    """
    from azroutes.explore import TITLE, explore_flows

    heading = title or (TITLE if flows is None else flows.stem)
    page = explore_flows(_flows(flows, unit, market), title=heading, by=by.value, width=width.value,
                         theme=theme.value, top=top, min_quantity=min_quantity, rest=rest.value,
                         extent=_area(extent), suppress_below=suppress_below)  # fmt: skip
    _write(out, page.page().encode("utf-8", "replace"))
    typer.echo(f"wrote {out}")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A table of flows: CSV, Excel, GeoJSON, GeoPackage or Parquet.")],
    unit: Unit = None, column: Columns = None, fix: Mends = False,  # noqa: FBT002 - a flag
) -> None:  # fmt: skip
    """Read a table of flows, tell what becomes of each row, and list all that is wrong; exit with 1 if anything is.

    Example: azroutes check seizures.csv --column Country=origin --column Kilos=quantity --unit kg
    """
    from azroutes.accounting import KEPT, account_lines
    from azroutes.read import read_flows

    columns = _columns(column)
    try:
        table = read_flows(file, unit=unit, columns=columns)
    except AzroutesError as error:
        typer.echo(str(error).partition("\n")[0] + ("" if error.faults else "."), err=True)
        for fault in error.faults:
            typer.echo(f"  - {fault}", err=True)
        _tell_account(file, unit, columns)
        if fix:
            _fix(file, unit, columns)
        raise typer.Exit(EXIT_FAULTS) from None
    places = {*table["origin"], *table["destination"]}
    typer.echo(f"{file}: {int(table['statements'].sum())} rows, {len(table)} flows, {len(places)} places; no fault")
    for line in account_lines(table.attrs[KEPT]):
        typer.echo(f"  {line}")
    if fix:
        _fix(file, unit, columns)


def _tell_account(file: Path, unit: str | None, columns: dict[str, str]) -> None:
    """Tell what becomes of the rows of a table with faults, if any of it can be read."""
    from azroutes.read import read_flows

    try:
        account = read_flows(file, unit=unit, columns=columns, on_bad="collect").account
    except AzroutesError:
        return
    typer.echo(f"{file}: {account}")


@app.command()
def aggregate(
    records: Annotated[list[str], typer.Argument(help="Files of records, or patterns: Parquet, CSV, TSV, .csv.gz.")],
    out: Annotated[Path, typer.Argument(help="CSV file to write.")],
    by: Annotated[str, typer.Option(help="The columns of the key, between commas.")] = "market,origin,destination,year",
    quantity: Annotated[str, typer.Option(help="The column that is added up; '' counts records alone.")] = "quantity",
    engine: Annotated[Engines, typer.Option(help="What adds up.")] = Engines.DUCKDB,
    collect: Leaves = False,  # noqa: FBT002 - a flag
) -> None:  # fmt: skip
    """Add records up, however many they are, to a table of flows; a column "unit" is always part of the key.

    Example: azroutes aggregate "seizures/*.parquet" flows.csv --by market,origin,destination,year --quantity kg
    """
    from azroutes.aggregation import aggregate as added
    from azroutes.aggregation import refusals
    from azroutes.write import csv_bytes

    if out.suffix.lower() != ".csv":
        raise OptionError(f"cannot tell the format of {out.name!r}: end it in .csv")
    found = added(records, by=by.split(","), quantity=quantity or None, engine=engine.value,
                  on_bad="collect" if collect else "raise")  # fmt: skip
    _write(out, csv_bytes(found.table))
    typer.echo(f"wrote {out}: {len(found.table):,} rows")
    for line in found.tally.lines():
        typer.echo(f"  {line}")
    for fault in refusals(found.refused, quantity):
        typer.echo(f"  - {fault}", err=True)


def _fix(file: Path, unit: str | None, columns: dict[str, str]) -> None:
    """Write a mended copy beside a table, and tell each change and what is left."""
    from azroutes.mending import mended

    try:
        done = mended(file, unit=unit, columns=columns)
    except AzroutesError:  # the file itself cannot be read, as has been told
        done = None
    if done is None or not done.changes:
        typer.echo("nothing could be mended, so no copy was written", err=True)
        return
    copy = file.with_name(f"{file.stem}.fixed.csv")
    _write(copy, done.text().encode("utf-8"))
    for change in done.changes:
        typer.echo(f"  {change}")
    typer.echo(f"wrote {copy}: {len(done.changes)} changes, {len(done.left)} faults left")


def _write(out: Path, content: bytes) -> None:
    from azroutes.write import write_whole

    _go_on()
    write_whole(out, content)


def _flows(file: Path | None, unit: str | None, market: Market | None) -> gpd.GeoDataFrame:
    from azroutes.documents import load_flows
    from azroutes.read import read_flows

    table = load_flows() if file is None else read_flows(file, unit=unit)
    return table if market is None else table[table["market"] == market.value]


def _columns(given: list[str] | None) -> dict[str, str]:
    pairs = [text.rpartition("=") for text in given or []]
    wrong = [text for text, (theirs, _, ours) in zip(given or [], pairs, strict=True) if not theirs or not ours]
    if wrong:
        faults = [Fault("not a column and what it is", column="column", value=text, hint="Country=origin")
                  for text in wrong]  # fmt: skip
        raise OptionError("columns cannot be matched so", faults)
    return {theirs: ours for theirs, _, ours in pairs}


def _area(text: str | None) -> str | tuple[float, ...] | None:
    """Return a name as it is, and numbers between commas as numbers."""
    try:
        return tuple(float(part) for part in text.split(",")) if text and "," in text else text
    except ValueError:
        return text


class _Progress:
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
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, name: str, number: int, total: int) -> None:
        """Show the step that begins, unless it shall not begin."""
        _go_on()
        # A short step would begin and end between two looks of the bar.
        self._bar.update(self._task, description=name, completed=number, total=total, refresh=True)


class Stopped(KeyboardInterrupt):
    """Somebody asked the command to stop. Of a kind of its own: Python would end by a signal after its own kind."""


class _Stops:
    """What is done with signals to stop, and whether one has come.

    A library below may swallow what is raised (C code that looks into a dict does), so it is asked again before
    anything is written.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True
        raise Stopped

    def listen(self) -> None:
        signal.signal(signal.SIGTERM, self)
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # as in the background of a script
            signal.signal(signal.SIGINT, self)
        sys.unraisablehook = self.untold

    @staticmethod
    def untold(lost: sys.UnraisableHookArgs) -> None:
        """Say nothing of a stop that came while Python tidied up, and was lost there; of all else what is usual."""
        if lost.exc_type is not Stopped:
            sys.__unraisablehook__(lost)


def _go_on() -> None:
    """Stop here if that was asked for and the asking was lost."""
    stops = signal.getsignal(signal.SIGTERM)
    if isinstance(stops, _Stops) and stops.asked:
        raise Stopped


def main() -> NoReturn:
    """Run the command; every failure is a message and an exit code, never a traceback."""
    stops = _Stops()
    stops.listen()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may hold what the terminal cannot show
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        code = EXIT_STOPPED
    except Exception as error:  # noqa: BLE001 - the last net: a fault of ours is told as one
        if not stops.asked:
            _fail_with(error)
    if stops.asked or code == EXIT_STOPPED:  # typer turns an interrupt into this code, without a word
        _fail(STOPPED, EXIT_STOPPED)
    sys.exit(code if isinstance(code, int) else 0)


def _exit_code(error: AzroutesError) -> int:
    return {OutputError: EXIT_OUTPUT, OptionError: EXIT_USAGE}.get(type(error), EXIT_FAULTS)


# Some releases of typer bring a click of their own, so the base of its errors is found by way of typer.
_USAGE: Any = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def _fail_with(error: Exception) -> NoReturn:
    if isinstance(error, AzroutesError):
        _fail(str(error), _exit_code(error))
    if isinstance(error, typer.Abort):
        _fail(STOPPED, EXIT_STOPPED)
    if isinstance(error, _USAGE):
        error.show()
        sys.exit(EXIT_USAGE)
    if isinstance(error, OSError):
        _fail(f"cannot write: {error.strerror or error}", EXIT_OUTPUT)
    if os.environ.get("AZROUTES_TRACEBACK"):
        raise error
    _fail(f"a fault of azroutes itself: {type(error).__name__}: {error}\n"
          "Set AZROUTES_TRACEBACK=1 and run again to see where, and please report it.", EXIT_OWN_FAULT)  # fmt: skip


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"azroutes: {message}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
