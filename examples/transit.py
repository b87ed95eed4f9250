"""Transit of victims from Uzbekistan and Kazakhstan through Azerbaijan to Turkey and the United Arab Emirates.

Writes an interactive map of the transit and a figure with one arrow for each flow.
Run it with a folder to write into: python examples/transit.py out
"""

import sys
from pathlib import Path

import azroutes

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")

flows = azroutes.load_flows()
transit = flows[flows["origin"].isin(["UZB", "KAZ"]) & flows["via"].str.contains("AZE")]

page = azroutes.explore_flows(transit, title="Transit from Uzbekistan and Kazakhstan")
page.save(out / "transit.html")

ax = azroutes.plot_flows(transit, by="flow", title="Transit from Uzbekistan and Kazakhstan")
azroutes.save_figure(ax, out / "transit.png", dpi=200)

print(azroutes.legs(transit)[["flow_id", "order", "start", "end"]].to_string())
