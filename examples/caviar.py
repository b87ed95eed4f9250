"""Caviar from Azerbaijan through Georgia and Turkey into the European Union.

Run it with a folder to write into: python examples/caviar.py out
"""

import sys
from pathlib import Path

import azroutes

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")

flows = azroutes.load_flows()
caviar = flows[flows["commodity"] == "caviar"]

ax = azroutes.plot_flows(caviar, title="Caviar from Azerbaijan to the European Union")
azroutes.save_figure(ax, out / "caviar.png", dpi=200)

# The text leaves open whether Georgia and Turkey follow one another; the statement tells how it was read.
statements = azroutes.load_statements()
about = statements[statements["commodity"].fillna("").str.contains("caviar")]
for statement in about.itertuples():
    print(f"{statement.source}, {statement.locator}: {statement.statement}")
    if isinstance(statement.reading, str):
        print(f"  reading: {statement.reading}")
