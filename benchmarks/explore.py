"""The page of many flows against GeoDataFrame.explore: size, time and memory to write; then what a browser makes of it.

    python benchmarks/explore.py [--flows N] [--million] [--pages DIR] [--table FILE]

N flows (100,000 by default) are made up among 2,000 places: masses over distance, in five markets, with quantities,
years, certainty and sources; nothing in them is a finding. Each page is made by a process of its own, which reads the
table with read_flows, then builds and saves the page; what is timed is building and saving, without imports.
GeoDataFrame.explore gets the same flows as lines of two points, once bare and once with the columns that our page holds
too. Its page loads scripts and tiles from the network, so of it only time, memory and size are told.

Our pages, that of the documented flows as well, are opened in headless Chromium without GPU and with the network off:
the time from navigation to the first arrows, and the frames (requestAnimationFrame) while a mouse drags the map in 60
steps and while its wheel zooms in and out. A page with nothing on it goes through the same, as the least that a frame
takes here. The heap is measured after garbage collection, with the arrays that lie beside it.

--million adds 1,000,000 flows; --pages keeps the pages; --table puts all rows between the marks of a page. Needs an
environment with azroutes and playwright installed, and Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, fields
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from playwright.sync_api import Browser, Page

PLACES, HUBS, SEED = 2000, 40, 20
MARKETS = ("arms_trafficking", "cannabis_trade", "fauna_crimes", "flora_crimes", "heroin_trade")
YEARS, REPORTS = (2000, 2020), 60
WITHOUT_QUANTITY = 0.1
"""Share of flows that have no number."""

WIDE_PX, HIGH_PX = 1440, 900
OPENED = 3
"""How often a page is opened anew; told is the median."""

WRITTEN = 3
"""How often each page that is set against another is made, in turn; told are the medians."""

DRAG_STEPS, STEP_PX = 60, 6
WHEEL_STEPS, NOTCH_PX, NOTCH_MS = 12, 100, 60
AFTER = 4
"""Frames after the last step that still count: what is put off until the mouse rests is not to be missed."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WAIT_S = 120.0
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

MB, GB = 1e6, 1e9


@dataclass(frozen=True)
class Row:
    """One measure: of what, what, how much, and the most that it should be."""

    page: str
    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the measure is within its bound, where it has one."""
        if self.most is None:
            return ""
        return "ok" if self.value <= self.most else "MISSED"


@dataclass(frozen=True)
class Written:
    """How a page was made: seconds to read, and to build and save; the most memory, and the size, in bytes."""

    read: float
    build: float
    peak: float
    size: float


@dataclass(frozen=True)
class Seen:
    """What a browser made of a page: times in ms, heap in bytes."""

    first_arrows: float
    pan: tuple[float, float]
    wheel: tuple[float, float]
    heap: float
    requests: int
    messages: int


@dataclass(frozen=True)
class Bounds:
    """The most that a page of so many flows may have; None is no bound."""

    page_mb: float
    first_ms: float | None = None
    build_s: float | None = None
    peak_gb: float | None = None
    heap_mb: float | None = None
    smooth: bool = True


HUNDRED_THOUSAND = Bounds(page_mb=6.0, first_ms=2000.0, heap_mb=150.0)
MILLION = Bounds(page_mb=25.0, build_s=60.0, peak_gb=4.0)
DOCUMENTED = Bounds(page_mb=1.2, first_ms=1000.0, smooth=False)
PAN_MS, PAN_95_MS = 50.0, 120.0
SIZE_SHARE, TIME_SHARE = 1 / 8, 1 / 5
"""Of GeoDataFrame.explore's page with the same columns."""


