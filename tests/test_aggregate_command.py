"""azroutes aggregate: records to a table that azroutes check and figure take, whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from azroutes.read import read_flows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

HEADER = "market,origin,destination,year,kg\n"
GOOD = "heroin_trade,IRN,RUS,2012,1.5\nheroin_trade,IRN,RUS,2012,2\nheroin_trade,=IRN,RUS,,\n"


@pytest.fixture
def run(inside: Callable[..., Done]) -> Callable[..., Done]:
    """Return a way to add records up by the command."""
    return partial(inside, "aggregate")


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_records_become_a_table(run: Callable[..., Done], tmp_path: Path, engine: str) -> None:
    (tmp_path / "a1.csv").write_text(HEADER + GOOD)
    (tmp_path / "a2.csv").write_text(HEADER + "heroin_trade,IRN,RUS,2012,0.25\n")
    done = run("a*.csv", "flows.csv", "--quantity", "kg", "--engine", engine)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "wrote flows.csv: 2 rows", "  4 records: 4 added up, 0 refused", "  of those added up, 1 without a quantity",
        "  of those added up, 1 without year",
    ]  # fmt: skip
    assert (tmp_path / "flows.csv").read_text("utf-8-sig").splitlines() == [
        '"market","origin","destination","year","quantity","records","without_quantity"',
        """"heroin_trade","'=IRN","RUS",,,1,1""",
        '"heroin_trade","IRN","RUS","2012",3.75,3,0',
    ]


def test_the_table_is_read_again(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD.splitlines()[0] + "\n")
    assert run("a.csv", "flows.csv", "--quantity", "kg").returncode == 0
    assert read_flows(tmp_path / "flows.csv", unit="kg")["quantity"].tolist() == [1.5]


def test_what_cannot_be_added_is_refused_or_told(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD + "heroin_trade,IRN,RUS,2012,-4\nheroin_trade,IRN,RUS,2012,some\n")
    done = run("a.csv", "flows.csv", "--quantity", "kg")
    assert done.returncode == 1
    assert "2 of 5 records" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "flows.csv").exists()
    done = run("a.csv", "flows.csv", "--quantity", "kg", "--collect")
    assert done.returncode == 0
    assert "5 records: 3 added up, 2 refused" in done.stdout
    negative, text = done.stderr.splitlines()
    assert "-4" in negative
    assert "a negative quantity, in 1 record of market heroin_trade, origin IRN" in negative
    assert "some" in text
    assert "no number" in text


def test_records_alone_are_counted(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD)
    assert run("a.csv", "n.csv", "--quantity", "", "--by", "destination").returncode == 0
    assert (tmp_path / "n.csv").read_text("utf-8-sig") == '"destination","records"\n"RUS",3\n'


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, ("none.csv", "n.csv")), (2, ("a.csv", "n.xlsx")), (2, ("a.csv", "n.csv", "--by", "market,market")),
     (1, ("a.csv", "n.csv")), (1, ("a.csv", "n.csv", "--by", ""))],
)  # fmt: skip
def test_one_clear_error(run: Callable[..., Done], tmp_path: Path, code: int, words: tuple[str, ...]) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD)
    done = run(*words)
    assert done.returncode == code
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_what_is_broken_off_leaves_the_old_file(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    many = pa.table({"o": [str(k * 7919 % 2**31) for k in range(400_000)], "kg": [1.0] * 400_000})
    pq.write_table(many, tmp_path / "a.parquet")
    for k in range(60):
        (tmp_path / f"b{k}.parquet").symlink_to("a.parquet")
    (tmp_path / "flows.csv").write_text("old")
    spill = tmp_path / "spill"
    spill.mkdir()
    words = [sys.executable, "-m", "azroutes", "aggregate", "b*.parquet", "flows.csv", "--by", "o", "--quantity", "kg"]
    with subprocess.Popen(words, cwd=tmp_path, env={**os.environ, "TMPDIR": str(spill)}, stderr=subprocess.PIPE,
                          text=True) as process:  # fmt: skip
        until = time.monotonic() + 60
        while not any(spill.iterdir()) and time.monotonic() < until and process.poll() is None:
            time.sleep(0.01)  # it has a folder for what does not fit into memory when it is about to begin
        time.sleep(0.2)
        process.send_signal(sent)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    assert (tmp_path / "flows.csv").read_text() == "old"
    assert not list(tmp_path.glob("*.part*"))
    assert sent == signal.SIGKILL or not any(spill.iterdir())


def test_a_key_that_the_records_lack_is_told_with_the_option_that_says_it(
    tmp_path: Path, run: Callable[..., Done]
) -> None:
    (tmp_path / "seizures.csv").write_text("origin,destination,kg\nIran,Georgia,3\n", encoding="utf-8")
    asked = ("seizures.csv", "flows.csv", "--quantity", "kg")
    done = run(*asked)
    assert done.returncode == 1
    for name in ("market", "year"):
        assert f"{name}: missing column (one of origin, destination, kg; say --by ... without it)" in done.stderr
    assert run(*asked, "--by", "origin,destination").returncode == 0
