"""A table of your own, of any country: codes, names or coordinates in, a figure and a map out.

The rows are made up. Run it with a folder to write into: python examples/your_own_table.py out
"""

import sys
from pathlib import Path

import pandas as pd

import azroutes

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")

table = pd.DataFrame(
    {
        "origin": ["Colombia", "COL", "Peru", "Bolivia", "Brazil"],
        "via": ["", "Ecuador", "Brazil", "Argentina", "Cabo Verde"],
        "destination": ["United States", "Belgium", "Spain", "South Africa", "Netherlands"],
        "market": ["cocaine_trade"] * 5,
        "commodity": ["cocaine"] * 5,
        "quantity": [900, 400, 250, 40, 310],
        "wording": ["", "", "reportedly", "", ""],
        "certainty": ["affirmed", "affirmed", "alleged", "affirmed", "affirmed"],
        "sources": ["Customs bulletin A", "Customs bulletin A", "Newspaper B", "Report C", "Report C;Newspaper B"],
    }
)
flows = azroutes.read_flows(table, unit="kg")

ax = azroutes.plot_flows(flows, title="A made-up table: cocaine seized by route, kg")
azroutes.save_figure(ax, out / "your_own_table.png", dpi=200)
azroutes.explore_flows(flows, title="A made-up table").save(out / "your_own_table.html")
azroutes.write_flows(flows, out / "your_own_table.gpkg")

# What is wrong with a table is told all at once, with row, column, value and a hint.
try:
    azroutes.read_flows(pd.DataFrame({"origin": ["Azerbeijan", "Peru"], "destination": ["Turky", ""]}))
except azroutes.TableError as error:
    print(error)
