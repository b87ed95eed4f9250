"""A progress bar: on a terminal only, after two seconds only, and gone at the end whatever the end is."""

from __future__ import annotations

import io
import subprocess
import sys
from types import SimpleNamespace

import pytest

from azroutes import progress
from azroutes.progress import shown

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(progress, "monotonic", found)
    return found


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    found = Terminal()
    # Not sys.stderr itself: pytest puts its own there between a fixture and its test.
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=found))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return found


def test_nothing_is_shown_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with shown("Laying out") as tell:
        clock.now += 60
        tell(0.5)
    assert pipe.getvalue() == ""


def test_nothing_is_shown_where_there_is_no_standard_error(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with shown("Laying out") as tell:
        clock.now += 60
        tell(0.5)


def test_nothing_is_shown_in_the_first_two_seconds(terminal: Terminal, clock: Clock) -> None:
    with shown("Laying out") as tell:
        for share in (0.1, 0.5, 1.0):
            clock.now += 0.6
            tell(share)
    assert terminal.getvalue() == ""


def test_after_two_seconds_the_bar_says_what_is_done_and_how_far(terminal: Terminal, clock: Clock) -> None:
    with shown("Laying out [red]") as tell:
        clock.now += 2.0
        tell(0.25)
        first = terminal.getvalue()
        clock.now += 1.0
        tell(7.0)
        last = terminal.getvalue()[len(first) :]
    assert "Laying out [red]" in first
    assert "25%" in first
    assert "100%" in last


def test_the_bar_moves_no_more_often_than_the_eye_sees(terminal: Terminal, clock: Clock) -> None:
    with shown("Laying out") as tell:
        clock.now += 3.0
        tell(0.1)
        first = terminal.getvalue()
        for _ in range(100):
            tell(0.2)
        assert terminal.getvalue() == first


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_the_bar_is_taken_away_and_the_cursor_given_back(
    terminal: Terminal, clock: Clock, error: type[BaseException] | None
) -> None:
    def work() -> None:
        with shown("Laying out") as tell:
            clock.now += 3.0
            tell(0.5)
            assert HIDE_CURSOR in terminal.getvalue()
            if error is not None:
                raise error

    if error is None:
        work()
    else:
        with pytest.raises(error):
            work()
    written = terminal.getvalue()
    assert written.count(HIDE_CURSOR) == written.count(SHOW_CURSOR) == 1
    assert written.rindex(SHOW_CURSOR) > written.rindex("Laying out")
    assert written.endswith("\x1b[2K"), "the line of the bar is wiped"


def test_a_bar_that_never_appeared_leaves_nothing_on_an_error(terminal: Terminal, clock: Clock) -> None:
    def work() -> None:
        with shown("Laying out") as tell:
            clock.now += 1.0
            tell(0.5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert terminal.getvalue() == ""


def test_rich_is_not_loaded_where_nothing_is_shown() -> None:
    lines = ("import sys", "from azroutes.progress import shown", "with shown('x') as tell: tell(0.5)",
             "print('rich' in sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert done.stderr == ""