def main() -> None:
    """Measure, print, and write the table that is asked for."""
    options = _options()
    if options.child:
        kind, count, path = options.child
        print(json.dumps(child(kind, int(count), Path(path))))
        return
    with tempfile.TemporaryDirectory() as folder, opened_browser() as browser:
        pages = options.pages or Path(folder)
        pages.mkdir(parents=True, exist_ok=True)
        measured = [
            empty_page(browser, pages),
            documented(browser, pages),
            many(browser, pages, options.flows, HUNDRED_THOUSAND, peer=True),
        ]
        if options.million:
            measured.append(many(browser, pages, 1_000_000, MILLION, peer=False))
        rows: list[Row] = []
        print(_line(HEADER))
        for row in chain(*measured):
            print(_line(_cells(row)), flush=True)
            rows.append(row)
    if options.table:
        put_table(options.table, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The page of many flows against GeoDataFrame.explore.")
    parser.add_argument("--flows", type=int, default=100_000, help="how many flows are made up")
    parser.add_argument("--million", action="store_true", help="1,000,000 flows as well")
    parser.add_argument("--pages", type=Path, help="where pages are kept")
    parser.add_argument("--table", type=Path, help="the page whose table is written anew")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def made_up(count: int, *, places: int = PLACES) -> pd.DataFrame:
    """Return a table of flows as a user may have one: named points, no two rows of one market between the same two.

    Places crowd around hubs on all continents, their masses follow Zipf's law, and between two of them goes the more
    the larger both are and the nearer.
    """
    chance = np.random.default_rng(SEED)
    hub = np.column_stack([chance.uniform(-120.0, 150.0, HUBS), chance.uniform(-40.0, 60.0, HUBS)])
    at = hub[chance.integers(0, HUBS, places)] + chance.normal(0.0, (6.0, 4.0), (places, 2))
    mass = 1.0 / np.arange(1, places + 1) ** 0.8
    away = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    force = mass[:, None] * mass[None] / (2.0 + away)
    np.fill_diagonal(force, 0.0)
    most = places * (places - 1) * len(MARKETS)
    if count > most:
        raise ValueError(f"no more than {most:,} flows among {places:,} places")
    origin, destination, market = _drawn(force, count, chance)
    quantity = np.round(chance.pareto(1.2, count) + 0.1, 2)
    quantity[chance.random(count) < WITHOUT_QUANTITY] = np.nan
    names = np.array([f"Place {k}" for k in range(places)], dtype=object)
    return pd.DataFrame({
        "origin": names[origin], "origin_lon": at[origin, 0], "origin_lat": at[origin, 1],
        "destination": names[destination], "destination_lon": at[destination, 0], "destination_lat": at[destination, 1],
        "market": np.array(MARKETS, dtype=object)[market], "quantity": quantity,
        "year": chance.integers(YEARS[0], YEARS[1] + 1, count),
        "certainty": chance.choice(["affirmed", "qualified", "alleged"], count, p=[0.7, 0.2, 0.1]),
        "sources": np.array([f"report-{k}" for k in range(REPORTS)], dtype=object)[chance.integers(0, REPORTS, count)],
    })  # fmt: skip


def _drawn(
    force: NDArray[np.float64], count: int, chance: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return origin, destination and market of different flows, drawn by lot; the last few are the likeliest left."""
    odds = np.cumsum(force)
    odds /= odds[-1]
    found = np.empty(0, dtype=np.intp)
    for _ in range(20):
        pair = np.searchsorted(odds, chance.random(count), side="right")
        found = np.concatenate([found, pair * len(MARKETS) + chance.integers(0, len(MARKETS), count)])
        found = found[np.sort(np.unique(found, return_index=True)[1])]
        if len(found) >= count:
            break
    else:
        likely = np.argsort(-np.repeat(force.ravel(), len(MARKETS)), kind="stable")
        found = np.concatenate([found, likely[~np.isin(likely, found)]])
    pair, market = np.divmod(found[:count], len(MARKETS))
    origin, destination = np.divmod(pair, len(force))
    return origin, destination, market


def child(kind: str, count: int, path: Path) -> dict[str, float]:
    """Write one page in this process; return seconds to read, seconds to build and save, and the most memory."""
    table = made_up(count) if count else None
    begin = time.perf_counter()
    if kind == "azroutes" or table is None:
        import azroutes

        flows = None if table is None else azroutes.read_flows(table, unit="kg")
        build = azroutes.explore_flows  # loads what it needs
        middle = time.perf_counter()
        build(flows).save(path)
    else:
        lines = _lines(table, columns=kind == "columns")
        _lines(table.head(2), columns=False).explore(tooltip=False)  # loads what it needs
        middle = time.perf_counter()
        lines.explore(tooltip=kind == "columns").save(path)
    done = time.perf_counter()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS tells bytes, others KiB.
    return {"read": middle - begin, "build": done - middle, "peak": most * (1 if sys.platform == "darwin" else 1024)}


def _lines(table: pd.DataFrame, *, columns: bool) -> gpd.GeoDataFrame:
    """Return the same flows as lines of two points, bare or with the columns that a page of ours holds too."""
    import geopandas as gpd
    import shapely

    if "mapclassify" not in sys.modules and find_spec("mapclassify") is None:
        # explore imports it in any case and asks it for classes of colours only; none are asked for here.
        stand_in = ModuleType("mapclassify")
        stand_in.classify = None  # type: ignore[attr-defined]
        sys.modules["mapclassify"] = stand_in
    ends = table[["origin_lon", "origin_lat", "destination_lon", "destination_lat"]].to_numpy().reshape(-1, 2, 2)
    told = ["origin", "destination", "market", "quantity", "year", "certainty", "sources"] if columns else []
    return gpd.GeoDataFrame(table[told], geometry=shapely.linestrings(ends), crs="EPSG:4326")


def written(kind: str, count: int, path: Path) -> Written:
    """Return how a page was made by a process of its own; of the documented flows the count is 0."""
    call = [sys.executable, __file__, "--child", kind, str(count), str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"no page of {count:,} flows by {kind}:\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Written(**told, size=path.stat().st_size)


def in_turn(paths: dict[str, Path], count: int, runs: int) -> dict[str, Written]:
    """Return how pages of all kinds were made, each in its turn, so that all meet the same machine; the medians."""
    runs_of: dict[str, list[Written]] = {kind: [] for kind in paths}
    for _ in range(runs):
        for kind, path in paths.items():
            runs_of[kind].append(written(kind, count, path))
    return {kind: Written(*(statistics.median(getattr(run, field.name) for run in runs) for field in fields(Written)))
            for kind, runs in runs_of.items()}  # fmt: skip


def documented(browser: Browser, pages: Path) -> Iterator[Row]:
    """Measure the page of the documented flows."""
    path = pages / "documented.html"
    yield from page_rows("documented flows", written("azroutes", 0, path), seen(browser, path), DOCUMENTED)


def many(browser: Browser, pages: Path, count: int, bounds: Bounds, *, peer: bool) -> Iterator[Row]:
    """Measure the page of made up flows, and that of GeoDataFrame.explore where it is asked for."""
    name = f"{count:,} flows"
    paths = {"azroutes": pages / f"flows_{count}.html"}
    if peer:
        paths |= {kind: pages / f"explore_{kind}_{count}.html" for kind in ("bare", "columns")}
    made = in_turn(paths, count, WRITTEN if peer else 1)
    ours, path = made["azroutes"], paths["azroutes"]
    yield Row(name, "read_flows", ours.read, "s")
    yield from page_rows(name, ours, seen(browser, path), bounds)
    if not peer:
        return
    for kind, told in (("bare", "explore, lines alone"), ("columns", "explore, with columns")):
        theirs = made[kind]
        bound = (SIZE_SHARE, TIME_SHARE) if kind == "columns" else (None, None)
        yield Row(name, f"{told}: page", theirs.size / MB, "MB")
        yield Row(name, f"{told}: built and saved in", theirs.build, "s")
        yield Row(name, f"{told}: memory", theirs.peak / GB, "GB")
        yield Row(name, f"our page over {told}: size", ours.size / theirs.size, "", bound[0])
        yield Row(name, f"our page over {told}: time", ours.build / theirs.build, "", bound[1])


def page_rows(name: str, made: Written, shown: Seen, bounds: Bounds) -> list[Row]:
    """Return the measures of one of our pages with their bounds."""
    smooth = (PAN_MS, PAN_95_MS) if bounds.smooth else (None, None)
    return [
        Row(name, "page", made.size / MB, "MB", bounds.page_mb),
        Row(name, "built and saved in", made.build, "s", bounds.build_s),
        Row(name, "memory", made.peak / GB, "GB", bounds.peak_gb),
        Row(name, "first arrows after", shown.first_arrows, "ms", bounds.first_ms),
        Row(name, "pan, frame, median", shown.pan[0], "ms", smooth[0]),
        Row(name, "pan, frame, 95th percentile", shown.pan[1], "ms", smooth[1]),
        Row(name, "wheel, frame, median", shown.wheel[0], "ms"),
        Row(name, "wheel, frame, 95th percentile", shown.wheel[1], "ms"),
        Row(name, "heap", shown.heap / MB, "MB", bounds.heap_mb),
        Row(name, "requests beyond the file", shown.requests, "", 0),
        Row(name, "console messages", shown.messages, "", 0),
    ]


def empty_page(browser: Browser, pages: Path) -> Iterator[Row]:
    """Measure a page with nothing on it: the least that a frame takes here."""
    path = pages / "empty.html"
    path.write_text("<!DOCTYPE html><title>Nothing</title><main></main>", encoding="utf-8")
    with visited(browser, path) as (page, _):
        for what, frames in (("pan", panned(page)), ("wheel", wheeled(page))):
            yield Row("nothing", f"{what}, frame, median", frames[0], "ms")
            yield Row("nothing", f"{what}, frame, 95th percentile", frames[1], "ms")


@contextmanager
def opened_browser(drawn_by: Sequence[str] = ("--disable-gpu",)) -> Iterator[Browser]:
    """Start the machine's Chromium, else the one of Playwright, without GPU or as the arguments say."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
        sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[*drawn_by, *sandbox])
        yield browser
        browser.close()


# Runs before the page's own scripts; the page's policy does not reach it.
WATCH = """
(() => {
  const look = () => {
    const app = globalThis.azroutes?.app;
    // The frame after the first picture is the one in which it is on the screen.
    if ((app?.ready ?? true) && app?.picture.shapes.length) {
      requestAnimationFrame(() => { globalThis.firstArrows = performance.now(); });
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  globalThis.gather = () => {
    const frames = (globalThis.frames = []);
    const next = (time) => {
      frames.push(time);
      if (globalThis.frames === frames) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  };
})();
"""

GATHERED = f"""
new Promise((done) => {{
  let left = {AFTER};
  const next = () => {{
    if (left-- > 0) requestAnimationFrame(next);
    else {{ const {{ frames }} = globalThis; globalThis.frames = null; done(frames); }}
  }};
  requestAnimationFrame(next);
}})
"""


@contextmanager
def visited(browser: Browser, path: Path) -> Iterator[tuple[Page, dict[str, int]]]:
    """Open a page with the network off; count its requests beyond the file, and its messages."""
    context = browser.new_context(offline=True, viewport={"width": WIDE_PX, "height": HIGH_PX})
    page = context.new_page()
    counts = {"requests": 0, "messages": 0}

    def count(what: str) -> None:
        counts[what] += 1

    def requested(url: str) -> None:
        # What the page carries within itself is asked of nobody.
        if url != path.as_uri() and not url.startswith(("data:", "blob:")):
            count("requests")

    page.on("request", lambda request: requested(request.url))
    page.on("console", lambda _: count("messages"))
    page.on("pageerror", lambda _: count("messages"))
    page.add_init_script(WATCH)
    page.set_default_timeout(WAIT_S * 1000)
    page.goto(path.resolve().as_uri())
    try:
        yield page, counts
    finally:
        context.close()


def seen(browser: Browser, path: Path) -> Seen:
    """Return what the browser makes of one of our pages: it is opened some times, and gone through once."""
    first = []
    for _ in range(OPENED - 1):
        with visited(browser, path) as (page, _):
            first.append(first_arrows(page))
    with visited(browser, path) as (page, counts):
        first.append(first_arrows(page))
        heap = heap_used(page)
        pan, wheel = panned(page), wheeled(page)
        return Seen(statistics.median(first), pan, wheel, heap, counts["requests"], counts["messages"])


def first_arrows(page: Page) -> float:
    """Return the time from navigation to the first arrows on the screen, ms."""
    for _ in range(int(WAIT_S * 20)):
        found = page.evaluate("globalThis.firstArrows ?? null")
        if found is not None:
            return float(found)
        page.wait_for_timeout(50)
    raise SystemExit(f"no arrow within {WAIT_S:.0f} s")


def heap_used(page: Page) -> float:
    """Return the bytes that scripts hold after garbage collection, with arrays that lie beside the heap."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    told = session.send("Runtime.getHeapUsage")
    return float(told["usedSize"] + told["backingStorageSize"])


def panned(page: Page) -> tuple[float, float]:
    """Return median and 95th percentile of the frames while a mouse drags the map, ms."""
    before = _centre(page)
    x, y = WIDE_PX * 0.5, HIGH_PX * 0.55
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("gather()")
    for step in range(1, DRAG_STEPS + 1):
        page.mouse.move(x - step * STEP_PX, y - step * STEP_PX / 3)
    page.mouse.up()
    frames = _frames(page)
    if before is not None and _centre(page) == before:
        raise SystemExit("the mouse did not move the map")
    return frames


def _centre(page: Page) -> object:
    """Return where the map is, or nothing on a page without one."""
    return page.evaluate("globalThis.azroutes ? Object.values(azroutes.app.map.getCenter()) : null")


def wheeled(page: Page) -> tuple[float, float]:
    """Return the same while the wheel zooms in and out again."""
    page.mouse.move(WIDE_PX * 0.4, HIGH_PX * 0.5)
    page.evaluate("gather()")
    for way in (-1, 1):
        for _ in range(WHEEL_STEPS):
            page.mouse.wheel(0, way * NOTCH_PX)
            page.wait_for_timeout(NOTCH_MS)
    return _frames(page)


def _frames(page: Page) -> tuple[float, float]:
    took = np.diff(page.evaluate(GATHERED))
    return float(np.median(took)), float(np.percentile(took, 95))


HEADER = ("page", "measure", "value", "", "at most", "")
SIZES = (26, 44, 11, 3, 11, 0)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.page,
        row.what,
        _number(row.value),
        row.unit,
        "-" if row.most is None else _number(row.most),
        row.verdict,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _line(cells: tuple[str, ...]) -> str:
    return " ".join(text.ljust(size) for text, size in zip(cells, SIZES, strict=True)).rstrip()


def put_table(page: Path, rows: Sequence[Row], begin: str = BEGIN, end: str = END) -> None:
    """Put all rows between two marks of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    names = list(dict.fromkeys(row.page for row in rows))
    cells = {(row.what, row.page): _cell(row) for row in rows}
    body = [f"| {' | '.join([what, *(cells.get((what, name), '') for name in names)])} |"
            for what in dict.fromkeys(row.what for row in rows)]  # fmt: skip
    head = [f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    page.write_text(before + "\n".join([begin, *head, *body, end]) + after, encoding="utf-8", newline="\n")


def _cell(row: Row) -> str:
    bound = "" if row.most in {None, 0} else f" (at most {_number(row.most)})"
    return f"{_number(row.value)} {row.unit}".strip() + bound + (" **misses**" if row.verdict == "MISSED" else "")


if __name__ == "__main__":
    main()
