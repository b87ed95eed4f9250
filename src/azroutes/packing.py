"""Numbers as the page carries them: columns in one run of bytes, compressed, as text; lines step by step."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_TYPES = {"uint8": "u1", "uint16": "u2", "uint32": "u4", "int16": "i2", "int32": "i4", "float32": "f4", "float64": "f8"}
_ALIGNED = 8
LEVEL = 4
"""How hard zlib tries: more saves some percent of a page and takes twice as long or longer."""


def pack(columns: Mapping[str, NDArray[np.generic]]) -> dict[str, object]:
    """Return columns as the page's scripts read them.

    Parameters
    ----------
    columns : mapping of name to array
        Numbers in one of the types that a browser has: unsigned and signed integers up to 32 bits, floats.

    Returns
    -------
    dict
        ``columns``: of each name the type, where its bytes begin and how many numbers it has; ``data``: all bytes,
        little-endian, compressed by zlib, in base64.

    Raises
    ------
    ValueError
        If a column is of another type.

    Examples
    --------
    >>> pack({"year": np.array([1999, 2004], dtype=np.int16)})["columns"]
    {'year': ['i2', 0, 2]}
    """
    where: dict[str, list[object]] = {}
    parts: list[bytes] = []
    offset = 0
    for name, values in columns.items():
        kind = _TYPES.get(values.dtype.name)
        if kind is None:
            raise ValueError(f"a page cannot hold a column of {values.dtype.name}")
        part = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
        where[name] = [kind, offset, len(values)]
        part += bytes(-len(part) % _ALIGNED)
        parts.append(part)
        offset += len(part)
    return {"columns": where, "data": base64.b64encode(zlib.compress(b"".join(parts), LEVEL)).decode()}


def counting(values: NDArray[np.integer]) -> NDArray[np.generic]:
    """Return whole numbers from zero in the smallest type that holds them.

    Examples
    --------
    >>> counting(np.array([0, 300])).dtype
    dtype('uint16')
    """
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))


def measuring(values: NDArray[np.float64]) -> NDArray[np.generic]:
    """Return numbers in half the room where that loses nothing; NaN stays NaN.

    Examples
    --------
    >>> measuring(np.array([0.5, np.nan])).dtype, measuring(np.array([0.1])).dtype
    (dtype('float32'), dtype('float64'))
    """
    with np.errstate(over="ignore"):
        half = values.astype(np.float32)
    return half if np.array_equal(half.astype(np.float64), values, equal_nan=True) else values


def deltas(lonlat: NDArray[np.float64], unit: int) -> list[int]:
    """Return points as whole numbers, each the step from the one before; steps of nothing are left out."""
    whole = np.round(lonlat * unit).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    kept = np.ones(len(steps), dtype=bool)
    kept[1:] = (steps[1:] != 0).any(axis=1)
    return [int(value) for value in steps[kept].ravel()]
