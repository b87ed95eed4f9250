"""Tables that others have made, each awkward in its own way: read, accounted for, drawn.

    python docs/real_tables.py FOLDER out [NAME ...]

FOLDER holds a folder each of: UNHCR's refugee flows; the same in a wide table, with its nodes; the trade in sturgeons
of the CITES database; referrals to the National Referral Mechanism of the United Kingdom; moves between Swiss cantons;
the routes of OpenFlights; commodity flows of the United States. None of them is part of this project.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import azroutes
from azroutes import FileForm, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from azroutes import Reading


def refugees(folder: Path) -> Reading:
    """Read flows of refugees: the codes of ISO, not those of UNHCR beside them; most cells are NA."""
    table = folder / "unhcr_refugees" / "flows.csv"
    return azroutes.read_flows(table, origin="coo_iso", destination="coa_iso", quantity="refugees", unit="persons",
                               policy=Policy(blank="drop"), on_bad="collect")  # fmt: skip


def refugees_wide(folder: Path) -> Reading:
    """Read a column a year, with places in a table of their own.

    The table does not say whether a number is of those who fled in a year or of those who were away in it. From year to
    year it hardly changes, so it is the second, and a sum over years is one of person-years.
    """
    here = folder / "refugees_wide_1975_2009"
    return azroutes.read_flows(here / "refugee_flows.csv", wide="year", nodes=here / "refugee_nodes.csv",
                               unit="person-years", policy=Policy(zero="drop"), on_bad="collect")  # fmt: skip


def sturgeons(folder: Path) -> Reading:
    """Read trade by way of a re-exporter; without a country of origin the exporter is the origin."""
    table = pd.read_csv(folder / "cites_acipenseriformes_2001_2015" / "cites_acipenseriformes.csv", dtype=str,
                        keep_default_na=False)  # fmt: skip
    table["Origin"] = table["Origin"].where(table["Origin"] != "", table["Exporter"])
    reported = [table[f"{side} reported quantity"] for side in ("Importer", "Exporter")]
    table["Reported"] = reported[0].where(reported[0] != "", reported[1])
    kilos = table[table["Unit"].isin(["kg", "g", "mg"])]
    print(f"{len(table) - len(kilos):,} rows of pieces, cans and litres are not read: they are no kilograms")
    return azroutes.read_flows(kilos, origin="Origin", via="Exporter", destination="Importer", quantity="Reported",
                               unit="Unit", year="Year", convert="kg", on_bad="collect")  # fmt: skip


def referrals(folder: Path) -> Reading:
    """Read a table that never names its destination, below a line of headings, with a total at its end."""
    table = folder / "uk_nrm_referrals_2015" / "Final_Decisions_2015.csv"
    return azroutes.read_flows(table, origin="Nationality", destination="United Kingdom", quantity="Referals in 2015",
                               unit="persons", year=2015, market="human_trafficking", file=FileForm(header=2),
                               on_bad="collect")  # fmt: skip


def cantons(folder: Path) -> Reading:
    """Read both directions in a row, and coordinates in metres."""
    table = folder / "ch_migration_2016" / "ch_migration.csv"
    named = {"xa": "origin_lon", "ya": "origin_lat", "xb": "destination_lon", "yb": "destination_lat"}
    return azroutes.read_flows(table, quantity="flow_ab", back="flow_ba", columns=named, crs="EPSG:3857",
                               unit="persons", on_bad="collect")  # fmt: skip


def flights(folder: Path) -> Reading:
    """Read routes between airports: each row is one route of one airline, and these are counted."""
    here = folder / "openflights"
    table = pd.read_csv(here / "routes.csv", dtype=str, keep_default_na=False).assign(count=1)
    return azroutes.read_flows(table, origin="source_airport", destination="destination_airport", quantity="count",
                               unit="routes", nodes=here / "airports.csv", node_key="iata",
                               file=FileForm(missing=("\\N",)), on_bad="collect")  # fmt: skip


def goods(folder: Path) -> Reading:
    """Read a table without a header, with places in metres; what its numbers count is said nowhere."""
    here = folder / "us_commodity_flows"
    table = pd.read_csv(here / "cfs200.csv", header=None, names=["origin", "destination", "quantity"])
    nodes = pd.read_csv(here / "nodes.csv", header=None, names=["id", "x", "y"])
    return azroutes.read_flows(table, nodes=nodes, crs="EPSG:3857", on_bad="collect")


TABLES: dict[str, Callable[[Path], Reading]] = {
    "refugees": refugees, "refugees_wide": refugees_wide, "sturgeons": sturgeons, "referrals": referrals,
    "cantons": cantons, "flights": flights, "goods": goods,
}  # fmt: skip

SOURCES = {
    "refugees": "UNHCR, people who fled in each year (CC BY 4.0), whose cells are never 1 to 4: a 5 may be fewer",
    "refugees_wide": "UNHCR by way of UNdata, as in the examples of JFlowMap",
    "sturgeons": "CITES Trade Database (UNEP-WCMC), wild sturgeons 2001-2015",
    "referrals": "National Crime Agency, National Referral Mechanism statistics 2015",
    "cantons": "Moves between Swiss cantons 2016, as in the R package flowmapper",
    "flights": "OpenFlights (ODbL 1.0)",
    "goods": "Commodity flows of the United States, as in the tests of Flox",
}
"""Whose word each table is, and what its numbers do not say, for the line of sources below a map."""


def main() -> None:
    """Read, account for and draw the tables that are named, or all."""
    folder, target, *names = sys.argv[1:]
    out = Path(target)
    out.mkdir(parents=True, exist_ok=True)
    for name in names or TABLES:
        flows, bad, account = TABLES[name](Path(folder))
        print(f"{name}: {len(flows):,} flows\n{account}\n")
        if len(bad):
            bad.to_csv(out / f"{name}_bad.csv")
        flows = flows.assign(sources=SOURCES[name])
        ax = azroutes.plot_flows(flows, title=name.replace("_", " ").capitalize(), top=60, rest="omit")
        azroutes.save_figure(ax, out / f"{name}.png", dpi=150)
        azroutes.explore_flows(flows, title=name).save(out / f"{name}.html")


if __name__ == "__main__":
    main()
