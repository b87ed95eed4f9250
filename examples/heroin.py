"""Heroin and opium from Iran and Afghanistan through Azerbaijan to Russia and the European Union.

Run it with a folder to write into: python examples/heroin.py out
"""

import sys
from pathlib import Path

import azroutes

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")

flows = azroutes.load_flows()
heroin = flows[(flows["market"] == "heroin_trade") & flows["destination"].isin(["RUS", "EU", "REST_OF_EUROPE"])]

ax = azroutes.plot_flows(heroin, title="Heroin and opium through Azerbaijan")
azroutes.save_figure(ax, out / "heroin.png", dpi=200)
azroutes.save_figure(ax, out / "heroin.svg")

# Who says so: each flow counts its statements and the independent lines of sources behind them.
print(heroin[["commodity", "origin", "via", "destination", "certainty", "wording", "lineages", "sources"]].to_string())
