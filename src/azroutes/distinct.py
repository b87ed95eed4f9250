"""Columns as codes: the number of each cell among the distinct values of its column, and these.

A large table says the same few things over and over. What a text means is found out once for each distinct one, and
handed to its rows by number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from azroutes.geometry.shapes import Flags, Ints


def distinct(values: pd.Series) -> tuple[Ints, list[Any]]:
    """Return the number of each value among the distinct ones, and these, of which the last is None for missing ones.

    Of values of several kinds each is one of its own: among those 1, 1.0 and True would be one, and a list none at all.
    Not every one of the distinct values need be there: a category may go unused.

    Examples
    --------
    >>> number, known = distinct(pd.Series(["b", None, "b", "a"]))
    >>> number.tolist(), known
    ([0, 2, 0, 1], ['b', 'a', None])
    """
    if values.dtype == "object" and pd.api.types.infer_dtype(values, skipna=True) not in {"string", "empty"}:
        return np.arange(len(values)), [*values, None]
    number, known = _numbered(values)
    return number, [*pd.Series(known), None]


def _numbered(values: pd.Series) -> tuple[Ints, Any]:
    """Return the number of each value among the distinct ones, and these; missing ones have the number after them."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        number, known = values.cat.codes.to_numpy(dtype=np.intp), values.cat.categories
    else:
        number, known = pd.factorize(values)
    return np.where(number < 0, len(known), number), known


def coded(texts: Sequence[str | None], number: Ints, index: pd.Index) -> pd.Series:
    """Return a column of texts as a category: to each row the text of its number; texts may be there twice.

    Examples
    --------
    >>> coded(["a", "b", "a", None], np.array([2, 0, 3]), pd.RangeIndex(3)).cat.codes.tolist()
    [0, 0, -1]
    """
    code, known = pd.factorize(np.array([*texts, None], dtype=object))
    return pd.Series(pd.Categorical.from_codes(code[number], categories=pd.Index(known, dtype=object)), index=index)


def mapped(texts: pd.Series, meaning: Callable[[str], str | None]) -> pd.Series:
    """Return what each text means, looked up once for each distinct one; missing stays missing."""
    number, known = distinct(texts)
    return coded([None if text is None else meaning(text) for text in known], number, texts.index)


def together(columns: Sequence[pd.Series]) -> tuple[Ints, list[tuple[Any, ...]]]:
    """Return the number of each row among the distinct combinations of some columns, and these; missing is None.

    Examples
    --------
    >>> number, known = together([pd.Series(["a", "a", "b"]), pd.Series([1, 1, None])])
    >>> number.tolist(), known
    ([0, 0, 1], [('a', 1.0), ('b', None)])
    """
    key = np.zeros(len(columns[0]), dtype=np.int64)
    parts = []
    for values in columns:
        number, known = distinct(values)
        parts.append((number, known))
        # Numbered anew each time, so that the key cannot overflow.
        key = pd.factorize(key * len(known) + number)[0]
    first = first_of(key)
    return key, list(zip(*([known[k] for k in number[first]] for number, known in parts), strict=True))


def first_of(number: Ints) -> Ints:
    """Return where each of the numbers 0, 1, 2 ... stands first."""
    first = np.empty(int(number.max(initial=-1)) + 1, dtype=np.intp)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return first


def key_of(columns: Sequence[pd.Series]) -> NDArray[np.int64]:
    """Return a number for each row, the same for rows that are alike in all columns."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    many = 1
    for values in columns:
        number, known = _numbered(values)
        if many > 2**62 // (len(known) + 1):
            key, found = pd.factorize(key)
            many = len(found)
        key, many = key * (len(known) + 1) + number, many * (len(known) + 1)
    return key


def repeated(key: NDArray[np.int64]) -> Flags:
    """Tell which numbers stand there before."""
    return pd.Series(key).duplicated().to_numpy()


def listed(values: pd.Series) -> pd.Categorical:
    """Return texts as a category of those that are there, in their order.

    Examples
    --------
    >>> listed(pd.Series(["b", None, "a"])).categories.tolist()
    ['a', 'b']
    """
    number, known = pd.factorize(values)
    texts = [str(value) for value in known]
    order = sorted(set(texts))
    place = {text: k for k, text in enumerate(order)}
    codes = np.array([*(place[text] for text in texts), -1], dtype=np.intp)[number]
    return pd.Categorical.from_codes(codes, categories=pd.Index(order, dtype="string"))
