"""Workbooks of Excel and OpenDocument, their parts written by hand so that any of them can be wrong."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from cells import table, text_of

if TYPE_CHECKING:
    from draw import Draw

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
SHEETS = (
    '<sheet name="A" sheetId="1" r:id="rId1"/>', '<sheet name="A" sheetId="1" r:id="rId9"/>', "",
    '<sheet name="" sheetId="x" r:id="rId1" state="hidden"/><sheet name="B" sheetId="1" r:id="rId1"/>',
)  # fmt: skip
"""A good list of sheets, and others."""


def workbook(draw: Draw) -> bytes:
    """Return a workbook of Excel, with cells of every type and now and then a broken part."""
    made = table(draw)
    shared: list[str] = []
    rows = []
    for number, row in enumerate(made.lines(), 1):
        at = draw.pick((0, -1, 1048576, 10**12, "x")) if draw.once_in(99) else draw.pick((None, number))
        cells = "".join(_excel_cell(cell, draw, shared) for cell in row)
        rows.append(f"<row{_said('r', at)}>{cells}</row>")
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    names = draw.pick(SHEETS[1:]) if draw.once_in(30) else SHEETS[0]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": _links(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(("worksheet", "worksheets/sheet1.xml"),
                                             ("sharedStrings", "sharedStrings.xml")),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(shared)}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
        "xl/worksheets/sheet1.xml": sheet,
    }  # fmt: skip
    return _packed(parts, draw)


def _links(*targets: tuple[str, str]) -> str:
    links = (f'<Relationship Id="rId{k}" Type="{OFFICE}/{kind}" Target="{target}"/>'
             for k, (kind, target) in enumerate(targets, 1))  # fmt: skip
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(links)}</Relationships>'


def _said(name: str, value: object) -> str:
    """Return an attribute, if there is a value."""
    return "" if value is None else f' {name}="{value}"'


def _letters(cell: object) -> str:
    """Return a cell as text that XML can hold."""
    return text_of(cell).encode("utf-8", "replace").decode().replace("\0", "")


def _excel_cell(cell: object, draw: Draw, shared: list[str]) -> str:
    at = _said("r", draw.pick(("B2", "ZZZ1", "1", "XFD1048576", "", "A99999999999")) if draw.once_in(199) else None)
    odd = draw.once_in(150)
    if cell is None:
        return f"<c{at}/>"
    text = escape(_letters(cell))
    if isinstance(cell, bool | int | float):
        kind = draw.pick(("b", "d", "e", "s", "x")) if odd else "b" if isinstance(cell, bool) else "n"
        text = str(int(cell)) if isinstance(cell, bool) else text
        return f'<c{at} t="{kind}" s="{draw.below(4) if odd else 0}"><v>{text}</v></c>'
    kind = draw.pick(("e", "d", "n", "b")) if odd else draw.pick(("inlineStr", "s", "str"))
    if kind == "inlineStr":
        return f'<c{at} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    if kind == "s":
        shared.append(f"<si><t>{text}</t></si>")
        number = 10 ** draw.below(20) if draw.once_in(150) else len(shared) - 1
        return f'<c{at} t="s"><v>{number}</v></c>'
    return f'<c{at} t="{kind}"><f>{text}</f><v>{text}</v></c>'


def opendocument(draw: Draw) -> bytes:
    """Return a workbook of OpenDocument, its parts written by hand."""
    made = table(draw)
    rows = "".join(
        f"<table:table-row{_repeated('rows', draw)}>{''.join(_open_cell(cell, draw) for cell in row)}</table:table-row>"
        for row in made.lines()
    )
    parts = {
        "mimetype": SPREADSHEET,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{OASIS}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{SPREADSHEET}"/></manifest:manifest>',
        "content.xml": f'<office:document-content xmlns:office="{OASIS}:office:1.0" xmlns:table="{OASIS}:table:1.0" '
        f'xmlns:text="{OASIS}:text:1.0"><office:body><office:spreadsheet><table:table table:name="A">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>",
    }  # fmt: skip
    return _packed(parts, draw)


def _repeated(what: str, draw: Draw) -> str:
    many = draw.pick(("2", "0", "-1", "1000", "x", "99999999999", "1048576")) if draw.once_in(199) else None
    return _said(f"table:number-{what}-repeated", many)


def _open_cell(cell: object, draw: Draw) -> str:
    if cell is None:
        return f"<table:table-cell{_repeated('columns', draw)}/>"
    text = escape(_letters(cell))
    value = quoteattr(_letters(cell))
    kind = "string"
    if isinstance(cell, int | float):
        kind = "boolean" if isinstance(cell, bool) else "float"
    elif draw.once_in(150):
        kind = draw.pick(("float", "date", "time", "boolean", "currency", "percentage", "x"))
    named = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    told = "" if kind == "string" else f" office:{named}={value}"
    return (f'<table:table-cell office:value-type="{kind}"{told}{_repeated("columns", draw)}>'
            f"<text:p>{text}</text:p></table:table-cell>")  # fmt: skip


def _packed(parts: dict[str, str], draw: Draw) -> bytes:
    buffer, compress = io.BytesIO(), draw.pick((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, text in parts.items():
            content = text.encode()
            if draw.once_in(99):
                content = draw.changed(content)
            if not draw.once_in(199):
                packed.writestr(zipfile.ZipInfo(name), content, compress)
    return buffer.getvalue()
