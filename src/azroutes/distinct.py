"""Columns as codes: the number of each cell among the distinct values of its column, and these.

A large table says the same few things over and over. What a text means is found out once for each distinct one, and
handed to its rows by number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.integer[Any]]
    Flags: TypeAlias = NDArray[np.bool_]


def distinct(values: pd.Series) -> tuple[Ints, list[Any]]:
    """Return the number of each value among the distinct ones, and these.

    A missing value has the number -1, and the last of the distinct ones is None: so an array that is made from them one
    by one can be asked by number. Of values of several kinds each is one of its own: among those 1, 1.0 and True would
    be one, and a list none at all. Not all of the distinct values need be there: a category may go unused.

    Examples
    --------
    >>> number, known = distinct(pd.Series(["b", None, "b", "a"]))
    >>> number.tolist(), known
    ([0, -1, 0, 1], ['b', 'a', None])
    """
    if values.dtype == "object" and pd.api.types.infer_dtype(values, skipna=True) not in {"string", "empty"}:
        return np.arange(len(values)), [*values, None]
    number, known = _codes(values)
    return number, [*pd.Series(known).astype(object), None]


def _codes(values: pd.Series) -> tuple[Ints, Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(), values.cat.categories
    number, known = pd.factorize(values)
    return number, known


def coded(texts: Sequence[str | None], number: Ints, index: pd.Index) -> pd.Series:
    """Return a column of texts as a category: to each row the text of its number, to -1 the last one.

    Texts may be there twice.

    Examples
    --------
    >>> coded(["a", "b", "a", None], np.array([2, 0, -1]), pd.RangeIndex(3)).cat.codes.tolist()
    [0, 0, -1]
    """
    code, known = pd.factorize(np.array(texts, dtype=object))
    small = code.astype(np.min_scalar_type(-len(known) - 1))
    return pd.Series(pd.Categorical.from_codes(small[number], categories=pd.Index(known, dtype=object)), index=index)


def mapped(texts: pd.Series, meaning: Callable[[str], str | None]) -> pd.Series:
    """Return what each text means, looked up once for each distinct one; missing stays missing."""
    number, known = distinct(texts)
    there = np.zeros(len(known), dtype=bool)
    there[number] = True
    asked = [meaning(text) if some and text is not None else None for text, some in zip(known, there, strict=True)]
    return coded(asked, number, texts.index)


def together(columns: Sequence[pd.Series]) -> tuple[Ints, list[tuple[Any, ...]]]:
    """Return the number of each row among the distinct combinations of some columns, and these; missing is None.

    Examples
    --------
    >>> number, known = together([pd.Series(["a", "a", "b"]), pd.Series([1, 1, None])])
    >>> number.tolist(), known
    ([0, 0, 1], [('a', 1.0), ('b', None)])
    """
    asked = [distinct(values) for values in columns]
    number, parts = combined([(codes, len(known) - 1) for codes, known in asked])
    return number, list(zip(*([known[k] for k in part.tolist()] for part, (_, known) in zip(parts, asked, strict=True)),
                            strict=True))  # fmt: skip


def combined(columns: Sequence[tuple[Ints, int]]) -> tuple[Ints, list[Ints]]:
    """Return the number of each row among the distinct combinations of codes, and the codes of each.

    Combinations are numbered in the order of their codes, of which -1 stands last.

    Parameters
    ----------
    columns : sequence of (array of int, int)
        The codes of each row, from -1 on, and how many there may be from 0 on.
    """
    number: Ints = np.zeros(len(columns[0][0]), dtype=np.int64)
    there: Ints = np.zeros(1, dtype=np.int64)
    parts: list[Ints] = []
    for codes, many in columns:
        if len(codes) and codes.min() == (same := codes.max()):
            parts.append(np.full(len(there), same))
            continue
        key = np.multiply(number, many + 1, dtype=np.int64)
        key += codes
        key[codes < 0] += many + 1
        number, there = renumbered(key, len(there) * (many + 1))
        before, own = np.divmod(there, many + 1)
        parts = [*(part[before] for part in parts), np.where(own == many, -1, own)]
    return number, parts


def renumbered(key: NDArray[np.int64], size: int) -> tuple[Ints, Ints]:
    """Return the place of each key among those that there are, in order, and these; keys are from 0 to below the size.

    Examples
    --------
    >>> [found.tolist() for found in renumbered(np.array([7, 3, 7]), 8)]
    [[1, 0, 1], [3, 7]]
    """
    if size > 4 * len(key) + 2**16:
        return pd.factorize(key, sort=True)
    # Few keys for many rows need no look-up by hash.
    place = np.zeros(size, dtype=np.intp)
    place[key] = 1
    there = np.flatnonzero(place)
    place[there] = np.arange(len(there))
    return place[key], there


def key_of(columns: Sequence[pd.Series]) -> NDArray[np.int64]:
    """Return a number for each row, the same for rows that are alike in all columns and for no others."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    size = 1
    for values in columns:
        number, known = _codes(values)
        many = len(known) + 1
        if size > 2**62 // many:
            key, there = pd.factorize(key)
            size = len(there)
        if len(known) > 1 or (number < 0).any():
            key, size = key * many + number + 1, size * many
    return key


def repeated(key: NDArray[np.int64]) -> Flags:
    """Tell which numbers stand there before."""
    if len(key) == 0 or int(key.max()) >= 2**63 // len(key) - 1 or int(key.min()) < 0:
        return pd.Series(key).duplicated().to_numpy()
    order = sorted_by(key)
    ordered = key[order]
    found = np.zeros(len(key), dtype=bool)
    found[order[1:]] = ordered[1:] == ordered[:-1]
    return found


def sorted_by(number: Ints) -> Ints:
    """Return the rows in the order of their numbers, from 0 on, and those of one number in their own order.

    Examples
    --------
    >>> sorted_by(np.array([1, 0, 1])).tolist()
    [1, 0, 2]
    """
    many = max(len(number), 1)
    # Plain sorting is many times as fast as sorting that keeps the order of what is alike.
    return np.sort(number * np.int64(many) + np.arange(len(number))) % many


def listed(values: pd.Series) -> pd.Categorical:
    """Return texts as a category of those that are there, in their order.

    Examples
    --------
    >>> listed(pd.Series(["b", None, "a"])).categories.tolist()
    ['a', 'b']
    """
    number, known = distinct(values)
    there = combined([(number, len(known) - 1)])[1][0].tolist()
    order = sorted((k for k in there if k >= 0), key=known.__getitem__)
    codes = np.full(len(known), -1, dtype=np.min_scalar_type(-len(known)))
    codes[order] = np.arange(len(order))
    categories = pd.Index([known[k] for k in order], dtype="string")
    return pd.Categorical.from_codes(codes[number], categories=categories)
