"""What a reader needs beside the map: legends of what is on it, notes on how to read it, and whose word it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from azroutes.arrows import LEAST_PX
from azroutes.documents import load_sources
from azroutes.errors import shortened
from azroutes.privacy import hidden_note
from azroutes.scale import WidthScale, number
from azroutes.vocabulary import Basis, Certainty, Market, PlaceKind, codes, label

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    import pandas as pd

    from azroutes.arrows import Arrows, Unnumbered
    from azroutes.cut import Rest
    from azroutes.scale import AreaScale
    from azroutes.theme import Theme

ARROWS_NOTE = "An arrow says that a movement from one place to another is reported; it does not show the way taken."
REGIONS_NOTE = "Regions are drawn at a point chosen for the map."
HISTORIC_NOTE = "States that are no more are drawn at a point amid their land; borders are not those of their day."
LISTED_NOTE = (
    "Where a source lists several origins and destinations, every pair is drawn; not every pair need have been seen."
)
SHARED_NOTE = "Widths are on a scale made for a set of maps: they compare between these."
REST_LABEL, REST_CODE = "Smaller flows, merged", "rest"
"""What the thin grey arrows are called, and what stands for them where others have the code of a market."""

FLOW, NO_MARKET, NO_MARKET_TITLE = "Flow", "Market not given", "Arrows"
"""What arrows without a market are called where no others are, and beside others; and the title of the legend where
there are no markets."""

NAMES_TOLD = 40
"""How many names without room on the map are told below it: the most important."""

WAYS_TOLD = 6
"""How many arrows that cannot be seen are told below the map: the widest."""

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
    radius_px : float
        True radius of the circle, px; zero where it shows no number.
    """

    label: str
    colour: str
    width_px: float = 2.2
    certainty: str = Certainty.AFFIRMED.value
    kind: str = ""
    code: str = ""
    radius_px: float = 0.0


@dataclass(frozen=True, slots=True)
class Legend:
    """A titled list of entries; `kind` is ``market``, ``width``, ``certainty``, ``places`` or ``circles``."""

    kind: str
    title: str
    entries: tuple[Entry, ...]


_CERTAINTY_WORDS = {
    Certainty.AFFIRMED.value: "Stated as fact",
    Certainty.QUALIFIED.value: "Qualified (“mostly”, “appears”)",
    Certainty.ALLEGED.value: "Alleged (“reportedly”)",
}
CERTAINTY_TITLE = "Certainty of the sources’ words"
_KIND_WORDS = {
    PlaceKind.COUNTRY.value: "Country",
    PlaceKind.SUBDIVISION.value: "Part of a country",
    PlaceKind.REGION.value: "Region (several countries)",
    PlaceKind.HISTORIC.value: "State that is no more",
    PlaceKind.POINT.value: "Point",
}


def legends(
    arrows: Arrows,
    kinds: Sequence[str],
    theme: Theme,
    *,
    circles: AreaScale | None = None,
    also: Collection[str] = (),
) -> tuple[Legend, ...]:
    """Return legends of the markets, widths, certainties and kinds of place that are on the map, and no others.

    Where circles show totals, `circles` is their scale, and they have a legend too. `also` are markets of arrows that
    stand in a small map only.
    """
    table = arrows.table
    found = [
        _market_legend(table, theme, also),
        Legend("width", f"Width: {_lower_first(arrows.scale.title)}", tuple(_width_entries(arrows, theme))),
        Legend("certainty", CERTAINTY_TITLE, tuple(_certainty_entries(table, theme))),
        Legend("places", "Places", tuple(_kind_entries(kinds, theme))),
        Legend("circles", "Circle: total in and out", tuple(_circle_entries(circles, theme))),
    ]
    return tuple(legend for legend in found if legend.entries)


def _market_legend(table: pd.DataFrame, theme: Theme, also: Collection[str]) -> Legend:
    """Return which markets are on the map; a table of none has nothing to tell apart but what is merged."""
    present = [code for code in codes(Market) if code in also or (table["market"] == code).any()]
    words = {code: f"{label(Market, code)} ({theme.letters[code]})" if theme.tags else label(Market, code)
             for code in present}  # fmt: skip
    entries = [Entry(words[code], theme.colour(code), code=code) for code in present]
    if (table["market"].isna() & ~table["rest"]).any():
        entries.append(Entry(NO_MARKET if present else FLOW, theme.colour(None)))
    if table["rest"].any():
        width = float(table.loc[table["rest"], "width_px"].iloc[0])
        entries.append(Entry(REST_LABEL, theme.quiet, width_px=width, code=REST_CODE))
    told = bool(present) or bool(table["rest"].any())
    return Legend("market", "Market" if present else NO_MARKET_TITLE, tuple(entries if told else ()))


