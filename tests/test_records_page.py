"""The page on records: all its code runs, and prints what stands below it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from azroutes.cli import app

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parent.parent / "docs" / "records.md"
ELSEWHERE = ("pip install", "from pyspark")
"""What installs, and what test_aggregate_spark.py runs since it has a session."""

RECORDS = {
    "2012": """market,origin,destination,year,kg,unit
heroin_trade,Iran,NA,2012,1.5,kg
heroin_trade,Iran,NA,2012,2,kg
heroin_trade,Iran,Türkiye,2012,-4,kg
""",
    "2013": """unit;kg;year;destination;origin;market
kg;0.25;2013;NA;Iran;heroin_trade
kg;;2013;NA;Iran;heroin_trade
g;500;2013;NA;Iran;heroin_trade
kg;1;2013;NA;Atlantis;heroin_trade
""",
}


def run(line: str) -> None:
    """Run a command of ours in this process."""
    program, *words = shlex.split(line)
    assert program == "azroutes"
    app(words, standalone_mode=False)


def test_all_of_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("seizures").mkdir()
    for year, text in RECORDS.items():
        Path("seizures", f"{year}.csv").write_text(text, encoding="utf-8")
    page = PAGE.read_text("utf-8")
    blocks = re.findall(r"```(python|sh)\n(.*?)```\n(?:[^`#]*?```text\n(.*?)```)?", page, re.DOTALL)
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
        capsys.readouterr()
    assert Path("counts.csv").exists()
