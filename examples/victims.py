"""Victims of trafficking from Azerbaijan to Turkey, the United Arab Emirates, Russia and Iran.

The first figure shows how many independent lines of sources tell of each way; the second the numbers that the Ministry
of Internal Affairs gave for 2012. Run it with a folder to write into: python examples/victims.py out
"""

import sys
from pathlib import Path

import geopandas as gpd

import azroutes

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")


def victims(flows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the flows of trafficked persons from Azerbaijan to the four countries."""
    to = flows["destination"].isin(["TUR", "ARE", "RUS", "IRN"])
    return flows[(flows["market"] == "human_trafficking") & (flows["origin"] == "AZE") & to]


ax = azroutes.plot_flows(victims(azroutes.load_flows()), title="Victims of trafficking from Azerbaijan")
azroutes.save_figure(ax, out / "victims.png", dpi=200)

counted = victims(azroutes.load_flows(observed=2012)).dropna(subset=["quantity"])
ax = azroutes.plot_flows(counted, title="Victims identified in 2012, by destination")
azroutes.save_figure(ax, out / "victims_2012.png", dpi=200)

print(counted[["destination", "quantity", "unit"]].to_string())
