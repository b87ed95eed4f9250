"""The examples and the README run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_writes_what_it_says(script: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), str(tmp_path)],
        check=False, capture_output=True, text=True, env={"MPLBACKEND": "Agg", "PATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    named = set(re.findall(r'out / "([\w.]+)"', script.read_text(encoding="utf-8")))
    written = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert named
    assert named <= written
    assert all((tmp_path / name).stat().st_size > 1000 for name in named)


def test_there_are_at_least_four_examples() -> None:
    assert len(EXAMPLES) >= 4


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("Agg")
    monkeypatch.chdir(tmp_path)
    Path("seizures.csv").write_text("origin,destination,quantity\nPeru,Spain,12\nIran,Türkiye,30\n", encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) >= 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102 - our own README
    plt.close("all")
    assert Path("heroin.svg").exists()
    assert Path("heroin.html").exists()


def test_the_readme_opens_with_a_picture_that_is_there() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[0]
    picture = re.match(r"!\[.+\]\((.+)\)", first)
    assert picture is not None
    assert (ROOT / picture[1]).stat().st_size > 10_000


def test_the_readme_has_two_set_up_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Five minutes")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", text, flags=re.DOTALL)
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
