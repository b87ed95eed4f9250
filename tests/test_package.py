"""The package's front: lazy names, types, one version."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

import azroutes

ROOT = Path(__file__).parent.parent
HEAVY = ("pandas", "geopandas", "matplotlib", "folium", "shapely", "numpy", "pandera", "rich", "typer")


def fresh(code: str) -> str:
    """Return what a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", azroutes.__all__)
def test_every_public_name_resolves_to_what_bears_it(name: str) -> None:
    found = getattr(azroutes, name)
    assert found.__name__ == name
    assert found.__module__.startswith("azroutes.")
    assert found.__doc__


def test_all_dir_and_the_loader_agree() -> None:
    assert list(azroutes.__all__) == sorted(set(azroutes.__all__))
    assert dir(azroutes) == sorted([*azroutes.__all__, "__version__"])
    assert set(azroutes._HOME) == set(azroutes.__all__)


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'plot_flow'"):
        azroutes.plot_flow  # noqa: B018


def test_the_import_loads_nothing_heavy() -> None:
    code = f"import sys, azroutes; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert fresh(code) == "[]"


def test_tables_and_errors_load_without_the_drawing() -> None:
    code = "import sys, azroutes; azroutes.load_flows(); print('matplotlib' in sys.modules, 'folium' in sys.modules)"
    assert fresh(code) == "False False"
    code = "import sys, azroutes; azroutes.resolve('Azerbaijan'); print('pandas' in sys.modules)"
    assert fresh(code) == "False"


def test_star_import_brings_the_public_names() -> None:
    assert fresh("from azroutes import *; print(resolve('UAE').code)") == "ARE"


def test_the_package_is_typed() -> None:
    assert files("azroutes").joinpath("py.typed").is_file()


def test_there_is_one_version() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert azroutes.__version__ == told == version("azroutes")
