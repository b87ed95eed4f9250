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


@pytest.mark.parametrize("page", ["report", "export", "privacy", "tables"])
def test_the_python_of_a_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    import azroutes

    mpl.use("Agg")
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    names: dict[str, object] = {"azroutes": azroutes, "flows": azroutes.load_flows()}
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, f"{page}.md", "exec"), names)  # noqa: S102 - our own page
        plt.close("all")
    for file in re.findall(r'"([\w. ]+\.(?:png|html|csv|gpkg|graphml))"', "".join(blocks)):
        assert Path(file).exists(), file


def test_the_page_on_reports_names_all_markets() -> None:
    from azroutes.vocabulary import Market, codes

    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    assert all(f"`{code}`" in text for code in codes(Market))


def test_what_is_said_of_a_table_of_your_own_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cases.csv").write_text("Nationality,Referrals\nAlbania,12\nTotal,12\n", encoding="utf-8")
    text = (ROOT / "docs" / "your_data.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(blocks[0].partition("\n\n")[0], names)  # noqa: S102 - our own page
    exec(next(block for block in blocks if "on_bad" in block), names)  # noqa: S102 - our own page
    assert str(names["account"]).startswith("2 rows: 1 read, 1 set aside")


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
