"""Every row of a table is found again: in a flow, or aside with a reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes import AzroutesError, Policy, read_flows
from azroutes.accounting import KEPT, Account, check_balance, runs

if TYPE_CHECKING:
    from pathlib import Path

NAMES = st.sampled_from(["Iran", "AZE", "Türkiye", "Nowhere", "", None, "Georgia"])
AMOUNTS = st.sampled_from([1, 0, -2, None, "x", "NA", 2.5])


def table(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["origin", "destination", "quantity"], dtype=object)


CHOICES = st.sampled_from(["keep", "drop"])
POLICIES = st.builds(Policy, zero=CHOICES, blank=CHOICES, loop=CHOICES)


@given(st.lists(st.tuples(NAMES, NAMES, AMOUNTS), max_size=12), POLICIES)
@settings(max_examples=60, deadline=None)
def test_every_row_is_counted_once(rows: list[tuple[object, ...]], policy: Policy) -> None:
    flows, bad, account = read_flows(table(*rows), on_bad="collect", policy=policy)
    gone = [row for names in account.aside.values() for row in names]
    assert account.rows == len(rows) == account.read + len(gone)
    assert len(gone) == len(set(gone))
    assert int(flows["statements"].sum()) == account.read
    known = {"Iran", "AZE", "Türkiye", "Georgia"}
    fine = [row for row in rows if row[0] in known and row[1] in known and row[2] not in (-2, "x")]
    assert len(rows) - len(bad) == len(fine)
    left = [row for row in fine if not (policy.loop == "drop" and row[0] == row[1])]
    left = [row for row in left if not (policy.blank == "drop" and row[2] in (None, "NA"))]
    left = [row for row in left if not (policy.zero == "drop" and row[2] == 0 and row[2] is not None)]
    assert account.read == len(left)
    numbers = [row[2] for row in left if isinstance(row[2], int | float)]
    assert float(flows["quantity"].sum()) == pytest.approx(sum(numbers))


def test_bad_rows_are_handed_back_as_they_were() -> None:
    rows = table(("Iran", "Nowhere", 1), ("Iran", "Georgia", 2), ("Iran", "Georgia", -1), (None, "Georgia", 3))
    rows["note"] = ["a", "b", "c", "d"]
    flows, bad, account = read_flows(rows.set_index(pd.Index(["w", "x", "y", "z"])), on_bad="collect")
    assert flows["quantity"].tolist() == [2.0]
    assert bad.index.tolist() == ["w", "y", "z"]
    assert bad["note"].tolist() == ["a", "c", "d"]
    assert bad["problem"].tolist() == ["no such place", "negative quantity", "missing place"]
    assert dict(account.aside) == {
        "no such place": ("w",), "negative quantity": ("y",), "missing place": ("z",)}  # fmt: skip
    assert "4 rows: 1 read, 3 set aside" in str(account)


def test_a_flow_in_two_units_is_set_aside_or_converted() -> None:
    rows = table(("Iran", "Georgia", 1), ("Iran", "Georgia", 500), ("Iran", "Russia", 7))
    rows["unit"] = ["kg", "Grams", "bottles"]
    with pytest.raises(AzroutesError, match="different units"):
        read_flows(rows)
    flows, bad, _ = read_flows(rows, on_bad="collect")
    assert (flows["quantity"].tolist(), len(bad)) == ([7.0], 2)
    whole = read_flows(rows, convert="kg")
    assert dict(zip(whole["unit"], whole["quantity"], strict=True)) == {"kg": 1.5, "bottles": 7.0}
    with pytest.raises(AzroutesError, match="no unit of mass"):
        read_flows(rows, convert="bottles")


def test_a_number_in_another_unit_is_the_one_that_is_written_in_it() -> None:
    grams = list(range(1, 400))
    rows = pd.DataFrame({"origin": "AZE", "destination": "TUR", "unit": ["g"] * 399 + ["kg"] * 399,
                         "quantity": [*grams, *(weight / 1000 for weight in grams)]})  # fmt: skip
    _, _, account = read_flows(rows, convert="kg", on_bad="collect")
    assert account.seen["like a row before it"] == 399


@given(st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from(["g", "kg", "t", "lb"])), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_mass_is_kept_by_converting(amounts: list[tuple[float, str]]) -> None:
    rows = pd.DataFrame({"origin": "Iran", "destination": "Georgia", "quantity": [q for q, _ in amounts],
                         "unit": [unit for _, unit in amounts]})  # fmt: skip
    kilos = float(read_flows(rows, convert="kg")["quantity"].iloc[0])
    tonnes = float(read_flows(rows, convert="t")["quantity"].iloc[0])
    share = {"g": 1e-3, "kg": 1.0, "t": 1e3, "lb": 0.45359237}
    assert kilos == pytest.approx(sum(quantity * share[unit] for quantity, unit in amounts))
    assert tonnes * 1000 == pytest.approx(kilos)


def test_copies_are_added_or_left_out_by_choice() -> None:
    rows = table(("Iran", "Georgia", 1), ("Iran", "Georgia", 1), ("Iran", "Georgia", 2))
    assert read_flows(rows)["quantity"].tolist() == [4.0]
    flows = read_flows(rows, policy=Policy(repeat="drop"))
    assert flows["quantity"].tolist() == [3.0]
    assert flows.attrs[KEPT]["aside"] == {"like a row before it": 1}
    with pytest.raises(AzroutesError, match="repeat cannot be 'keep'"):
        Policy(repeat="keep")


def test_an_account_that_loses_a_row_is_an_error() -> None:
    with pytest.raises(AzroutesError, match="please report it"):
        check_balance(Account(rows=3, read=1, aside={"x": ("2",)}, seen={}))


@given(st.lists(st.integers(0, 40), unique=True).map(sorted))
def test_runs_name_every_row(rows: list[int]) -> None:
    named: Counter[int] = Counter()
    for part in filter(None, runs(map(str, rows), most=100).split(", ")):
        first, _, last = part.partition("-")
        named.update(range(int(first), int(last or first) + 1))
    assert named == Counter(rows)


def test_an_account_goes_into_a_file_of_parquet(tmp_path: Path) -> None:
    flows = read_flows(table(("Iran", "Georgia", 1)))
    flows.to_parquet(tmp_path / "flows.parquet")
    assert flows.copy().attrs[KEPT]["rows"] == 1
