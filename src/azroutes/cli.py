"""The command: azroutes atlas | figure | explore | check | aggregate."""

from __future__ import annotations

from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from azroutes import __version__
from azroutes.command.drawing import Beyond, Drawing, Focus, Opening, Paper, Sheet, area
from azroutes.command.ending import EXIT_FAULTS, check_apart, ended, put, say
from azroutes.command.grouped import grouped
from azroutes.command.steps import Steps
from azroutes.command.table import COLUMNS, Table
from azroutes.command.wording import first_line, forms_in_options, listed
from azroutes.errors import AzroutesError, OptionError, TableError, visible
from azroutes.options import Engines, Outside

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from azroutes.accounting import Account
    from azroutes.errors import Fault
    from azroutes.vocabulary import Market

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Maps of documented illicit flows: report figures and offline maps, every arrow with its source.\n\n"
    "Start with [bold]azroutes atlas OUT[/bold] and open OUT/index.html.",
    epilog="Exit codes: 0 done; 1 the table has faults, all of them listed; 2 wrong usage; 3 a file could not be "
    "written, and the old one is untouched; 130 stopped.",
    rich_markup_mode="rich",
)  # fmt: skip


Flows = Annotated[
    Path | None,
    typer.Option("--flows", help="A table of your own: one row a flow, at least origin and destination. Without it: "
                 "the flows of the bundled documents on Azerbaijan.", metavar="FILE", rich_help_panel=COLUMNS),
]  # fmt: skip
Leaves = Annotated[bool, typer.Option("--collect", help="Leave rows that will not do out of it, and tell them all.",
                                      rich_help_panel=COLUMNS)]  # fmt: skip
LeavesRecords = Annotated[bool, typer.Option("--collect", help="Leave records whose quantity will not do out of all "
                                             "rows, and count them.")]  # fmt: skip
Mends = Annotated[bool, typer.Option("--fix", help="Write a copy beside the table in which slips with one likely "
                                     "meaning are put right, and tell each change.")]  # fmt: skip

READING = ("wide", "nodes", "node_key", "crs", "convert", "focus", "drop", "precise", "sheet", "header", "encoding",
           "separator", "decimal", "thousands", "missing", "note")  # fmt: skip
"""Options that the help of `check` tells, and that of other commands points to."""

_AS_CHECK = "How your table is read is said by the same options as for azroutes check: see azroutes check --help."


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if asked:
        say(f"azroutes {__version__}")
        raise typer.Exit


@app.callback()
def common(
    *, _version: Annotated[bool, typer.Option("--version", help="Tell the version and exit.", is_eager=True,
                                              callback=_tell_version)] = False,
) -> None:  # fmt: skip
    """Take what all commands have in common."""


@app.command(epilog=_AS_CHECK)
@grouped(hidden=READING)
def atlas(
    out: Annotated[Path, typer.Argument(help="Folder to write into; made if it is not there.")],
    *, flows: Flows = None, table: Table, collect: Leaves = False, sheet: Sheet,
) -> None:  # fmt: skip
    """Write everything into a folder: the map, a figure for each market, the tables, the sources.

    OUT/index.html is the map; it opens with the network off. OUT/figures has PNG (300 dpi), SVG and PDF of all flows
    and of each market, OUT/tables the flows as CSV, GeoJSON and GeoPackage, OUT/sources.html who says what.

    Example: azroutes atlas atlas
    """
    from azroutes.report import write_atlas
    from azroutes.write import ENDINGS

    for ending in ENDINGS:
        check_apart(out / "tables" / f"flows{ending}", flows, table.nodes)
    drawn = _flows(flows, table, None, collect=collect)
    with Steps() as steps:
        written = write_atlas(out, None if flows is None else drawn, title=sheet.title, theme=sheet.theme.value,
                              suppress_below=sheet.suppress_below, progress=steps.step)  # fmt: skip
    say(f"{len(written)} files in {_name(out)}; open {_name(out / 'index.html')}")


