"""Groups of rows give what each group gives by itself."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from azroutes.distinct import combined, distinct, key_of, listed, mapped, repeated, sorted_by, together
from azroutes.groups import Groups

AMOUNTS = st.one_of(st.floats(0, 1e15), st.sampled_from([0.0, 1.0, 2.0**-53, 2.0**-54, 5e-324, 0.1, 1e15]))
ROWS = st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), AMOUNTS)), max_size=30)


def groups(of: list[int]) -> tuple[Groups, list[int]]:
    """Return groups that have a row each, and the number of each row's."""
    number = pd.factorize(np.array(of, dtype=np.int64), sort=True)[0]
    return Groups(number, len(set(of))), number.tolist()


@settings(deadline=None, derandomize=True)
@given(ROWS)
@example([(0, 1.0), (0, 2.0**-53)])
@example([(0, 1.0), (0, 2.0**-53), (0, 5e-324)])
@example([(0, 1.0), (0, 3 * 2.0**-53)])
def test_a_total_is_the_float_nearest_to_the_sum(rows: list[tuple[int, float | None]]) -> None:
    each, of = groups([group for group, _ in rows])
    total = each.total(pd.Series([amount for _, amount in rows], dtype="Float64"))
    for group in range(each.many):
        known = [amount for (_, amount), at in zip(rows, of, strict=True) if at == group and amount is not None]
        assert total[group] is pd.NA if not known else total[group] == math.fsum(known)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "a", "b", "c"]),
                          st.one_of(st.none(), st.integers(1000, 2999))), max_size=20))  # fmt: skip
def test_what_a_group_has_is_what_its_rows_have(rows: list[tuple[int, str | None, int | None]]) -> None:
    each, of = groups([group for group, _, _ in rows])
    texts, years = [text for _, text, _ in rows], pd.Series([year for _, _, year in rows], dtype="Int16")
    first = each.first(pd.Categorical(texts, categories=["a", "b", "c"]))
    least, greatest = each.least(years), each.greatest(years)
    number, made = each.joined(pd.Series(texts, dtype=object), lambda values: list(dict.fromkeys(values)))
    alike = each.how_many(pd.Series(texts, dtype=object).fillna("none"))
    for group in range(each.many):
        mine = [row for row, at in zip(rows, of, strict=True) if at == group]
        known = [text for _, text, _ in mine if text is not None]
        dated = [year for _, _, year in mine if year is not None]
        assert (known[0] if known else -1) == (first[group] if known else first.codes[group])
        assert [least[group], greatest[group]] == ([min(dated), max(dated)] if dated else [pd.NA, pd.NA])
        assert made[number[group]] == list(dict.fromkeys(text for _, text, _ in mine))
        assert alike[group] == len({text for _, text, _ in mine})


COLUMNS = st.integers(0, 25).flatmap(lambda count: st.tuples(
    st.lists(st.sampled_from([None, "a", "b"]), min_size=count, max_size=count),
    st.lists(st.sampled_from([None, "x", "y", "z"]), min_size=count, max_size=count),
    st.lists(st.one_of(st.none(), st.integers(0, 2)), min_size=count, max_size=count),
))  # fmt: skip


@settings(deadline=None, derandomize=True)
@given(COLUMNS, st.booleans())
def test_combinations_are_those_of_the_rows(
    columns: tuple[list[str | None], list[str | None], list[int | None]],
    coded: bool,  # noqa: FBT001
) -> None:
    texts = [pd.Series(cells, dtype=object) for cells in columns[:2]]
    if coded:  # also with a category that no row has
        texts = [values.astype(pd.CategoricalDtype(["unused", "y", "x", "z", "b", "a"])) for values in texts]
    series = [*texts, pd.Series(columns[2], dtype="Int64")]
    rows = list(zip(*columns, strict=True))
    number, known = together(series)
    assert [known[k] for k in number] == rows
    assert len(known) == len(set(rows))
    key = key_of(series)
    assert repeated(key).tolist() == [row in rows[:k] for k, row in enumerate(rows)]
    codes = [(np.array([-1 if cell is None else "abxyz012".index(str(cell)) for cell in cells], dtype=np.int64), 8)
             for cells in columns]  # fmt: skip
    order, _ = combined(codes)
    last = [tuple(9 if code < 0 else int(code) for code in row) for row in zip(*(one for one, _ in codes), strict=True)]
    assert [sorted(set(last))[k] for k in order] == last


def test_very_many_possible_combinations_are_told_apart() -> None:
    columns = [pd.Series(pd.Categorical(["0", "1", "0", "1"], [str(k) for k in range(70_000)])) for _ in range(5)]
    columns[3] = pd.Series(["a", "b", "a", "a"], dtype=object)
    assert repeated(key_of(columns)).tolist() == [False, False, True, False]
    assert together(columns)[0].tolist() == [0, 2, 0, 1]


@pytest.mark.parametrize("values", [[3, 1, 2, 1, 3, 1], [0], [], [2**40, 0, 2**40]])
def test_rows_are_sorted_and_what_is_alike_keeps_its_order(values: list[int]) -> None:
    number = np.array(values, dtype=np.int64)
    assert sorted_by(number).tolist() == np.argsort(number, kind="stable").tolist()


def test_only_what_is_there_is_asked_for_and_listed() -> None:
    texts = pd.Series(pd.Categorical(["b", None, "a"], categories=["b", "unused", "a"]))
    asked: list[str] = []

    def upper(text: str) -> str:
        asked.append(text)
        return text.upper()

    found = mapped(texts, upper)
    assert (found.astype(object).where(found.notna(), None).tolist(), asked) == (["B", None, "A"], ["b", "a"])
    assert list(listed(texts).categories) == ["a", "b"]
    assert distinct(texts)[1] == ["b", "unused", "a", None]
