"""What the commands have in common: options that say how a table is read, and messages in their words."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import azroutes
from azroutes import FileForm, Policy, read_flows
from azroutes.command.table import SET, Dropped, Table
from azroutes.command.wording import in_options
from azroutes.errors import OptionError, visible
from azroutes.options import Wide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Done

AZROUTES = [sys.executable, "-m", "azroutes"]
HOME = Path(azroutes.__file__).parent

REPORT = 'Report of the ministry;;;\nNationality;Transit;Seized;When\nİran*;;"1.234,5";2012p\nTürkiye;Georgia;7;2013\n'
WIDE = "Country,2012,2013\nIran,3,\nGeorgia,0,4\n"
WAYS = "a,b,ab,ba\nX,Y,1,2\nY,Z,3,0\n"
NODES = "id,lat,lon\nX,40,49\nY,41,44\nZ,39,33\n"
ROUTES = "Route,n\nKenya > UAE > China,3\nKenya > Kenya,4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("report.csv", REPORT), ("wide.csv", WIDE), ("ways.csv", WAYS), ("nodes.csv", NODES),
                       ("routes.csv", ROUTES)):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def told(frame: Any) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry"))


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("report.csv",
         Table(header=2, separator=";", encoding="utf-8", decimal=",", thousands=".", note=["*", "p"],
               column=["Nationality=origin", "Transit=via", "Seized=quantity", "When=year"], unit="kg", convert="t",
               every=["destination=United Kingdom", "market=heroin_trade"], focus="Türkiye", missing=["-"]),
         {"origin": "Nationality", "via": "Transit", "quantity": "Seized", "year": "When", "unit": "kg",
          "convert": "t", "destination": "United Kingdom", "market": "heroin_trade", "focus": "Türkiye",
          "file": FileForm(header=2, separator=";", encoding="utf-8", decimal=",", thousands=".", notes=("*", "p"),
                           missing=("-",))}),
        ("wide.csv", Table(wide=Wide.YEAR, column=["Country=origin"], every=["destination=AZE"], drop=[Dropped.ZERO]),
         {"wide": "year", "origin": "Country", "destination": "AZE", "policy": Policy(zero="drop")}),
        ("routes.csv", Table(column=["Route=route"], every=["quantity=1", "year=2015"], drop=[Dropped.LOOP]),
         {"columns": {"Route": "route"}, "quantity": 1, "year": 2015, "policy": Policy(loop="drop")}),
    ],
)  # fmt: skip
def test_options_read_what_arguments_read(folder: Path, name: str, asked: Table, said: dict[str, Any]) -> None:
    flows, bad, account = asked.read(folder / name)
    theirs = read_flows(folder / name, on_bad="collect", **said)
    pd.testing.assert_frame_equal(told(flows), told(theirs.flows))
    assert (len(flows) > 0, len(bad), str(account)) == (True, len(theirs.bad), str(theirs.account))


def test_two_ways_nodes_and_a_crs(folder: Path) -> None:
    asked = Table(column=["a=origin", "b=destination", "ab=quantity", "ba=back"], nodes=folder / "nodes.csv",
                  node_key="id", crs="EPSG:4326")  # fmt: skip
    flows = asked.flows(folder / "ways.csv")
    assert flows["quantity"].tolist() == [1.0, 2.0, 3.0, 0.0]
    theirs = read_flows(folder / "ways.csv", origin="a", destination="b", quantity="ab", back="ba",
                        nodes=folder / "nodes.csv")  # fmt: skip
    pd.testing.assert_frame_equal(told(flows), told(theirs))


@pytest.mark.usefixtures("folder")
def test_the_same_options_do_for_the_commands_that_draw(inside: Callable[..., Done]) -> None:
    said = [
        "--wide",
        "year",
        "--column",
        "Country=origin",
        "--set",
        "destination=AZE",
        "--drop",
        "zero",
        "--unit",
        "kg",
    ]
    checked = inside("check", "wide.csv", *said)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "2 rows, 2 flows, 3 places; no fault\n  1 row quantity zero\n" in checked.stdout
    done = inside("explore", "map.html", "--flows", "wide.csv", *said)
    assert (done.returncode, done.stdout, done.stderr) == (0, "wrote map.html\n", "")
    for command in ("figure", "explore", "atlas"):
        assert "see azroutes check --help" in " ".join(inside(command, "--help").stdout.split())
    assert all(f"--{word} " in inside("check", "--help").stdout for word in ("header", "sheet", "note", "nodes", "set"))


def test_rows_that_will_not_do_are_left_out_of_a_picture_and_told(folder: Path, inside: Callable[..., Done]) -> None:
    (folder / "some.csv").write_text("origin,destination\nIran,AZE\nNowhere,AZE\n")
    assert inside("figure", "out.svg", "--flows", "some.csv").returncode == 1
    assert not (folder / "out.svg").exists()
    done = inside("figure", "out.svg", "--flows", "some.csv", "--collect")
    assert (done.returncode, (folder / "out.svg").exists()) == (0, True)
    assert done.stdout.splitlines() == ["some.csv: 2 rows: 1 read, 1 set aside", "  1 no such place: row 3",
                                        "wrote out.svg"]  # fmt: skip
    assert done.stderr.startswith("  - row 3, origin 'Nowhere': no such place")


def test_options_about_a_table_need_one(inside: Callable[..., Done]) -> None:
    done = inside("figure", "out.svg", "--header", "2", "--set", "year=2015", "--collect")
    assert done.returncode == 2
    assert done.stderr == ("azroutes: --set, --header, --collect: nothing to read so, as no table is given; say "
                           "--flows FILE\n")  # fmt: skip


def test_all_that_is_wrong_with_options_is_told_at_once() -> None:
    asked = Table(column=["x", "origin=Exporter", "A=via", "A=unit", "B=orgin"],
                  every=["unit=kg", "destnation=AZE", "quantity=Taxon"])  # fmt: skip
    with pytest.raises(OptionError) as caught:
        asked.read("no file is looked for")
    assert [str(fault) for fault in caught.value.faults] == [
        "--column 'x': not two words with = between (Country=origin)",
        "--column 'A': said twice",
        "--column 'origin=Exporter': no column of flows (the other way round: Exporter=origin)",
        "--column 'B=orgin': no column of flows (did you mean 'origin'?)",
        "--set 'unit': cannot be said of all rows (say --unit kg)",
        "--set 'destnation': cannot be said of all rows (did you mean 'destination'?)",
        "--set 'quantity=Taxon': no number that a row can count for (quantity=1; a column is --column Taxon=quantity)",
    ]


def test_what_may_be_set_and_dropped_is_what_the_library_knows() -> None:
    import inspect
    from dataclasses import fields

    arguments = inspect.signature(read_flows).parameters
    assert set(SET) <= set(arguments)
    assert {one.value for one in Dropped} == {field.name for field in fields(Policy)}
    said = {"column": "columns", "every": None, "drop": "policy"} | dict.fromkeys(
        ("sheet", "header", "encoding", "separator", "decimal", "thousands", "missing", "note"), "file")  # fmt: skip
    reached = {said.get(field.name, field.name) for field in fields(Table)} | set(SET) | {"back", "on_bad", "source"}
    assert reached - {None} == set(arguments)
    assert {field.name for field in fields(FileForm)} - {field.name for field in fields(Table)} == {"notes"}


@pytest.mark.parametrize(
    ("text", "table", "hint"),
    [
        ("a\nb\norigin,destination\nIRN,AZE\n", [], "say --header 3"),
        ("origin,destination,quantity\nIRN,AZE,1.234,5\nIRN,AZE,2\n", [], ""),
        ('origin,destination,quantity\nIRN,AZE,"1,234.5"\n', [], "thousands? say --thousands ,)"),
        ("origin;destination;quantity\nIRN;AZE;1.234,5\n", [], "thousands? say --thousands . --decimal ,)"),
        ("origin;destination;quantity\nIRN;AZE;1'234\n", [], """thousands? say --thousands ''"'"'')"""),
        ("origin,destination,quantity\nIRN,AZE,5 b\n", [], "a note? say --note b)"),
        ("Country,2012,2013 (p)\nIRN,1,2\n", ["--wide", "year", "--set", "destination=AZE"], "say --note MARK for"),
        ("exporter,importer,from,to\nIRN,AZE,IRN,AZE\n", [],
         "say --column from=origin --column to=destination or --column exporter=origin --column importer=destination"),
        ("a,b\nIRN,AZE\n", [], "or say --column NAME=origin or --set origin=PLACE"),
        ("origin,destination,value,count\nIRN,AZE,1,2\n", [], "say --column value=quantity or --column count=quantity"),
        ("origin,destination\nIRN,AZE\n", ["--column", "origin=origin", "--set", "origin=AZE"],
         "by --column, or by --set"),
        ("origin,destination,unit\nIRN,31,kg\n", [], "'031' would be Azerbaijan; write all three figures"),
    ],
)  # fmt: skip
def test_hints_are_in_the_words_of_the_command(
    tmp_path: Path, inside: Callable[..., Done], text: str, table: list[str], hint: str
) -> None:
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    done = inside("check", "table.csv", *table)
    assert done.returncode in {1, 2}
    assert hint in done.stderr
    assert not re.search(r"FileForm|azroutes\.|\b[a-z_]+=['\d.]", done.stderr)
    if hint:
        drawn = inside("explore", "out.html", "--flows", "table.csv", *table)
        assert hint in drawn.stderr


def test_what_is_told_of_a_table_is_in_the_words_of_the_command(tmp_path: Path, inside: Callable[..., Done]) -> None:
    (tmp_path / "table.csv").write_text('origin,destination,quantity,"file=FileForm(x)"\nIRN,AZE,1.234,1\n')
    done = inside("check", "table.csv")
    assert "if these are thousands, say --thousands . --decimal ,\n" in done.stdout
    assert "columns left aside: file=FileForm(x)\n" in done.stdout  # a name of the user's stays as it is


READ_BY_COMMAND = ("cells", "columns", "cut", "ends", "engines", "aggregation", "extent", "measure", "names", "nodes",
                   "numerals", "overlooked", "privacy", "read", "record_files", "record_sums", "shape", "tables/binary",
                   "tables/bounds", "tables/delimited", "tables/form", "tables/given", "tables/sheets",
                   "tables/spatial", "tables/workbook")  # fmt: skip


def hints_of(path: Path) -> Iterator[str]:
    """Yield the texts of a module that are no docstring, with a word for each value within."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
             if part is not node}  # fmt: skip
    plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inner | plain:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "3" if "line" in ast.unparse(p) else
                     "" if "more" in ast.unparse(p) else "'x'" for p in list(ast.iter_child_nodes(node)))  # fmt: skip
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_hint_is_left_in_the_words_of_python() -> None:
    """Whoever adds a hint that names an argument has it said of an option, too."""
    words = re.compile(r"FileForm|azroutes\.|\.faults|(?<![\w+=(\\])[a-z_]{2,}=(?=['\d.\s]|$)")
    unreached = ("azroutes.resolve", "azroutes.width_scale", "with the same by=")
    seen = 0
    for name in READ_BY_COMMAND:
        for text in hints_of(HOME / f"{name}.py"):
            if not words.search(text) or any(part in text for part in unreached) or "mode=ro" in text:
                continue
            seen += 1
            left = re.sub(r"--column (?:'[^']*'|\S+)|--set \S+", "", in_options(text))
            assert not words.search(left), f"{name}.py: {text!r} is told as {left!r}"
    assert seen > 12


