"""Our page of many flows beside flowmap.gl, which kepler.gl draws its flows with too: the same flows, the same browser.

    python benchmarks/flowmap_gl.py [--flows N ...] [--pages DIR] [--table FILE]

flowmap.gl and deck.gl are brought from npm into a temporary folder, and bundled by esbuild into one script; then they
and the flows (those of explore.py) stand in one HTML file, so that both pages are opened with the network off.
flowmap.gl has no map below its flows here and does as it does by default: places cluster, the 5,000 widest flows are
drawn. Both are opened in the same headless Chromium without GPU: it draws our canvas by processor, and computes WebGL
by SwiftShader. With a GPU flowmap.gl is faster by far, and nothing here says by how much.

The first picture is there in the frame after the first arrows have been handed to canvas or WebGL. Needs an environment
with azroutes and playwright installed, Chromium, and npm with node.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import explore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

SIZES = (1_000, 10_000, 100_000)
BEGIN, END = "<!-- flowmap.gl: begin -->", "<!-- flowmap.gl: end -->"
SOFTWARE_GL = ("--disable-gpu", "--use-angle=swiftshader-webgl", "--enable-unsafe-swiftshader")

PACKAGES = {"@flowmap.gl/layers": "9.4.0", "@flowmap.gl/data": "9.4.0", "@deck.gl/core": "9.4.0",
            "@deck.gl/layers": "9.4.0", "@luma.gl/core": "^9", "@luma.gl/engine": "^9", "@luma.gl/shadertools": "^9",
            "@luma.gl/webgl": "^9", "esbuild": "^0.28"}  # fmt: skip

MAIN = """
import { Deck } from "@deck.gl/core";
import { FlowmapLayer } from "@flowmap.gl/layers";

const { locations, flows, view } = globalThis.given;
const layer = new FlowmapLayer({
  id: "flows", data: { locations, flows }, pickable: true,
  getLocationId: (place) => place.id, getLocationName: (place) => place.id,
  getLocationLat: (place) => place.lat, getLocationLon: (place) => place.lon,
  getFlowOriginId: (flow) => flow[0], getFlowDestId: (flow) => flow[1], getFlowMagnitude: (flow) => flow[2],
});
const deck = new Deck({
  parent: document.getElementById("map"), initialViewState: view, controller: true, layers: [layer],
  onAfterRender: () => {
    const drawn = deck.layerManager.getLayers().some((part) => /lines/i.test(part.id) && part.getNumInstances() > 0);
    if (!drawn || globalThis.firstArrows) return;
    requestAnimationFrame(() => { globalThis.firstArrows ??= performance.now(); });
  },
});
"""


def main() -> None:
    """Measure, print, and write the table that is asked for."""
    parser = argparse.ArgumentParser(description="Our page of many flows beside flowmap.gl.")
    parser.add_argument("--flows", type=int, nargs="+", default=SIZES, help="how many flows are made up")
    parser.add_argument("--pages", type=Path, help="where pages are kept")
    parser.add_argument("--table", type=Path, help="the page whose table is written anew")
    options = parser.parse_args()
    rows: list[explore.Row] = []
    with tempfile.TemporaryDirectory() as folder, explore.opened_browser(SOFTWARE_GL) as browser:
        script = bundled(Path(folder))
        pages = options.pages or Path(folder)
        pages.mkdir(parents=True, exist_ok=True)
        for count in options.flows:
            for row in side_by_side(browser, pages, count, script):
                print(f"{row.page:30} {row.what:32} {row.value:12,.4g} {row.unit}", flush=True)
                rows.append(row)
    if options.table:
        explore.put_table(options.table, rows, BEGIN, END)


def bundled(folder: Path) -> str:
    """Return flowmap.gl, and what draws with it, as one script."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to bring flowmap.gl")
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}), encoding="utf-8")
    (folder / "main.js").write_text(MAIN, encoding="utf-8")
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    esbuild = folder / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--minify", "--format=iife", "--outfile=bundle.js", "--log-level=error"]
    subprocess.run([str(esbuild), "main.js", *options], cwd=folder, check=True)
    return (folder / "bundle.js").read_text(encoding="utf-8")


def page_of(table: pd.DataFrame, script: str) -> str:
    """Return a page in which flowmap.gl draws a table."""
    ends = [table[[end, f"{end}_lon", f"{end}_lat"]].set_axis(["id", "lon", "lat"], axis=1)
            for end in ("origin", "destination")]  # fmt: skip
    given = {
        "locations": pd.concat(ends).drop_duplicates("id").round(4).to_dict("records"),
        "flows": table[["origin", "destination", "quantity"]].fillna({"quantity": 0}).to_numpy().tolist(),
        "view": {"longitude": 15, "latitude": 20, "zoom": 1.5},
    }
    data, code = json.dumps(given).replace("<", "\\u003c"), script.replace("</script", "<\\/script")
    style = "html, body, #map { margin: 0; width: 100%; height: 100% }"
    return (f"<!DOCTYPE html><meta charset=utf-8><title>flowmap.gl</title><style>{style}</style><div id=map></div>"
            f"<script>globalThis.given = {data}</script><script>{code}</script>")  # fmt: skip


def side_by_side(browser: Browser, pages: Path, count: int, script: str) -> Iterator[explore.Row]:
    """Measure both pages of so many flows."""
    ours, theirs = pages / f"azroutes_{count}.html", pages / f"flowmap_gl_{count}.html"
    explore.written("azroutes", count, ours)
    theirs.write_text(page_of(explore.made_up(count), script), encoding="utf-8")
    found = {name: measured(browser, path) for name, path in (("azroutes", ours), ("flowmap.gl", theirs))}
    for name, measures in found.items():
        yield from (explore.Row(f"{name}, {count:,}", what, value, "") for what, value in measures.items())
    for what, value in found["azroutes"].items():
        yield explore.Row(f"azroutes, {count:,}", f"over flowmap.gl: {what.rpartition(', ')[0]}",
                          value / found["flowmap.gl"][what], "")  # fmt: skip


def measured(browser: Browser, path: Path) -> dict[str, float]:
    """Return what the browser makes of a page, by the names of the measures."""
    shown = explore.seen(browser, path)
    return {
        "page, MB": path.stat().st_size / explore.MB,
        "first arrows after, ms": shown.first_arrows,
        "pan, frame, median, ms": shown.pan[0],
        "pan, frame, 95th percentile, ms": shown.pan[1],
        "wheel, frame, median, ms": shown.wheel[0],
        "wheel, frame, 95th percentile, ms": shown.wheel[1],
        "heap, MB": shown.heap / explore.MB,
    }


if __name__ == "__main__":
    main()
