"""pandera, loaded without pyspark.

Where pyspark is installed pandera loads it too, which takes a fifth of a second, and warns of pandas 3. The tables here
are pandas' own, so they are checked without it.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GeoSeries", "Index", "SchemaErrors", "Series", "pa"]

_UNWANTED = ("pyspark", "pyspark.pandas")
_ASKED_BY = ("pandera.typing.pyspark", "pandera.typing.pyspark_sql")


@contextmanager
def _without_pyspark() -> Iterator[None]:
    """Let pyspark be missing for as long as pandera is loaded, unless it is there already."""
    hidden = [name for name in _UNWANTED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type] # None is how Python writes: not to be found
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        # These remember that it is missing; whoever uses pandera for pyspark shall find it.
        for name in _ASKED_BY if hidden else ():
            sys.modules.pop(name, None)
            vars(sys.modules["pandera.typing"]).pop(name.rpartition(".")[2], None)


with _without_pyspark():
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors
    from pandera.typing import Index, Series, get_dataframe_types, get_index_types, get_series_types
    from pandera.typing.geopandas import GeoSeries

    for known in (get_dataframe_types, get_index_types, get_series_types):
        known()  # asks for pyspark when it is first called, and keeps what it found