# What a terminal is told, and where nobody listens.


@pytest.mark.parametrize("name", ["a\x1b]0;evil\x07.csv", "b\nno fault.csv", "c\u202ecsv.csv", "d\x9b2J.csv"])
def test_a_name_of_a_file_gives_a_terminal_no_orders(tmp_path: Path, inside: Callable[..., Done], name: str) -> None:
    (tmp_path / name).write_text(
        "origin,destination,\x1b[31mred,x\u202ey\nIRN,AZE,1,2\nNowhere,AZE,1,2\n", encoding="utf-8"
    )
    done = inside("check", name)
    assert done.returncode == 1
    for text in (done.stdout, done.stderr):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert done.stdout.splitlines()[0] == f"{visible(name)}: 2 rows: 1 read, 1 set aside"
    assert "columns left aside: \\x1b[31mred, x\\u202ey" in done.stdout
    gone = inside("check", name + "x")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", gone.stderr)
    wrong = inside(f"chec{name}")
    assert wrong.returncode == 2
    assert visible(f"chec{name}").split("\\n")[0] in wrong.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", wrong.stderr)


@pytest.mark.parametrize(("closed", "code"), [(">&- 2>&-", 1), ("2>&1 | true", 141)])
def test_where_nobody_listens_it_ends_without_a_word(tmp_path: Path, closed: str, code: int) -> None:
    (tmp_path / "bad.csv").write_text("origin,destination\nIRN,AZE\n" + "Nowhere,AZE\n" * 3000)
    script = f'"{sys.executable}" -m azroutes check bad.csv {closed}; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr
    assert "fault of azroutes" not in done.stderr


