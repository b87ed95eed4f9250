"""A notebook that is run, with its output opened as a notebook shows it; its kernel talks over files, no network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

import azroutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

CELLS = (
    "import azroutes\nflows = azroutes.load_flows()",
    'azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], title="Heroin", tooltip=["commodity"])',
    "import folium\nm = folium.Map(location=[40, 48], zoom_start=4)\nazroutes.explore_flows(m=m)",
)


# In a process of its own: nbclient needs an event loop, and the browser of the tests has the one of this process.
RUN = """
import nbformat, sys
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
path, sockets = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=sockets)
NotebookClient(notebook, km=manager, timeout=120).execute()
nbformat.write(notebook, path)
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return the output of each cell of a notebook, by kind."""
    path = tmp_path_factory.mktemp("notebook") / "flows.ipynb"
    cells = [nbformat.v4.new_code_cell(text) for text in CELLS]  # type: ignore[no-untyped-call]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)  # type: ignore[no-untyped-call]
    home = str(Path(azroutes.__file__).parent.parent)
    # A socket that is a file must have a short name, and a folder of pytest's has a long one on some systems.
    with TemporaryDirectory() as runtime:
        environment = {
            **os.environ, "PYTHONPATH": home + os.pathsep + os.environ.get("PYTHONPATH", ""),
            "JUPYTER_RUNTIME_DIR": runtime, "IPYTHONDIR": runtime,
        }  # fmt: skip
        command = [sys.executable, "-c", RUN, str(path), str(Path(runtime) / "k")]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=240)
    assert done.returncode == 0, done.stderr
    found = []
    for cell in nbformat.read(path, as_version=4).cells:  # type: ignore[no-untyped-call]
        (shown,) = cell.outputs or [{"data": {}}]
        found.append(dict(shown["data"]))
    return found


def as_page(html: str, path: Path) -> Path:
    """Write an output as a notebook's page holds it."""
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{html}</body>", encoding="utf-8")
    return path


def test_a_notebook_shows_the_map(outputs: list[dict[str, Any]], tmp_path: Path, visit: Opener) -> None:
    with visit(as_page(outputs[1]["text/html"], tmp_path / "notebook.html")) as seen:
        frame = seen.page.frames[1]
        frame.wait_for_load_state()
        drawn = frame.evaluate("azroutes.app.arrowsDrawn()")
        flows = azroutes.load_flows()
        assert len(drawn) == len(azroutes.compose(flows[flows["market"] == "heroin_trade"]).arrows)
        box = seen.page.locator("iframe").bounding_box()
        assert box is not None
        x, y = drawn[0]["path"][len(drawn[0]["path"]) // 2]
        seen.page.mouse.move(box["x"] + x, box["y"] + y)
        assert "Commodity: " in frame.locator(".azroutes-note").inner_text()
        seen.page.mouse.click(box["x"] + x, box["y"] + y)
        assert frame.locator(".details .statement").count() > 0
        assert seen.complaints == []


def test_a_notebook_shows_a_map_of_ones_own_with_the_flows(outputs: list[dict[str, Any]]) -> None:
    html = outputs[2]["text/html"]
    assert "azroutes.join(" in html
    assert "tile.openstreetmap.org" in html
    assert html.count("&lt;/html&gt;") == 1


def test_a_notebook_keeps_no_picture_that_it_was_not_asked_for(outputs: list[dict[str, Any]]) -> None:
    assert set(outputs[1]) <= {"text/html", "text/plain"}
