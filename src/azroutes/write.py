"""Files, written whole or not at all, and tables that no spreadsheet will run."""

from __future__ import annotations

import os
import re
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
import shapely

from azroutes.errors import Fault, OptionError, OutputError
from azroutes.schema import Flows, validate

if TYPE_CHECKING:
    from os import PathLike

    import geopandas as gpd

ENDINGS = (".csv", ".geojson", ".gpkg")
STAMP = "2000-01-01T00:00:00.000Z"
"""The time that a GeoPackage says it was changed; always the same, so that the same flows are the same bytes."""

_FORMULA = re.compile(r"\A(?=[=+\-@\t\r\n])|(?<=[;\t\r\n])(?=[=+\-@])")
"""Where a cell begins that a spreadsheet would run: also after a semicolon, a tab or a line end, for where the
semicolon separates cells, commas and their quotes do not, and the rest of the text falls into cells of its own."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and then rename it, so that a stopped run leaves the old file or the new one.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".azroutes-", suffix=".part")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from None
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; the old file is untouched") from None
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_flows(flows: gpd.GeoDataFrame, path: str | PathLike[str]) -> None:
    """Write a table of flows as CSV, GeoJSON or GeoPackage, by the ending of the path.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows.
    path : path
        Ends in ``.csv`` (geometry as WKT; text that a spreadsheet would run as a formula is led by an apostrophe),
        ``.geojson`` or ``.gpkg``. The same flows give the same bytes.

    Raises
    ------
    OptionError
        If the ending is another.
    OutputError
        If the file cannot be written.
    """
    target = Path(path)
    write_whole(target, flows_bytes(flows, target.suffix.lower()))


def flows_bytes(flows: gpd.GeoDataFrame, ending: str) -> bytes:
    """Return a table of flows as the bytes of a file with this ending."""
    validate(Flows, flows)
    if ending == ".csv":
        return _csv(flows)
    if ending in {".geojson", ".gpkg"}:
        return _spatial(flows, "GeoJSON" if ending == ".geojson" else "GPKG")
    fault = Fault("no such format", column="path", value=ending, hint="one of " + ", ".join(ENDINGS))
    raise OptionError(f"flows cannot be written as {ending!r}", [fault])


def disarmed(text: object) -> object:
    """Return text that a spreadsheet shows and does not run.

    Examples
    --------
    >>> disarmed("=1+1")
    "'=1+1"
    """
    return _FORMULA.sub("'", text) if isinstance(text, str) else text


def _csv(flows: gpd.GeoDataFrame) -> bytes:
    table = pd.DataFrame(flows.drop(columns="geometry"))
    table["geometry"] = shapely.to_wkt(flows.geometry.to_numpy(), rounding_precision=5)
    table = table.reset_index()
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name].dtype):
            table[name] = table[name].astype("object").map(disarmed, na_action="ignore")
    table.columns = [disarmed(str(name)) for name in table.columns]
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _spatial(flows: gpd.GeoDataFrame, driver: str) -> bytes:
    table = flows.reset_index()
    for name in table.columns:
        if isinstance(table[name].dtype, pd.CategoricalDtype):
            table[name] = table[name].astype("string")
    buffer = BytesIO()
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        pyogrio.write_dataframe(table, buffer, driver=driver, layer="flows")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return buffer.getvalue()