def test_what_is_read_is_never_written_over(folder: Path, inside: Callable[..., Done]) -> None:
    content = "origin,destination,quantity\nIRN,AZE,3\n"
    tables = folder / "out" / "tables"
    tables.mkdir(parents=True)
    for path in (folder / "t.csv", tables / "flows.csv"):
        path.write_text(content)
    calls = (["explore", "./t.csv", "--flows", "t.csv"], ["atlas", "out", "--flows", "out/tables/flows.csv"],
             ["aggregate", "t*.csv", "t.csv", "--by", "origin,destination"])  # fmt: skip
    for words in calls:
        done = inside(*words)
        assert done.returncode == 2
        assert "would be written over" in done.stderr
    assert (folder / "t.csv").read_text() == (tables / "flows.csv").read_text() == content
    assert [path.name for path in tables.iterdir()] == ["flows.csv"]


def test_a_home_that_cannot_be_written_to_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "-t ə.csv").write_text(
        "origin,destination,commodity\nIRN,AZE,\U0001f469\u200d\U0001f469\n", encoding="utf-8"
    )
    nowhere = {name: str(tmp_path / "t" / "none") for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    (tmp_path / "t").write_text("no folder")
    done = subprocess.run(
        [*AZROUTES, "figure", "--by", "commodity", "--flows", "-t ə.csv", "--", "-ə o.svg"], cwd=tmp_path,
        env={**os.environ, **nowhere, "LANG": "C", "PYTHONIOENCODING": "ascii"}, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "wrote -ə o.svg\n", "")
    assert (tmp_path / "-ə o.svg").exists()


def test_the_account_asks_for_a_quantity_in_the_words_of_the_command(
    tmp_path: Path, inside: Callable[..., Done]
) -> None:
    (tmp_path / "kilos.csv").write_text("from,to,Amount (kg)\nIran,Georgia,3\nIran,Iraq,4\n", encoding="utf-8")
    said = inside("check", "kilos.csv").stdout
    assert "'Amount (kg)': say --column NAME=quantity, or --wide" in said
    assert "quantity=..." not in said


def test_a_figure_is_as_wide_as_it_is_asked_to_be(tmp_path: Path, inside: Callable[..., Done]) -> None:
    assert inside("figure", "narrow.svg", "--market", "fauna_crimes", "--width-cm", "8.5").returncode == 0
    wide = re.search(r'<svg [^>]*width="([\d.]+)pt"', (tmp_path / "narrow.svg").read_text(encoding="utf-8"))
    assert wide is not None
    assert float(wide[1]) == pytest.approx(8.5 / 2.54 * 72, abs=0.01)
    assert "width_cm 1.0: not a number" in inside("figure", "narrow.svg", "--width-cm", "1").stderr
