"""What a user may say of a table: arguments of `read_flows`, and the same as options of the command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azroutes import FileForm, Policy
from cells import NAMES, PLACES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from draw import Draw

NODES = "nodes.csv"
PLACED = (b"id,name,lat,lon\nIran,I,35,51\nAZE,A,40.4,49.9\nGeorgia,G,41.7,44.8\n31,N,1,2\n",
          b"id;lat;lon\nAZE;40,4;49,9\nIRN;35;51\n", b"iata,x,y\nAZE,5554842.6,4926679\nAZE,1,2\nIran,nan,\n",
          b"key,lat,lon\n", b"lat,lon\n1,2\n", b"", b"\xff\xfe", b"id,lat,lon\n,1,2\n1.0,91,181\nTUR,1e400,x\n",
          b"id,id,lat,lat,lon\nAZE,IRN,1,2,3\n")  # fmt: skip
"""Tables of places: good ones, and others."""

ENDS = ("from", "to", "origin", "destination", "exporter", "AZE", "Iran", "Total", "Nowhere", "", " ", "AZE>IRN",
        *NAMES[:12])  # fmt: skip
CRS = ("EPSG:3857", "EPSG:32639", "EPSG:4326", "EPSG:5773", "EPSG:0", "x", "+proj=longlat +a=0")
DIGITS = ("1", "0", "2.5", "1e15", "1e16", "-1", "nan", "inf")
OURS = ("origin", "destination", "via", "route", "quantity", "unit", "year", "back", "wording", "origin_lon",
        "origin_lat", "sources", "certainty", "flow_id")  # fmt: skip


@dataclass
class Said:
    """Arguments of `read_flows`, and the options of `azroutes check` that mean the same."""

    arguments: dict[str, Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def say(self, name: str, value: Any, *words: str) -> None:
        """Say one thing."""
        self.arguments[name] = value
        self.words += words


def said(draw: Draw, folder: Path) -> Said:
    """Return nothing in most cases, else some things at once, of which not all are fit for the table."""
    found = Said()
    if draw.below(3) != 1:
        return found
    for _ in range(draw.pick((1, 0, 1, 2, 4))):
        draw.pick(_WAYS)(found, draw)
    form: dict[str, Any] = {}
    for _ in range(draw.pick((0, 0, 1, 1, 2))):
        _of_file(form, found, draw)
    if form.get("decimal", ".") != form.get("thousands"):  # else there is no such form
        found.arguments |= {"file": FileForm(**form)} if FileForm(**form) != FileForm() else {}
    else:
        found.words, found.arguments = [], {}
    if "nodes" in found.arguments:
        found.arguments["nodes"] = folder / NODES
        (folder / NODES).write_bytes(draw.pick(PLACED))
        found.words += ["--nodes", str(folder / NODES)]
    return found


def _of_file(form: dict[str, Any], found: Said, draw: Draw) -> None:
    name, values = draw.pick((("decimal", (",", ".")), ("thousands", (",", ".", " ", "'")), ("header", (2, 1, 3, 99)),
                              ("missing", ("NA", "-", "..", "\\N", "")), ("notes", ("*", "(1)", "p", "1", "b")),
                              ("encoding", ("utf-8", "cp1251", "utf-16", "x")),
                              ("separator", (";", ",", "\t", " ", "é")), ("sheet", ("A", "flows", "x"))))  # fmt: skip
    if name in form:
        return
    value = draw.pick(values)
    form[name] = (value,) if name in {"missing", "notes"} else value
    option = "--note" if name == "notes" else f"--{name}"
    found.words.append(f"{option}={value}")


def _end(found: Said, draw: Draw) -> None:
    end, name = draw.pick(("origin", "destination")), draw.pick(ENDS)
    if end not in found.arguments and name.strip() and "=" not in name and "\0" not in name and name.isprintable():
        found.say(end, name, "--set", f"{end}={name}")


def _wide(found: Said, draw: Draw) -> None:
    if "wide" not in found.arguments:
        found.say("wide", way := draw.pick(("year", "destination", "origin")), "--wide", way)


def _counted(found: Said, draw: Draw) -> None:
    if "quantity" not in found.arguments:
        found.say("quantity", float(each := draw.pick(DIGITS)), "--set", f"quantity={each}")


def _renamed(found: Said, draw: Draw) -> None:
    theirs, ours = draw.pick(("from", "to", "via", "value", "quantity", "year", "back", "1", *NAMES)), draw.pick(OURS)
    columns = found.arguments.setdefault("columns", {})
    if theirs in columns or not theirs.strip() or theirs != theirs.strip() or not theirs.isprintable():
        return
    columns[theirs] = ours
    found.words += ["--column", f"{theirs}={ours}"]


def _one_of(name: str, option: str, values: tuple[str, ...]) -> Callable[[Said, Draw], None]:
    def way(found: Said, draw: Draw) -> None:
        if name not in found.arguments:
            found.say(name, value := draw.pick(values), option, value)

    return way


def _nodes(found: Said, _draw: Draw) -> None:
    found.say("nodes", None)


def _drop(found: Said, draw: Draw) -> None:
    if "policy" not in found.arguments:
        kind = draw.pick(("zero", "blank", "loop", "repeat"))
        found.say("policy", Policy(**{kind: "drop"}), "--drop", kind)


def _precise(found: Said, _draw: Draw) -> None:
    if "precise" not in found.arguments:
        found.say("precise", True, "--precise")  # noqa: FBT003 - as it is said


_WAYS: tuple[Callable[[Said, Draw], None], ...] = (
    _wide, _wide, _end, _end, _counted, _renamed, _renamed, _nodes, _drop, _precise,
    _one_of("unit", "--unit", ("kg", "persons", "quantity", "t", "")),
    _one_of("crs", "--crs", CRS), _one_of("convert", "--convert", ("kg", "t", "bottles", "")),
    _one_of("node_key", "--node-key", ("id", "name", "iata", "nokey")),
    _one_of("focus", "--focus", ("AZE", *PLACES[-6:])),
)  # fmt: skip
