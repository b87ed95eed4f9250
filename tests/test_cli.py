"""The command as a user meets it: exit codes, messages without tracebacks, quiet pipes, files whole or untouched."""

from __future__ import annotations

import importlib
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import azroutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

AZROUTES = [sys.executable, "-m", "azroutes"]
TABLE = 'origin,destination,market,quantity\nIRN,AZE,heroin_trade,2\n"</script>@1,2",TUR,,\n'
FILE_LIMIT = 8192


def run(*words: str | Path, cwd: Path, full_disk: bool = False) -> Done:
    """Run the command in a pipe; a full disk is a limit on how large a file may grow."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))

    return subprocess.run(
        [*AZROUTES, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=limit if full_disk else None,
    )  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "table.csv"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a folder with an old atlas."""
    folder = tmp_path / "atlas"
    (folder / "figures").mkdir(parents=True)
    (folder / "index.html").write_text("old")
    (folder / "figures" / "all-flows.png").write_text("old")
    return folder


def is_as_it_was(folder: Path) -> bool:
    files = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    left = sorted(path.name for path in folder.iterdir())
    return files == {"index.html": "old", "figures/all-flows.png": "old"} and left == ["figures", "index.html"]


def said(done: Done, code: int) -> str:
    """Return what a failed run wrote to stderr: a message, not a traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "fault of azroutes" not in done.stderr
    assert done.stderr
    return done.stderr


@pytest.mark.parametrize("command", ["atlas", "figure", "explore", "check"])
def test_help_of_each_command_has_an_example(tmp_path: Path, command: str) -> None:
    done = run(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Example: azroutes {command} " in " ".join(done.stdout.split())
    assert done.stderr == ""


def test_help_names_the_commands_and_the_exit_codes(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    text = " ".join(done.stdout.split())
    assert done.returncode == 0
    assert "Start with azroutes atlas OUT" in text
    for word in ("atlas", "figure", "explore", "check", "Exit codes: 0 done; 1", "130 stopped"):
        assert word in text
    alone = run(cwd=tmp_path)
    assert (alone.returncode, alone.stdout.split()) == (2, done.stdout.split())


def test_the_version_is_told(inside: Callable[..., Done]) -> None:
    done = inside("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"azroutes {azroutes.__version__}\n", "")


def test_a_market_that_no_row_names_is_told(inside: Callable[..., Done], table: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.csv"
    bare.write_text("from,to\nIran,Georgia\n", encoding="utf-8")
    for command, out in (("figure", "out.svg"), ("explore", "out.html")):
        message = said(inside(command, out, "--flows", bare, "--market", "heroin_trade"), 1)
        assert "markets of the flows: none; say which by --set market=..." in message
    assert {path.name for path in tmp_path.iterdir()} == {"bare.csv", table.name}


def test_a_format_that_is_not_known_is_2(tmp_path: Path) -> None:
    assert ".pdf, .png, .svg" in said(run("figure", "out.bmp", cwd=tmp_path), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["figure", "out"], ".pdf, .png, .svg"),
        (["figure"], "Missing argument"),
        (["figur", "out.svg"], "No such command"),
        (["figure", "out.svg", "--market", "heroin"], "heroin_trade"),
        (["figure", "out.svg", "--dpi", "3"], "36"),
        (["explore", "out.html", "--by", "colour"], "commodity"),
        (["explore", "out.png"], "'.png': no such format (one of .html, .htm)"),
        (["atlas", "out", "--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_is_2_and_writes_nothing(
    tmp_path: Path, inside: Callable[..., Done], words: list[str], message: str
) -> None:
    assert message in said(inside(*words), 2)
    assert list(tmp_path.iterdir()) == []


def test_check_of_a_good_table_counts_it(tmp_path: Path, table: Path) -> None:
    done = run("check", table, "--unit", "kg", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 rows, 2 flows, 4 places; no fault" in done.stdout


def test_check_lists_every_fault_and_exits_with_1(tmp_path: Path) -> None:
    rows = [f"Nowhere{n},AZE,herion,-1" for n in range(60)]
    (tmp_path / "bad.csv").write_text("\n".join(["origin,destination,market,quantity", *rows]))
    done = run("check", "bad.csv", cwd=tmp_path)
    text = said(done, 1)
    assert "60 of 60 rows" in text
    assert text.count("\n  - ") == 180
    for line in range(2, 62):
        assert f"row {line}, origin 'Nowhere{line - 2}': no such place" in text
        assert f"row {line}, market 'herion'" in text
        assert f"row {line}, quantity '-1'" in text
    assert done.stdout == "bad.csv: 60 rows: 0 read, 60 set aside\n  60 not one of the list: rows 2-61\n"


def test_check_tells_what_becomes_of_each_row_of_a_table_with_faults(
    tmp_path: Path, inside: Callable[..., Done]
) -> None:
    (tmp_path / "bad.csv").write_text("from,to,kg\nIran,Georgia,3\nNowhere,Georgia,4\nIran,Iran,\n")
    done = inside("check", "bad.csv", "--column", "kg=quantity")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "bad.csv: 3 rows: 2 read, 1 set aside", "  1 no such place: row 3", "  of those read, 1 from a place to itself",
        "  of those read, 1 no quantity", "  origin is column 'from'", "  destination is column 'to'"]  # fmt: skip


@pytest.mark.parametrize("content", [None, b"", b"origin,destination\n", b"\xff\xfe", b"a,b\n1,2\n"])
def test_check_of_what_is_no_table_exits_with_1(
    tmp_path: Path, inside: Callable[..., Done], content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "bad.csv").write_bytes(content)
    said(inside("check", "bad.csv"), 1)


@pytest.mark.parametrize("words", [["atlas", "out"], ["figure", "out.svg"], ["explore", "out.html"]])
def test_a_table_with_faults_is_1_and_writes_nothing(
    tmp_path: Path, inside: Callable[..., Done], words: list[str]
) -> None:
    (tmp_path / "bad.csv").write_text("origin,destination\nAZE,Irann\n")
    assert "did you mean 'Iran'" in said(inside(*words, "--flows", "bad.csv"), 1)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_a_market_without_flows_is_told(inside: Callable[..., Done], table: Path) -> None:
    message = said(inside("figure", "out.svg", "--flows", table, "--market", "flora_crimes"), 1)
    assert "no flow of --market flora_crimes; markets of the flows: heroin_trade" in message


@pytest.mark.parametrize("extent", ["Caucasus", "40,30,60,50", "AZE"])
def test_a_figure_may_be_cut_to_an_extent(
    inside: Callable[..., Done], tmp_path: Path, table: Path, extent: str
) -> None:
    for outside in ("edge", "inset"):
        done = inside("figure", f"{outside}.svg", "--flows", table, f"--extent={extent}", "--outside", outside)
        assert (done.returncode, done.stderr) == (0, "")
    edge, inset = ((tmp_path / f"{outside}.svg").read_text(encoding="utf-8") for outside in ("edge", "inset"))
    assert "Places at the edge" in edge
    assert 'id="inset"' not in edge
    assert 'id="inset"' in inset


@pytest.mark.parametrize(
    ("extent", "words"),
    [("Azerbajan", "did you mean 'Azerbaijan'"), ("1,2,3", "no extent"), ("-60,-50,-50,-40", "no flow there")],
)
def test_an_extent_that_will_not_do_is_2(
    inside: Callable[..., Done], tmp_path: Path, table: Path, extent: str, words: str
) -> None:
    assert words in said(inside("figure", "out.svg", "--flows", table, f"--extent={extent}"), 2)
    assert not (tmp_path / "out.svg").exists()


@pytest.mark.parametrize("words", [["figure", "new/out.svg"], ["explore", "new/out.html"]])
def test_a_written_file_is_told_on_stdout_and_stderr_is_quiet(tmp_path: Path, table: Path, words: list[str]) -> None:
    done = run(*words, "--flows", table, "--title", "<b>Title", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"wrote {words[1]}\n", "")
    content = (tmp_path / words[1]).read_text(encoding="utf-8")
    assert "<b>Title" not in content
    assert "Title" in content


@pytest.mark.parametrize("words", [["figure", "file/out.svg"], ["explore", "file/out.html"], ["atlas", "file/atlas"]])
def test_a_target_that_cannot_be_written_is_3(
    tmp_path: Path, inside: Callable[..., Done], table: Path, words: list[str]
) -> None:
    (tmp_path / "file").write_text("old")
    assert "cannot write" in said(inside(*words, "--flows", table), 3)
    assert (tmp_path / "file").read_text() == "old"


def test_a_full_disk_is_3_and_the_old_file_stays(tmp_path: Path, table: Path, old: Path) -> None:
    target = old / "index.html"
    calls: list[list[str | Path]] = [["explore", target], ["atlas", old]]
    for words in calls:
        assert "cannot write" in said(run(*words, "--flows", table, cwd=tmp_path, full_disk=True), 3)
    assert is_as_it_was(old)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["atlas", "table.csv"]


def test_a_full_pipe_is_3(tmp_path: Path, table: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [*AZROUTES, "check", table], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert "No space left" in said(done, 3)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["atlas", "new"], "azroutes.report.render"),
        (["figure", "new.svg"], "azroutes.figure.render"),
        (["explore", "new.html"], "azroutes.explore.compose"),
        (["check"], "azroutes.read.read_flows"),
    ],
)
def test_a_stop_that_a_library_swallows_is_heeded_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: Callable[..., Done], table: Path, words: list[str],
    made: str, stop: signal.Signals,
) -> None:  # fmt: skip
    module, _, name = made.rpartition(".")
    make = getattr(importlib.import_module(module), name)
    sent: list[int] = []

    def swallowing(*given: object, **options: object) -> object:
        try:
            if not sent:
                os.kill(os.getpid(), stop)
                for _ in range(1000):  # Python takes a signal between two of its steps
                    pass
        except KeyboardInterrupt:
            sent.append(stop)
        return make(*given, **options)

    monkeypatch.setattr(made, swallowing)
    files = [str(table)] if words == ["check"] else ["--flows", str(table)]
    done = inside(*words, *files)
    assert sent == [stop]
    assert said(done, 130) == "azroutes: stopped; no file was left half written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.usefixtures("table")
def test_a_stop_while_python_tidies_up_is_heeded_and_leaves_no_words(tmp_path: Path) -> None:
    code = """