@app.command(epilog=_AS_CHECK)
@grouped(hidden=READING)
def figure(
    out: Annotated[Path, typer.Argument(help="File to write: .png, .svg or .pdf.")],
    *, flows: Flows = None, table: Table, collect: Leaves = False, sheet: Sheet, drawing: Drawing, extent: Focus = None,
    outside: Beyond = Outside.EDGE, width_cm: Paper = None,
    dpi: Annotated[int, typer.Option(help="Dots per inch of a PNG.", min=36, max=1200)] = 300,
) -> None:  # fmt: skip
    """Draw one figure for a report.

    Example: azroutes figure heroin.svg --market heroin_trade --title "Heroin through Azerbaijan"
    """
    from azroutes.figure import render
    from azroutes.figure_files import kind_of_file
    from azroutes.marginalia import fitted
    from azroutes.privacy import suppressed
    from azroutes.scene import compose
    from azroutes.theme import theme_of

    kind = kind_of_file(out)
    drawn = suppressed(_flows(flows, table, drawing.market, collect=collect), sheet.suppress_below)
    look, size = fitted(theme_of(sheet.theme.value), width_cm)
    scene = compose(drawn, title=sheet.title, by=drawing.by.value, width=drawing.width.value,
                    theme=look, size_px=size, top=drawing.top, min_quantity=drawing.min_quantity,
                    rest=drawing.rest.value, extent=area(extent), outside=outside.value)  # fmt: skip
    put(out, render(scene, kind, dpi=dpi))
    say(f"wrote {_name(out)}")


@app.command(epilog=_AS_CHECK)
@grouped(hidden=READING)
def explore(
    out: Annotated[Path, typer.Argument(help="File to write, for instance map.html.")],
    *, flows: Flows = None, table: Table, collect: Leaves = False, sheet: Sheet, drawing: Drawing,
    extent: Opening = None,
) -> None:  # fmt: skip
    """Write one interactive map: a single HTML file that asks the network for nothing.

    Example: azroutes explore map.html --flows seizures.csv --unit kg
    """
    from azroutes.explore import TITLE, explore_flows
    from azroutes.write import ending_of

    check_apart(out, flows, table.nodes)
    ending_of(out, [".html", ".htm"])
    heading = sheet.title or (TITLE if flows is None else flows.stem)
    page = explore_flows(_flows(flows, table, drawing.market, collect=collect), title=heading, by=drawing.by.value,
                         width=drawing.width.value, theme=sheet.theme.value, top=drawing.top,
                         min_quantity=drawing.min_quantity, rest=drawing.rest.value, extent=area(extent),
                         suppress_below=sheet.suppress_below)  # fmt: skip
    put(out, page.page().encode("utf-8", "replace"))
    say(f"wrote {_name(out)}")


@app.command()
@grouped
def check(
    file: Annotated[Path, typer.Argument(help="A table of flows: CSV, Excel, OpenDocument, GeoJSON, GeoPackage or "
                                         "Parquet.")],
    *, table: Table, fix: Mends = False,
) -> None:  # fmt: skip
    """Read a table of flows, tell what becomes of each row, and list all that is wrong; exit with 1 if anything is.

    Example: azroutes check seizures.csv --column Country=origin --column Kilos=quantity --unit kg
    """
    from azroutes.accounting import KEPT, account_lines
    from azroutes.read import refusal

    account: Account | None = None
    refused: AzroutesError | None = None
    try:
        flows, _, account = table.read(file)
        refused = refusal(account.rows, account.faults) if account.faults else None
    except OptionError:
        raise
    except AzroutesError as error:
        refused = error
    if refused is not None:
        say(first_line(refused) + ("" if refused.faults else "."), error=True)
        _list(refused.faults)
        if account is not None:
            _tell(f"{_name(file)}: ", account)
    else:
        places = {*flows["origin"], *flows["destination"]}
        say(f"{_name(file)}: {int(flows['statements'].sum())} rows, {len(flows)} flows, {len(places)} places; no fault")
        for line in account_lines(flows.attrs[KEPT]):
            say(f"  {forms_in_options(line)}")
    if fix:
        _fix(file, table)
    if refused is not None:
        raise typer.Exit(EXIT_FAULTS)