def _width_entries(arrows: Arrows, theme: Theme) -> list[Entry]:
    scale: WidthScale = arrows.scale
    full = arrows.table[~arrows.table["rest"]]
    drawn = set(full["width_px"][full["counted"] & (full["width_px"] > 0)])
    breaks = scale.breaks() if full["counted"].any() else []
    if not arrows.shared and len(drawn) == 1:
        # Of arrows that are all of one width a reader wants to know what they stand for, and nothing else.
        breaks = [scale.largest]
    # What is thinner than that is drawn wider on the map, so its true width would explain no arrow.
    seen = [(value, value * scale.px_per_unit) for value in breaks if value * scale.px_per_unit >= LEAST_PX]
    entries = [Entry(number(value), theme.quiet, width_px=width) for value, width in seen]
    if not full["counted"].all():
        bare = float(full.loc[~full["counted"], "width_px"].iloc[0])
        entries.append(
            Entry("no number given, or hidden" if arrows.hidden else "no number given", theme.quiet, width_px=bare)
        )
    return entries


def _circle_entries(scale: AreaScale | None, theme: Theme) -> list[Entry]:
    """Return circles of true size; they are those of a country, the plainest mark."""
    if scale is None:
        return []
    values = scale.breaks()
    radii = scale.radii(np.array(values))
    kind = PlaceKind.COUNTRY.value
    return [Entry(number(value), theme.node, kind=kind, radius_px=float(radius))
            for value, radius in zip(values, radii, strict=True)]  # fmt: skip


def _certainty_entries(table: pd.DataFrame, theme: Theme) -> list[Entry]:
    present = set(table["certainty"])
    if present == {Certainty.AFFIRMED.value}:
        return []
    return [Entry(words, theme.quiet, certainty=code, code=code) for code, words in certainty_labels(present)]


def certainty_labels(present: Collection[str]) -> list[tuple[str, str]]:
    """Return the certainties among these with what legends call them, from the surest."""
    return [(code, words) for code, words in _CERTAINTY_WORDS.items() if code in present]


def _kind_entries(kinds: Sequence[str], theme: Theme) -> list[Entry]:
    return [Entry(text, theme.node, kind=kind, code=kind) for kind, text in kind_labels(kinds)]


def kind_labels(kinds: Collection[str]) -> list[tuple[str, str]]:
    """Return the kinds of place that are on the map, each with its words."""
    return [(kind, text) for kind, text in _KIND_WORDS.items() if kind in kinds]


