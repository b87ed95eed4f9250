"""Tables with shapes: GeoJSON, GeoPackage, GeoParquet.

Each format is read by one reader that knows no other: a library that finds out by itself what a file is may take it for
one that names servers.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from azroutes.dtypes import GEOGRAPHIC
from azroutes.errors import Fault, OptionError, TableError, did_you_mean
from azroutes.needed import needed
from azroutes.tables.bounds import check_geopackage, check_hollow, check_parquet

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 200


def geojson(path: Path, _layer: str | None = None) -> pd.DataFrame:
    """Return the features of a GeoJSON file, in the CRS that older files name; its standard has WGS 84 alone."""
    try:
        told = json.loads(path.read_bytes())
    except RecursionError:
        raise TableError(f"{path} is nested too deeply to be GeoJSON") from None
    except (OSError, ValueError) as error:
        raise TableError(f"{path} is not GeoJSON: {str(error)[:_SHOWN]}") from None
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list):
        fault = Fault("no list of features", hint="a FeatureCollection")
        raise TableError(f"{path} is not a GeoJSON table", [fault])
    rows, shapes, faults = [], [], []
    for number, feature in enumerate(features, 1):
        known = feature if isinstance(feature, dict) else {}
        properties = known.get("properties")
        rows.append(properties if isinstance(properties, dict) else {})
        try:
            shapes.append(_shape(known.get("geometry")))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError,
                shapely.errors.ShapelyError):  # fmt: skip
            shapes.append(None)
            faults.append(Fault("not a shape of GeoJSON", str(number), "geometry", known.get("geometry")))
    if faults:
        raise TableError(f"{path} holds shapes that are none", faults)
    names = list(dict.fromkeys(name for row in rows for name in row))
    check_hollow(path, len(rows), len(names), path.stat().st_size)
    table = pd.DataFrame({k: pd.Series([row.get(name) for row in rows], dtype=object) for k, name in enumerate(names)},
                         index=pd.RangeIndex(len(rows)))  # fmt: skip
    table = table.set_axis(pd.Index(names, dtype=object), axis=1)
    if not any(shapes) or "geometry" in names:
        return table
    return gpd.GeoDataFrame(table, geometry=shapes, crs=_named_crs(told, path))


def _shape(geometry: object) -> Any:  # noqa: ANN401 - any shape
    with np.errstate(invalid="ignore"):  # of coordinates that are no numbers, which are told with their rows
        return None if geometry is None else shapely.geometry.shape(cast("dict[str, Any]", geometry))


def _named_crs(told: dict[str, Any], path: Path) -> Any:  # noqa: ANN401 - whatever pyproj takes
    crs = told.get("crs")
    if crs is None:
        return None
    named = crs.get("properties", {}).get("name") if isinstance(crs, dict) and isinstance(
        crs.get("properties", {}), dict) else None  # fmt: skip
    try:
        return gpd.GeoSeries([], crs=named).crs or GEOGRAPHIC
    except Exception:  # noqa: BLE001 - pyproj raises errors of several kinds of its own
        raise TableError(f"{path} has a CRS that is none", [Fault("no such CRS", value=named)]) from None


def geopackage(path: Path, layer: str | None = None) -> pd.DataFrame:
    """Return a layer of a GeoPackage, or the only one."""
    check_geopackage(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL finds odd in a file that it can read
            names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
            frame: pd.DataFrame = pyogrio.read_dataframe(path, layer=_layer(names, layer, path))
    except (OptionError, TableError):
        raise
    except Exception as error:  # noqa: BLE001 - GDAL, Arrow and shapely raise errors of many kinds over a broken file
        told = str(error).partition(".; ")[0][:_SHOWN]  # GDAL goes on about its own command
        raise TableError(f"{path} is not a GeoPackage that can be read: {told}") from None
    return frame


def _layer(names: list[str], layer: str | None, path: Path) -> str:
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None and "flows" in names:
        return "flows"
    if layer in names:
        return str(layer)
    hint = did_you_mean(layer or "", names) or "one of its layers"
    fault = Fault("no such layer" if layer else "several layers" if names else "no layer", column="sheet",
                  value=layer, hint=f"azroutes.FileForm(sheet=...): {hint}")  # fmt: skip
    raise OptionError(f"{path} cannot be read", [fault])


def parquet(path: Path, _layer: str | None = None) -> pd.DataFrame:
    """Return a table of Parquet, with its shapes where it has any."""
    needed("pyarrow", "Parquet", "parquet")
    try:
        check_parquet(path)
        table = sound(path)
        return gpd.read_parquet(path) if b"geo" in (table.schema.metadata or {}) else _frame(table)
    except TableError:
        raise
    except Exception as error:  # noqa: BLE001 - Arrow, pandas, pyproj and shapely, each with errors of its own
        raise TableError(f"{path} is not Parquet that can be read: {str(error)[:_SHOWN]}") from None


def sound(path: Path) -> Any:  # noqa: ANN401 - a table of pyarrow's
    """Return a file of Parquet all of which can be read: pandas would find text that is none only when it is used.

    Raises
    ------
    ArrowException, OSError, ValueError
        If a part of it cannot be read.
    """
    from pyarrow import parquet as packed  # noqa: PLC0415 - only Parquet needs it

    with packed.ParquetFile(path) as file:
        table = file.read()
    table.validate(full=True)
    return table


def _frame(table: Any) -> pd.DataFrame:  # noqa: ANN401 - a table of pyarrow's
    frame: pd.DataFrame = table.to_pandas()
    return frame
