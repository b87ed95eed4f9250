"""What stands behind flows, in words: statements, sources, counts, years, groups and quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azroutes.documents import backing, load_lineages, load_observations, load_sources, load_statements
from azroutes.flows import SUPPRESSED
from azroutes.kinds import text_or_none
from azroutes.privacy import hidden_words
from azroutes.scale import number
from azroutes.vocabulary import Certainty, Group, label, words

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import geopandas as gpd


@dataclass(frozen=True)
class Behind:
    """The statements behind flows, their sources, and which statements stand behind which flow."""

    statements: list[dict[str, object]]
    sources: list[dict[str, object]]
    of_flow: dict[str, list[int]]


def provenance(flows: gpd.GeoDataFrame) -> Behind:
    """Return what the documents say behind flows; nothing of a table that is not theirs."""
    said = backing(flows)
    used = load_statements()
    used = used[used.index.isin(said["statement"])].reset_index()
    sources, lineages = load_sources(), load_lineages()
    cited = sorted(used["source"].unique())
    counts = _counts()
    statements: list[dict[str, object]] = [
        {
            "source": cited.index(row["source"]),
            "locator": row["locator"],
            "text": row["statement"],
            "certainty": label(Certainty, row["certainty"]),
            "wording": text_or_none(row["wording"]),
            "lineage": lineages.loc[row["lineage"], "title"],
            "reading": text_or_none(row["reading"]),
            "period": period_words(row["first_year"], row["last_year"]),
            "counts": counts.get(row["statement_id"], []),
        }
        for row in used.to_dict("records")
    ]
    listed: list[dict[str, object]] = [
        {"id": row["source"], "title": row["title"], "publisher": row["publisher"], "year": int(row["year"]),
         "url": text_or_none(row["url"])}
        for row in sources.loc[cited].reset_index().to_dict("records")
    ]  # fmt: skip
    number_of = {name: k for k, name in enumerate(used["statement_id"])}
    of_flow: dict[str, list[int]] = {}
    for name, statement in zip(said["flow_id"], said["statement"], strict=True):
        of_flow[name] = sorted({*of_flow.get(name, []), number_of[statement]})
    return Behind(statements, listed, of_flow)


def _counts() -> dict[str, list[str]]:
    """Return the numbers of each statement, in words: how many, when, what was counted."""
    found: dict[str, list[str]] = {}
    lead = {"at_least": "at least ", "at_most": "up to ", "about": "about "}
    for row in load_observations().to_dict("records"):
        most = f"–{number(row['quantity_max'])}" if text_or_none(row["quantity_max"]) else ""
        year = f" ({row['year']})" if text_or_none(row["year"]) else ""
        many = f"{lead.get(row['bound'], '')}{number(row['quantity'])}{most} {words(row['unit']).lower()}"
        found.setdefault(row["statement_id"], []).append(f"{many}{year}: {row['counted']}")
    return found


def period_words(first: object, last: object) -> str:
    """Return the years of a flow in words."""
    begin, end = text_or_none(first), text_or_none(last)
    if begin is None and end is None:
        return "no year given"
    if end is None:
        return f"since {begin}"
    if begin is None:
        return f"until {end}"
    return begin if begin == end else f"{begin}–{end}"


def group_words(group: str | None) -> str | None:
    """Return groups of people in words."""
    if not group:
        return None
    return ", ".join(label(Group, part).lower() for part in group.split("+"))


def quantity_words(quantity: float, unit: str | None) -> str | None:
    """Return a quantity with its unit in words; None where there is none."""
    if text_or_none(quantity) is None:
        return None
    return f"{number(quantity)} {words(unit).lower() if unit else ''}".strip()


def told_quantity(flow: Mapping[Hashable, Any]) -> str | None:
    """Return what is told of the quantity of a row: with its unit, or in which bounds it is hidden."""
    unit = text_or_none(flow["unit"])
    return quantity_words(flow["quantity"], unit) or hidden_words(flow.get(SUPPRESSED), unit)


def whole_year(year: object) -> int | None:
    """Return a year as a number, or None."""
    return None if text_or_none(year) is None else int(str(year))


def sum_words(quantity: float, units: set[str]) -> str | None:
    """Return the quantity of an arrow, in words; None where its flows are counted in several units."""
    return quantity_words(quantity, next(iter(units))) if len(units) == 1 else None