def notes(
    flows: gpd.GeoDataFrame, arrows: Arrows, kinds: Sequence[str], outside: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return how to read the map: what arrows and borders mean, and what is not told."""
    found = [ARROWS_NOTE]
    if PlaceKind.REGION.value in kinds:
        found.append(REGIONS_NOTE)
    if PlaceKind.HISTORIC.value in kinds:
        found.append(HISTORIC_NOTE)
    if (flows["basis"] == Basis.LISTED.value).any():
        found.append(LISTED_NOTE)
    if arrows.shared:
        found.append(SHARED_NOTE)
    if arrows.rest:
        found.append(_rest_note(arrows.rest, len(flows), legs=bool((flows["via"] != "").any())))
    found.append(_unnumbered_note(arrows.unnumbered, len(flows), merged=arrows.rest is None or arrows.rest.merged))
    found.append(hidden_note(flows))
    if arrows.widened:
        least = float(f"{LEAST_PX / arrows.scale.px_per_unit:.2g}")
        unit = _lower_first(arrows.scale.title)
        one = arrows.widened == 1
        many, drawn = (
            ("One arrow stands", "a thin line") if one else (f"{number(arrows.widened)} arrows stand", "thin lines")
        )
        found.append(f"{many} for less than {number(least)} ({unit}), too thin to see: drawn as {drawn}.")
    if arrows.zeros:
        many = f"{number(arrows.zeros)} arrows have a quantity of zero and are not drawn."
        found.append(many if arrows.zeros > 1 else "One arrow has a quantity of zero and is not drawn.")
    found.extend(outside)
    found.append(period_note(flows))
    found.append(BORDERS_NOTE)
    return tuple(note for note in found if note)


def room_notes(unlabelled: Sequence[str], covered: Sequence[str]) -> tuple[str, ...]:
    """Return what a picture of this size has no room for: names, and arrows between places that lie too close."""
    found = []
    if covered:
        many = f"{number(len(covered))} arrows join" if len(covered) > 1 else "One arrow joins"
        found.append(f"{many} places too close together to be seen here: {_some(covered, WAYS_TOLD)}")
    if unlabelled:
        names = "names" if len(unlabelled) > 1 else "name"
        found.append(f"No room for the {names} of {_some(unlabelled, NAMES_TOLD)}")
    return tuple(note if note.endswith(".") else note + "." for note in found)


def _some(names: Sequence[str], most: int) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {number(more)} more" if more > 0 else "")


def _rest_note(rest: Rest, flows: int, *, legs: bool) -> str:
    """Return what is not drawn in full: by which rule, how much it is, and what becomes of it."""
    least = "" if rest.least is None else number(rest.least) + (f" ({rest.unit})" if rest.unit else "")
    of_least = f" of at least {least}" if least else ""
    if rest.ranked:
        which = f"widest arrow{of_least} is" if rest.kept == 1 else f"{number(rest.kept)} widest arrows{of_least} are"
        lead = f"Only the {which} drawn"
    elif rest.kept:
        lead = f"Only arrows{of_least or ' with a number'} are drawn"
    else:
        lead = f"No arrow reaches {least}"
    lead += " in full" if rest.merged and rest.kept else ""
    if rest.ties:
        lead += f" ({number(rest.ties)} more {'is' if rest.ties == 1 else 'are'} as wide as the narrowest of them)"
    part = f" ({number(rest.partly)} of them in part)" if rest.partly else ""
    share = "" if rest.share is None else f", {_percent(rest.share)} of the total{' over all legs' if legs else ''},"
    verb = "is" if rest.flows == 1 else "are"
    fate = "drawn as thin grey lines" if rest.merged else "not drawn"
    return f"{lead}; {number(rest.flows)} of {number(flows)} flows{part}{share} {verb} {fate}."


def _percent(share: float) -> str:
    """Return a share in whole percent; what is not nothing is never told as 0 %, nor what is not all as 100 %."""
    if 0 < share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def _unnumbered_note(found: Unnumbered, flows: int, *, merged: bool) -> str:
    """Return how many flows have no number, each told once with what becomes of it."""
    fates = [
        (found.thin, "drawn as thin lines"),
        (found.hidden, "part of arrows whose width the other flows give"),
        (found.rest, "among the thin grey lines" if merged else "not drawn"),
    ]
    told = [(many, fate) for many, fate in fates if many]
    total = f"{number(sum(many for many, _ in told))} of {number(flows)} flows have no number"
    if len(told) < 2:
        return f"{total} and are {told[0][1]}." if told else ""
    return (
        f"{total}: " + ", ".join(f"{number(many)} {'is' if many == 1 else 'are'} {fate}" for many, fate in told) + "."
    )


def period_note(flows: gpd.GeoDataFrame) -> str:
    """Return the years that the facts are of, and how many flows have none; empty where none has any."""
    dated = flows["first_year"].notna() | flows["last_year"].notna()
    known = [found for name in ("first_year", "last_year") if len(found := flows[name].dropna())]
    years = [int(bound) for found in known for bound in (found.min(), found.max())]
    if not years:
        return ""
    open_ended = (flows["first_year"].notna() & flows["last_year"].isna()).any()
    span = f"{min(years)}–{max(years)}" if min(years) < max(years) else str(min(years))
    span = f"{min(years)} and later" if open_ended else span
    undated = int((~dated).sum())
    rest = f"; {number(undated)} of {number(len(flows))} flows carry no date" if undated else ""
    return f"Period of the facts: {span}{rest}."


LONGEST = 300
"""Letters of a source's name under a map; the table and the notes of the page have all of it."""


def credits(flows: gpd.GeoDataFrame, borders: str) -> tuple[str, ...]:  # noqa: A001 - the word for it on a map
    """Return whose word the arrows are, and whose the borders: one line each."""
    known = load_sources()
    cited = sorted({part for text in flows["sources"].dropna().unique() for part in text.split(";") if part})
    named = [str(known["citation"][name]) if name in known.index else shortened(name, LONGEST) for name in cited]
    said = f"Sources: {'; '.join(named)}." if named else "Sources: none given in the table."
    return (said, f"Boundaries: {borders}.")


def _lower_first(text: str) -> str:
    """Return a title as it stands after a colon; what is written in capitals keeps them: USD."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
