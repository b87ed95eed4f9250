"""The page on records: all its code runs, and prints what stands below it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from azroutes.cli import app

PAGE = Path(__file__).parent.parent / "docs" / "records.md"
ELSEWHERE = ("pip install", "from pyspark")
"""What installs, and what test_aggregate_spark.py runs since it has a session."""

HEADER = ["market", "origin", "destination", "year", "kg", "unit"]
RECORDS = {
    "2012": [HEADER, ["heroin_trade", "Iran", "NA", "2012", "1.5", "kg"], ["heroin_trade", "Iran", "NA", "2012", "2", "kg"],
             ["heroin_trade", "Iran", "Türkiye", "2012", "-4", "kg"]],
    "2013": [HEADER, ["heroin_trade", "Iran", "NA", "2013", "0.25", "kg"], ["heroin_trade", "Iran", "NA", "2013", "", "kg"],
             ["heroin_trade", "Iran", "NA", "2013", "500", "g"], ["heroin_trade", "Atlantis", "NA", "2013", "1", "kg"]],
}  # fmt: skip


def run(line: str) -> None:
    """Run a command of ours in this process."""
    program, *words = shlex.split(line)
    assert program == "azroutes"
    app(words, standalone_mode=False)


def test_all_of_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("seizures").mkdir()
    for year, rows in RECORDS.items():
        # A file with semicolons and its columns the other way round is read beside one with commas.
        lines = [",".join(row) if year == "2012" else ";".join(row[::-1]) for row in rows]
        Path("seizures", f"{year}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    blocks = re.findall(r"```(python|sh)\n(.*?)```\n(?:[^`#]*?```text\n(.*?)```)?", PAGE.read_text("utf-8"), re.DOTALL)
    blocks = [block for block in blocks if not block[1].startswith(ELSEWHERE)]
    assert len(blocks) >= 7
    names: dict[str, object] = {}
    for kind, code, said in blocks:
        if kind == "python":
            exec(compile(code, PAGE.name, "exec"), names)  # noqa: S102 - our own page
        else:
            run(code.splitlines()[0])
        out = capsys.readouterr().out
        assert said in ("", out), code
        for line in code.splitlines()[1:] if kind == "sh" else ():
            run(line)
    assert Path("counts.csv").exists()
