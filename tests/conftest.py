"""Fixtures that start a browser, and the payload that its pages draw."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from azroutes import read_flows
from azroutes.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, Dialog, Page, Route, ViewportSize

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The one without windows takes a third less of the processor."""

PATIENCE_S = 60.0
"""How long a page may take for what a test waits for: a machine that runs other tests as well may be slow."""

collect_ignore = ["fuzz"]  # which is run by itself, and by test_fuzz.py
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run")


Done = subprocess.CompletedProcess[str]


@pytest.fixture
def inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """Return a way to run the command in this process, which need not import everything anew."""

    def call(*words: str | Path) -> Done:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["azroutes", *map(str, words)])
        monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(list(words), ended.value.code if isinstance(ended.value.code, int) else -1, out, err)

    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield call
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have the children of a test take interrupts, also where the tests run in the background and take none."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def chromium_path(own: str) -> str:
    """Return the browser of this machine, else Playwright's own; without one the tests fail and say so."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), own)
    if not Path(found).exists():
        names = ", ".join(BROWSERS)
        pytest.fail(f"the page's tests need a browser: install one of {names}, or `playwright install chromium`")
    return found


@pytest.fixture(scope="session")
def node() -> str:
    """Return the node that Playwright's wheel brings, else this machine's; without one the tests fail and say so."""
    import playwright

    name = "node.exe" if os.name == "nt" else "node"
    own = Path(playwright.__file__).parent / "driver" / name
    found = str(own) if own.is_file() else shutil.which("node")
    if not found:
        pytest.fail("the tests of the page's scripts need node 18 or later, which Playwright's wheel brings")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Imported here, so that tests without a browser do not wait for it.
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=1000 * PATIENCE_S)
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        path = chromium_path(playwright.chromium.executable_path)
        started = playwright.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])
        yield started
        started.close()


@pytest.fixture(scope="session")
def many() -> Callable[..., gpd.GeoDataFrame]:
    """Return what makes flows at random between points, some without a market or a number."""
    return many_flows


def many_flows(rows: int = 4000, places: int = 150, *, seed: int = 1, quantity: bool = True) -> gpd.GeoDataFrame:
    """Return flows at random between points, some markets, years and quantities missing."""
    chance = np.random.default_rng(seed)
    lon, lat = chance.uniform(-10, 60, places), chance.uniform(20, 60, places)
    a, b = chance.integers(0, places, rows), chance.integers(0, places, rows)
    table = pd.DataFrame({
        "origin": [f"P{k}" for k in a], "origin_lon": lon[a], "origin_lat": lat[a],
        "destination": [f"P{k}" for k in b], "destination_lon": lon[b], "destination_lat": lat[b],
        "market": np.array(["heroin_trade", "cannabis_trade", None])[chance.integers(0, 3, rows)],
        "year": chance.choice([2001, 2004, 2009], rows), "sources": chance.choice(["A", "B", "A;B"], rows),
    })  # fmt: skip
    if quantity:
        table["quantity"] = np.where(chance.random(rows) < 0.9, np.round(chance.lognormal(2, 1, rows), 1), np.nan)
        table["unit"] = "kg"
    return read_flows(table.drop_duplicates(["origin", "destination", "market"]))


@dataclass
class Visit:
    """A page that is open, and all that it asked for or complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self.refuse)

    def refuse(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def arrows(self) -> list[dict[str, Any]]:
        self.settle()
        drawn = self.page.evaluate("azroutes.app.arrowsDrawn()")
        return [{**arrow, "middle": arrow["path"][len(arrow["path"]) // 2]} for arrow in drawn]

    def pixels(self) -> np.ndarray[Any, np.dtype[np.int_]]:
        self.settle()
        return np.asarray(Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")).astype(int)

    def wait_for(self, expression: str) -> None:
        """Wait until an expression holds; Playwright's own way evaluates text, which the policy forbids."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"never came true: {expression}")

    def ready(self) -> None:
        """Wait until the page has drawn its flows for the first time."""
        self.wait_for("Boolean(globalThis.azroutes.app?.ready)")
        self.settle()

    def zoom_to(self, zoom: float) -> None:
        """Have the map at a zoom, at once, and wait until its arrows are drawn."""
        self.page.evaluate(f"azroutes.app.map.setZoom({zoom}, {{ animate: false }})")
        self.settle()
        self.settle()

    def settle(self) -> None:
        """Wait until the canvas has been drawn anew."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _answer(route: Route, body: str | bytes) -> None:
    route.fulfill(body=body)


@pytest.fixture
def visit(browser: Browser) -> Callable[..., AbstractContextManager[Visit]]:
    """Return a context manager that opens a file with the network off, with options of Playwright's contexts.

    A script may run before those of the page, and what is asked for under some addresses may be answered.
    """

    @contextmanager
    def opened(
        path: Path,
        width: int = 1440,
        height: int = 900,
        *,
        scripts: bool = True,
        before: str = "",
        answers: Mapping[str, str | bytes] | None = None,
        **options: Any,
    ) -> Iterator[Visit]:
        size: ViewportSize = {"width": width, "height": height}
        context = browser.new_context(offline=True, viewport=size, java_script_enabled=scripts, **options)
        for pattern, body in (answers or {}).items():
            context.route(pattern, partial(_answer, body=body))
        seen = Visit(context.new_page())
        seen.watch()
        seen.page.add_init_script(before)
        try:
            seen.page.goto(path.as_uri())
            if scripts:
                seen.settle()
            yield seen
        finally:
            context.close()

    return opened


def deltas(points: np.ndarray[Any, np.dtype[np.float64]], unit: int) -> list[int]:
    """Encode lon and lat as the page's scripts read them: the first point, then differences."""
    whole = np.rint(points * unit).astype(int)
    return [int(n) for n in np.diff(whole, axis=0, prepend=np.zeros((1, 2), int)).ravel()]


def bent(start: dict[str, Any], end: dict[str, Any], bend: float) -> list[int]:
    """Return a quadratic curve between two places, off its chord by a share of its length."""
    a, b = (np.array([node["lon"], node["lat"]], float) for node in (start, end))
    middle = (a + b) / 2 + np.array([-(b - a)[1], (b - a)[0]]) * bend * 2
    t = np.linspace(0, 1, 33)[:, None]
    return deltas((1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b, 100000)


@pytest.fixture(scope="session")
def land() -> list[dict[str, Any]]:
    countries = gpd.read_file(ROOT / "data" / "geo" / "world_50m.fgb")
    rows = []
    for row in countries.itertuples():
        polygons = list(getattr(row.geometry, "geoms", [row.geometry]))
        rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
        largest = max(polygons, key=lambda polygon: polygon.area).representative_point()
        encoded = [deltas(np.asarray(ring.coords)[:, :2], 400) for ring in rings]
        rows.append({"code": row.code, "name": row.name, "label": [largest.y, largest.x], "rings": encoded})
    return rows


@pytest.fixture
def payload(land: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a payload as a real table makes it: arrows both ways, a loop, regions, a user's point."""
    made: dict[str, Any] = json.loads((Path(__file__).parent / "page_payload.json").read_text(encoding="utf-8"))
    for arrow in made["arrows"]:
        arrow["line"] = bent(made["nodes"][arrow["start"]], made["nodes"][arrow["end"]], arrow.pop("bend"))
    return {**made, "land": land}


@pytest.fixture
def saved(payload: dict[str, Any], tmp_path: Path) -> Path:
    from azroutes.page import OfflineMap

    path = tmp_path / "page.html"
    OfflineMap(payload, title="Flows").save(path)
    return path
