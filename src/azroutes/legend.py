"""What a reader needs beside the map: legends of what is on it, notes on how to read it, and whose word it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from azroutes.arrows import LEAST_PX
from azroutes.documents import load_sources
from azroutes.scale import WidthScale, number
from azroutes.vocabulary import Basis, Certainty, Market, PlaceKind, codes, label

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    import pandas as pd

    from azroutes.arrows import Arrows
    from azroutes.theme import Theme

ARROWS_NOTE = "An arrow says that a movement from one place to another is reported; it does not show the way taken."
REGIONS_NOTE = "Regions are drawn at a point chosen for the map."
LISTED_NOTE = (
    "Where a source lists several origins and destinations, every pair is drawn; not every pair need have been seen."
)
BORDERS_NOTE = "Borders and names express no opinion on the status of any territory."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend.

    Attributes
    ----------
    label : str
    colour : str
        Of the arrow or circle.
    width_px : float
        True width of the arrow, px.
    certainty : str
        Which dash the arrow has.
    kind : str
        For circles: the kind of place; empty for arrows.
    code : str
        The code that the line stands for.
    """

    label: str
    colour: str
    width_px: float = 2.2
    certainty: str = Certainty.AFFIRMED.value
    kind: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """A titled list of entries; `kind` is ``market``, ``width``, ``certainty`` or ``places``."""

    kind: str
    title: str
    entries: tuple[Entry, ...]


_CERTAINTY_WORDS = {
    Certainty.AFFIRMED.value: "Stated as fact",
    Certainty.QUALIFIED.value: "Qualified (“mostly”, “appears”)",
    Certainty.ALLEGED.value: "Alleged (“reportedly”)",
}
_KIND_WORDS = {
    PlaceKind.COUNTRY.value: "Country",
    PlaceKind.SUBDIVISION.value: "Part of a country",
    PlaceKind.REGION.value: "Region (several countries)",
    PlaceKind.POINT.value: "Place",
}


def legends(arrows: Arrows, kinds: Sequence[str], theme: Theme) -> tuple[Legend, ...]:
    """Return legends of the markets, widths, certainties and kinds of place that are on the map, and no others."""
    table = arrows.table
    found = [
        Legend("market", "Market", tuple(_market_entries(table, theme))),
        Legend("width", f"Width: {_lower_first(arrows.scale.title)}", tuple(_width_entries(arrows, theme))),
        Legend("certainty", "Certainty of the sources’ words", tuple(_certainty_entries(table, theme))),
        Legend("places", "Places", tuple(_kind_entries(kinds, theme))),
    ]
    return tuple(legend for legend in found if legend.entries)


def _market_entries(table: pd.DataFrame, theme: Theme) -> list[Entry]:
    present = [code for code in codes(Market) if (table["market"] == code).any()]
    entries = [Entry(label(Market, code), theme.colour(code), code=code) for code in present]
    if table["market"].isna().any():
        entries.append(Entry("Market not given" if present else "Flow", theme.colour(None)))
    return entries


def _width_entries(arrows: Arrows, theme: Theme) -> list[Entry]:
    scale: WidthScale = arrows.scale
    entries = [Entry(number(value), theme.quiet, width_px=value * scale.px_per_unit) for value in scale.breaks()]
    if not arrows.table["counted"].all():
        bare = float(arrows.table.loc[~arrows.table["counted"], "width_px"].iloc[0])
        entries.append(Entry("no number given", theme.quiet, width_px=bare))
    return entries


def _certainty_entries(table: pd.DataFrame, theme: Theme) -> list[Entry]:
    present = set(table["certainty"])
    if present == {Certainty.AFFIRMED.value}:
        return []
    return [
        Entry(words, theme.quiet, certainty=code, code=code)
        for code, words in _CERTAINTY_WORDS.items()
        if code in present
    ]


def _kind_entries(kinds: Sequence[str], theme: Theme) -> list[Entry]:
    return [Entry(text, theme.node, kind=kind, code=kind) for kind, text in kind_labels(kinds)]


def kind_labels(kinds: Collection[str]) -> list[tuple[str, str]]:
    """Return the kinds of place that are on the map, each with its words."""
    return [(kind, text) for kind, text in _KIND_WORDS.items() if kind in kinds]


def notes(flows: gpd.GeoDataFrame, arrows: Arrows, kinds: Sequence[str], unlabelled: Sequence[str]) -> tuple[str, ...]:
    """Return how to read the map: what arrows and borders mean, and what is not told."""
    found = [ARROWS_NOTE]
    if PlaceKind.REGION.value in kinds:
        found.append(REGIONS_NOTE)
    if (flows["basis"] == Basis.LISTED.value).any():
        found.append(LISTED_NOTE)
    if arrows.without_number:
        found.append(f"{arrows.without_number} of {len(flows)} flows have no number and are drawn as thin lines.")
    if arrows.widened:
        least = float(f"{LEAST_PX / arrows.scale.px_per_unit:.2g}")
        unit = _lower_first(arrows.scale.title)
        many = f"{arrows.widened} arrows stand" if arrows.widened > 1 else "One arrow stands"
        found.append(f"{many} for less than {number(least)} ({unit}), too thin to see: drawn as thin lines.")
    nothing = int(((arrows.table["width_px"] == 0) & arrows.table["counted"]).sum())
    if nothing:
        many = f"{nothing} arrows have a quantity of zero and are not drawn."
        found.append(many if nothing > 1 else "One arrow has a quantity of zero and is not drawn.")
    if unlabelled:
        found.append("No room for the names of " + ", ".join(unlabelled) + ".")
    found.append(_period(flows))
    found.append(BORDERS_NOTE)
    return tuple(note for note in found if note)


def _period(flows: gpd.GeoDataFrame) -> str:
    dated = flows["first_year"].notna() | flows["last_year"].notna()
    years = [*flows["first_year"].dropna(), *flows["last_year"].dropna()]
    if not years:
        return ""
    open_ended = (flows["first_year"].notna() & flows["last_year"].isna()).any()
    span = f"{min(years)}–{max(years)}" if min(years) < max(years) else str(min(years))
    span = f"{min(years)} and later" if open_ended else span
    undated = int((~dated).sum())
    rest = f"; {undated} of {len(flows)} flows carry no date" if undated else ""
    return f"Period of the facts: {span}{rest}."


def credits(flows: gpd.GeoDataFrame, borders: str) -> tuple[str, ...]:  # noqa: A001 - the word for it on a map
    """Return whose word the arrows are, and whose the borders: one line each."""
    known = load_sources()
    cited = sorted({part for text in flows["sources"].dropna() for part in text.split(";") if part})
    named = [str(known["citation"][name]) if name in known.index else name for name in cited]
    said = f"Sources: {'; '.join(named)}." if named else "Sources: none given in the table."
    return (said, f"Boundaries: {borders}.")


def _lower_first(text: str) -> str:
    """Return a title as it stands after a colon; what is written in capitals keeps them: USD."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
