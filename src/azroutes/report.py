"""An atlas: the map, a figure for each market, the tables and the sources, in one folder."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from azroutes.arrows import width_scale
from azroutes.documents import backing, load_flows, load_lineages, load_sources, load_statements
from azroutes.errors import OutputError
from azroutes.explore import TITLE, explore_flows
from azroutes.figure import render
from azroutes.figure_files import FORMATS
from azroutes.flows import SUPPRESSED
from azroutes.privacy import suppressed
from azroutes.scene import compose
from azroutes.schema import Flows, validate
from azroutes.vocabulary import Certainty, Market, codes, label
from azroutes.write import ENDINGS, flows_bytes, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    import geopandas as gpd

    from azroutes.scale import WidthScale
    from azroutes.theme import Theme

DPI = 300

_STYLE = """
body { font: 15px/1.5 Georgia, "Times New Roman", serif; color: #22262a;
  max-width: 46em; margin: 2.5em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em } li { margin: .5em 0 } .quiet { color: #5c5a55 }
"""


@dataclass(frozen=True)
class Piece:
    """One step of an atlas: what it makes, and the files that it gives."""

    name: str
    make: Callable[[], dict[str, bytes]]


def write_atlas(
    folder: str | PathLike[str], flows: gpd.GeoDataFrame | None = None, *, title: str = "",
    theme: Theme | str = "default", suppress_below: float | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Path]:  # fmt: skip
    """Write an atlas of flows into a folder.

    Parameters
    ----------
    folder : path
        Made if it is not there. Files of an earlier atlas are replaced at the very end, each in one step; if anything
        fails before, they are as they were.
    flows : GeoDataFrame, optional
        A table of flows; by default those of the bundled documents.
    title : str
        Title of the map and of the figure of all flows.
    theme : Theme or {'default', 'print', 'dark', 'presentation'}
        Colours, type and sizes of the map and of the figures.
    suppress_below : float, optional
        Hide numbers of people below this everywhere in the atlas; see `azroutes.suppress`.
    progress : callable, optional
        Called before each step with its name, its number and how many there are, and once more when all are done and
        the files are about to be put in place. What it raises ends the work and leaves the old files.

    Returns
    -------
    list of Path
        ``index.html`` (the map), ``figures/`` (all flows, and each market, as PNG at 300 dpi, SVG and PDF), ``tables/``
        (the flows as CSV, GeoJSON and GeoPackage) and ``sources.html``.

    Raises
    ------
    TableError
        If the table is not valid or has no row.
    OptionError
        If there is no such theme.
    OutputError
        If the folder cannot be written.

    Examples
    --------
    >>> import azroutes
    >>> azroutes.write_atlas("atlas")  # doctest: +SKIP
    """
    target = Path(folder)
    table = suppressed(load_flows() if flows is None else validate(Flows, flows), suppress_below)
    heading = title or (TITLE if flows is None else "Flows")
    pieces = list(_pieces(table, heading, theme, documented=flows is None))
    made = not target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(dir=target, prefix=".atlas-"))
    except OSError as error:
        raise OutputError(f"cannot write into {target}: {error.strerror or error}") from None
    try:
        names = []
        for number, piece in enumerate(pieces):
            if progress is not None:
                progress(piece.name, number, len(pieces))
            for name, content in piece.make().items():
                write_whole(stage / name, content)
                names.append(name)
        if progress is not None:
            progress("files", len(pieces), len(pieces))
        _move(stage, target, names)
        made = False
        return [target / name for name in names]
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if made:
            shutil.rmtree(target, ignore_errors=True)


def _move(stage: Path, target: Path, names: list[str]) -> None:
    try:
        for name in names:
            (target / name).parent.mkdir(exist_ok=True)
            if (target / name).is_dir():
                raise OutputError(f"cannot write {target / name}: a folder stands there; the old files are untouched")
        for name in names:
            (stage / name).replace(target / name)
    except OSError as error:
        raise OutputError(f"cannot write into {target}: {error.strerror or error}") from None


def _pieces(flows: gpd.GeoDataFrame, title: str, theme: Theme | str, *, documented: bool) -> Iterator[Piece]:
    source = None if documented and SUPPRESSED not in flows.columns else flows
    # Counts are shown on one scale, so that figures compare; of quantities the large would leave the small unseen.
    shared = width_scale(flows, theme=theme)
    scale = shared if shared.whole else None
    yield Piece("map", lambda: {"index.html": _map_page(source, title, theme)})
    yield _figure_piece("all-flows", flows, title, theme, scale)
    for code in codes(Market):
        chosen = flows[flows["market"] == code]
        if len(chosen):
            of = " through Azerbaijan" if documented else ""
            yield _figure_piece(code, chosen, f"{label(Market, code)}: documented flows{of}", theme, scale)
    yield Piece("tables", lambda: {f"tables/flows{ending}": flows_bytes(flows, ending) for ending in ENDINGS})
    yield Piece("sources", lambda: {"sources.html": sources_page(flows, title).encode("utf-8", "replace")})


def _map_page(flows: gpd.GeoDataFrame | None, title: str, theme: Theme | str) -> bytes:
    return explore_flows(flows, title=title, theme=theme).page().encode("utf-8", "replace")


def _figure_piece(
    name: str, flows: gpd.GeoDataFrame, title: str, theme: Theme | str, scale: WidthScale | None
) -> Piece:
    def make() -> dict[str, bytes]:
        scene = compose(flows, title=title, theme=theme, scale=scale)
        return {f"figures/{name}.{kind}": render(scene, kind, dpi=DPI) for kind in FORMATS}

    return Piece(f"figure {name}", make)


def sources_page(flows: gpd.GeoDataFrame, title: str) -> str:
    """Return a page that tells, source by source, what each says and where: HTML without scripts."""
    said = backing(flows)
    body = [f"<h1>Sources: {escape(title)}</h1>"]
    if len(said):
        lines = said["lineage"].nunique()
        body.append(
            "<p>Facts in our own words. Statements of one line of sources corroborate nothing between them; "
            f"the flows rest on {lines} independent lines.</p>"
        )
        body += _documents(said)
    others = flows[~flows.index.isin(said["flow_id"])]
    if len(others):
        body.append("<h2>Flows of the table</h2><ul>")
        body += [f"<li>{escape(str(name))}: {escape(str(text)) or 'no source given'}</li>"
                 for name, text in others["sources"].fillna("").items()]  # fmt: skip
        body.append("</ul>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Sources: {escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body)
        + "\n</body></html>\n"
    )  # fmt: skip


def _documents(said: pd.DataFrame) -> Iterator[str]:
    statements, sources, lineages = load_statements(), load_sources(), load_lineages()
    for name in sorted(said["source"].unique()):
        source = sources.loc[name]
        author = f"{source['author']}: " if pd.notna(source["author"]) else ""
        yield f"<h2>{escape(author)}{escape(source['title'])}</h2>"
        told = f"{escape(source['publisher'])}, {source['year']}. Facts: {escape(source['facts_period'])}"
        yield f"<p class=quiet>{told}</p>"
        cited = statements[(statements["source"] == name) & statements.index.isin(said["statement"])]
        yield "<ul>"
        for row in cited.itertuples():
            wording = f" (“{row.wording}”)" if pd.notna(row.wording) else ""
            line = lineages.loc[row.lineage, "title"]
            yield (
                f"<li>{escape(row.statement)} <span class=quiet>{escape(row.locator)}. "
                f"{label(Certainty, str(row.certainty))}{escape(wording)}; line: {escape(line)}.</span></li>"
            )
        yield "</ul>"
        rest = statements[(statements["source"] == name) & ~statements.index.isin(said["statement"])]
        more = f"{len(rest)} more statements of this source bear on the subject and are not flows drawn here."
        yield f"<p class=quiet>{more}</p>"
