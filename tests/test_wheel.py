"""The wheel, built and tried outside the repository: unpacked, and as the zip that it is."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

USE = """
import azroutes, sys
from pathlib import Path
assert sys.argv[1] in azroutes.__file__, azroutes.__file__
flows = azroutes.load_flows()
assert azroutes.resolve("UAE").code == "ARE"
caviar = flows[flows["commodity"] == "caviar"]
azroutes.save_figure(azroutes.plot_flows(caviar), Path(sys.argv[2]) / "caviar.svg")
azroutes.explore_flows(caviar).save(Path(sys.argv[2]) / "caviar.html")
print(len(flows))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "--wheel-dir", str(folder), str(ROOT)],
        check=True, cwd=folder,
    )  # fmt: skip
    (made,) = folder.glob("*.whl")
    return made


def tried(path: Path, tmp_path: Path) -> int:
    """Use the package from a path in a fresh interpreter; return how many flows it has."""
    environment = {**os.environ, "PYTHONPATH": str(path), "MPLBACKEND": "Agg"}
    command = [sys.executable, "-W", "error", "-c", USE, str(path), str(tmp_path)]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "caviar.svg").stat().st_size > 10_000
    assert (tmp_path / "caviar.html").stat().st_size > 100_000
    return int(done.stdout)


def test_the_wheel_works_unpacked(wheel: Path, tmp_path: Path) -> None:
    import azroutes

    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    assert tried(tmp_path / "site", tmp_path) == len(azroutes.load_flows())


def test_the_wheel_works_as_a_zip(wheel: Path, tmp_path: Path) -> None:
    import azroutes

    assert tried(wheel, tmp_path) == len(azroutes.load_flows())


def test_the_wheel_carries_data_licences_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {f"azroutes/{path.relative_to(ROOT)}" for path in (ROOT / "data" / "documents").iterdir()}
    kinds = {".fgb", ".csv"}
    geo = {f"azroutes/data/geo/{path.name}" for path in (ROOT / "data" / "geo").iterdir() if path.suffix in kinds}
    assert data | geo | {"azroutes/py.typed", "azroutes/data/geo/LICENCES.md"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("build_parts" in name or name.startswith("tests") for name in names)
