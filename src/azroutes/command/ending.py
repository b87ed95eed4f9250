"""How a command ends: done, with a message and a code, or stopped; never with a traceback or half a file."""

from __future__ import annotations

import logging
import os
import signal
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from azroutes.command.wording import told
from azroutes.errors import AzroutesError, OptionError, OutputError, visible

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

EXIT_FAULTS, EXIT_USAGE, EXIT_OUTPUT, EXIT_OWN_FAULT, EXIT_STOPPED, EXIT_UNHEARD = 1, 2, 3, 70, 130, 141
STOPPED = "stopped; no file was left half written"


class Stopped(KeyboardInterrupt):
    """Somebody asked the command to stop. Of a kind of its own: Python would end by a signal after its own kind."""


class Unheard(Exception):  # noqa: N818 - nothing has gone wrong
    """Who read what is told has gone, as `head` does; click would say the code of a table with faults."""


class Stops:
    """What is done with signals to stop, and whether one has come.

    A library below may swallow what is raised (C code that looks into a dict does), so it is asked again before
    anything is written.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        self.asked = True
        raise Stopped

    def listen(self) -> None:
        """Take signals to stop from now on."""
        signal.signal(signal.SIGTERM, self)
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # as in the background of a script
            signal.signal(signal.SIGINT, self)
        sys.unraisablehook = self.untold

    @staticmethod
    def untold(lost: sys.UnraisableHookArgs) -> None:
        """Say nothing of a stop that came while Python tidied up, and was lost there; of all else what is usual."""
        if lost.exc_type is not Stopped:
            sys.__unraisablehook__(lost)


def go_on() -> None:
    """Stop here if that was asked for and the asking was lost."""
    stops = signal.getsignal(signal.SIGTERM)
    if isinstance(stops, Stops) and stops.asked:
        raise Stopped


def check_apart(out: Path, *sources: Path | None) -> None:
    """Refuse to write over what is read.

    Raises
    ------
    OptionError
        If a source is the file that is to be written.
    """
    for source in sources:
        try:
            same = source is not None and out.samefile(source)
        except (OSError, ValueError):  # one of them is not there
            same = False
        if same:
            raise OptionError(f"{out} is read, and would be written over; name another file")


def put(out: Path, content: bytes) -> None:
    """Write a file whole or not at all, unless a stop was asked for."""
    from azroutes.write import write_whole

    go_on()
    write_whole(out, content)


def say(text: str, *, error: bool = False) -> None:
    """Print lines that may hold text of others, which shall do nothing to a terminal."""
    try:
        typer.echo("\n".join(visible(line) for line in text.split("\n")), err=error)
    except BrokenPipeError:
        raise Unheard from None


def ended(app: typer.Typer) -> NoReturn:
    """Run the command; every failure is a message and an exit code, never a traceback."""
    stops = Stops()
    stops.listen()
    # It tells of fonts and of folders for its cache, which no user of a command asked for.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path may hold what the terminal cannot show
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        code = EXIT_STOPPED
    except Unheard:
        _leave()
    except Exception as error:  # noqa: BLE001 - the last net: a fault of ours is told as one
        if not stops.asked:
            _fail_with(error)
    if stops.asked or code == EXIT_STOPPED:  # typer turns an interrupt into this code, without a word
        _fail(STOPPED, EXIT_STOPPED)
    sys.exit(code if isinstance(code, int) else 0)


def _leave() -> NoReturn:
    """End without a word, where nobody hears it; nor shall Python try to say what is left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    sys.exit(EXIT_UNHEARD)


def _exit_code(error: AzroutesError) -> int:
    return {OutputError: EXIT_OUTPUT, OptionError: EXIT_USAGE}.get(type(error), EXIT_FAULTS)


# Some releases of typer bring a click of their own, so the base of its errors is found by way of typer.
_USAGE: Any = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def _fail_with(error: Exception) -> NoReturn:
    if isinstance(error, AzroutesError):
        _fail(told(error), _exit_code(error))
    if isinstance(error, typer.Abort):
        _fail(STOPPED, EXIT_STOPPED)
    if isinstance(error, _USAGE):
        context = getattr(error, "ctx", None)
        usage = f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n\n" if context else ""
        _tell(f"{usage}Error: {error.format_message()}", EXIT_USAGE)
    if isinstance(error, OSError):
        _fail(f"cannot write: {error.strerror or error}", EXIT_OUTPUT)
    if os.environ.get("AZROUTES_TRACEBACK"):
        raise error
    _fail(f"a fault of azroutes itself: {type(error).__name__}: {error}\n"
          "Set AZROUTES_TRACEBACK=1 and run again to see where, and please report it.", EXIT_OWN_FAULT)  # fmt: skip


def _fail(message: str, code: int) -> NoReturn:
    _tell(f"azroutes: {message}", code)


def _tell(message: str, code: int) -> NoReturn:
    try:
        say(message, error=True)
    except Unheard:
        _leave()
    sys.exit(code)
