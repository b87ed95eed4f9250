"""Errors tell everything that is wrong, each with its row, column, value and what would do."""

from __future__ import annotations

import pytest

from azroutes.errors import (
    SHOWN,
    AzroutesError,
    Fault,
    OptionError,
    OutputError,
    PlaceError,
    TableError,
    check_option,
    did_you_mean,
)

MARKETS = ["heroin_trade", "cocaine_trade", "human_trafficking", "arms_trafficking"]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("is wrong"), "is wrong"),
        (Fault("is wrong", hint="do this"), "is wrong (do this)"),
        (Fault("is wrong", row="3"), "row 3: is wrong"),
        (Fault("is wrong", column="year"), "year: is wrong"),
        (Fault("is wrong", value="x"), "'x': is wrong"),
        (Fault("is wrong", "3", "year", -1, "do this"), "row 3, year -1: is wrong (do this)"),
        (Fault("is wrong", value=0), "0: is wrong"),
    ],
)
def test_a_fault_is_one_line_with_all_it_knows(fault: Fault, text: str) -> None:
    assert str(fault) == text


def test_a_long_or_hostile_value_is_shortened_and_stays_in_its_line() -> None:
    line = str(Fault("is wrong", column="origin", value="\n\x1b[31m\u202e" + "x" * 10_000))
    assert len(line) < 100
    assert line.isprintable()


def test_a_message_lists_a_hundred_faults_and_the_error_holds_them_all() -> None:
    error = TableError("no good", (Fault("is wrong", row=str(n)) for n in range(SHOWN + 7)))
    assert len(error.faults) == SHOWN + 7
    assert "row 99:" in str(error)
    assert "row 100:" not in str(error)
    assert "7 more" in str(error)


@pytest.mark.parametrize("kind", [TableError, PlaceError, OptionError, OutputError])
def test_every_error_is_an_azroutes_error_and_a_value_error(kind: type[AzroutesError]) -> None:
    assert issubclass(kind, AzroutesError)
    assert issubclass(kind, ValueError)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("heroin_trad", "did you mean 'heroin_trade'?"),
        (" HEROIN_TRADE ", "did you mean 'heroin_trade'?"),
        ("heroin", "did you mean 'heroin_trade'?"),
        ("herion", "did you mean 'heroin_trade'?"),
        ("trafficking", "did you mean 'arms_trafficking' or 'human_trafficking'?"),
        ("zzz", "one of heroin_trade, cocaine_trade, human_trafficking, arms_trafficking"),
        ("", "one of heroin_trade, cocaine_trade, human_trafficking, arms_trafficking"),
    ],
)
def test_a_hint_names_what_is_near_or_else_lists_what_there_is(value: str, hint: str) -> None:
    assert did_you_mean(value, MARKETS) == hint


def test_a_long_list_is_not_recited() -> None:
    assert did_you_mean("zzz", [f"choice {n}" for n in range(17)]) == ""


def test_an_option_is_refused_with_the_choices_at_hand() -> None:
    check_option("by", "flow", ["flow", "market"])
    with pytest.raises(OptionError) as caught:
        check_option("by", "markt", ["flow", "market"])
    fault = caught.value.faults[0]
    assert (fault.column, fault.value, fault.hint) == ("by", "markt", "did you mean 'market'?")