@app.command()
def aggregate(
    records: Annotated[list[str], typer.Argument(help="Files of records, or patterns: Parquet, CSV, TSV, .csv.gz.")],
    out: Annotated[Path, typer.Argument(help="CSV file to write.")],
    by: Annotated[str, typer.Option(help="The columns of the key, between commas.")] = "market,origin,destination,year",
    quantity: Annotated[str, typer.Option(help="The column that is added up; '' counts records alone.")] = "quantity",
    engine: Annotated[Engines, typer.Option(help="What adds up.")] = Engines.DUCKDB,
    collect: LeavesRecords = False,  # noqa: FBT002 - a flag
) -> None:  # fmt: skip
    """Add records up, however many they are, to a table of flows; a column "unit" is always part of the key.

    Example: azroutes aggregate "seizures/*.parquet" flows.csv --by market,origin,destination,year --quantity kg
    """
    from azroutes.aggregation import aggregate as added
    from azroutes.aggregation import refusals
    from azroutes.write import csv_bytes, ending_of

    ending_of(out, [".csv"])
    for pattern in records:
        for record in glob(pattern, recursive=True):  # noqa: PTH207 - may be absolute
            check_apart(out, Path(record))
    found = added(records, by=by.split(","), quantity=quantity or None, engine=engine.value,
                  on_bad="collect" if collect else "raise")  # fmt: skip
    put(out, csv_bytes(found.table))
    say(f"wrote {_name(out)}: {len(found.table):,} rows")
    for line in found.tally.lines():
        say(f"  {line}")
    _list(refusals(found.refused, quantity))


def _flows(file: Path | None, table: Table, market: Market | None, *, collect: bool) -> gpd.GeoDataFrame:
    """Return the flows that are drawn: those of a table as it is to be read, or those of the documents."""
    if file is None:
        from azroutes.documents import load_flows

        said = [*table.said(), *(["--collect"] if collect else [])]
        if said:
            raise OptionError(f"{', '.join(said)}: nothing to read so, as no table is given; say --flows FILE")
        flows = load_flows()
    elif collect:
        flows, _, account = table.read(file)
        if account.rows > account.read:
            _list(account.faults)
            _tell(f"{_name(file)}: ", account)
    else:
        flows = table.flows(file)
    if market is None:
        return flows
    of_market = flows[flows["market"] == market.value]
    if of_market.empty:
        there = ", ".join(sorted(flows["market"].dropna().unique())) or "none; say which by --set market=..."
        raise TableError(f"there is no flow of --market {market.value}; markets of the flows: {there}")
    return of_market


def _name(path: Path) -> str:
    """Return a path in one line, also where a name of a file holds an end of one."""
    return visible(str(path))


def _list(faults: Iterable[Fault]) -> None:
    for line in listed(faults):
        say(line, error=True)


def _tell(lead: str, account: Account) -> None:
    for line in account.lines():
        say(lead + forms_in_options(line))
        lead = ""


def _fix(file: Path, table: Table) -> None:
    """Write a mended copy beside a table, and tell each change and what is left."""
    from azroutes.mending import mended

    try:
        done = mended(file, table.asked())
    except AzroutesError:  # the file itself cannot be read, as has been told
        done = None
    if done is None or not done.changes:
        say("nothing could be mended, so no copy was written", error=True)
        return
    copy = file.with_name(f"{file.stem}.fixed.csv")
    put(copy, done.text().encode("utf-8"))
    for change in done.changes:
        say(f"  {change}")
    say(f"wrote {_name(copy)}: {len(done.changes)} changes, {len(done.left)} faults left")


def main() -> NoReturn:
    """Run the command; every failure is a message and an exit code, never a traceback."""
    ended(app)


if __name__ == "__main__":
    main()