import os, signal, sys
import azroutes.cli, azroutes.figure
class Tidied:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000):
            pass
render = azroutes.figure.render
def tidying(*given, **options):
    Tidied()
    return render(*given, **options)
azroutes.figure.render = tidying
sys.argv = ["azroutes", "figure", "new.svg", "--flows", "table.csv"]
azroutes.cli.main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said(done, 130) == "azroutes: stopped; no file was left half written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_atlas_is_130_and_the_old_one_stays(
    tmp_path: Path, table: Path, old: Path, stop: signal.Signals
) -> None:
    command = [*AZROUTES, "atlas", str(old), "--flows", str(table)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        for _ in range(3000):
            if list(old.glob(".atlas-*")) or running.poll() is not None:
                break
            time.sleep(0.02)
        assert list(old.glob(".atlas-*")), "it ended before it could be stopped"
        running.send_signal(stop)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err == "azroutes: stopped; no file was left half written\n"
    assert out == ""
    assert is_as_it_was(old)


def test_an_atlas_on_a_terminal_shows_its_progress(tmp_path: Path, table: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        [*AZROUTES, "atlas", "out", "--flows", str(table)], cwd=tmp_path, env=environment, stdout=subprocess.PIPE,
        stderr=theirs, text=True,
    ) as running:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end has closed
                break
            if not piece:
                break
            shown += piece
        out, _ = running.communicate(timeout=60)
    os.close(ours)
    assert running.returncode == 0
    text = shown.decode()
    for step in ("map", "figure all-flows", "figure heroin_trade", "tables", "sources"):
        assert step in text
    assert "/5" in text
    assert out == "11 files in out; open out/index.html\n"
    assert len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == 11
