"""A folium map whose saved page is one file that asks the network for nothing.

The page carries Leaflet, our scripts, our style and the data. A Content-Security-Policy in it allows the
scripts and styles that were there when the page was rendered, by their hashes, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import folium
from branca.element import Element, Figure
from folium.elements import JSCSSMixin
from folium.raster_layers import TileLayer, WmsTileLayer
from folium.template import Template

from azroutes.content_policy import content_policy
from azroutes.errors import AzroutesError, Fault
from azroutes.page_parts import HEAD, scripts, still_style, styles
from azroutes.typesetting import plain
from azroutes.write import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from folium.map import Layer

DATA_ID = "azroutes-data"

_NO_SCRIPTS = "This page draws its map with scripts, which are switched off here."

_NEEDS_NETWORK: tuple[tuple[type[Element], str], ...] = (
    (TileLayer, "tiles come from a server; the page has its own land"),
    (WmsTileLayer, "tiles come from a server; the page has its own land"),
    (folium.Popup, "folium's popups need jQuery; use folium.Tooltip"),
    (folium.Icon, "needs remote scripts and fonts; use folium.CircleMarker or a plain folium.Marker"),
)


class OfflineMap(folium.Map):
    """A folium map that draws a payload with scripts of its own and works with the network off.

    Folium layers that need no remote file can be added to it: shapes, GeoJSON, tooltips, plain markers, a
    layer control. They lie between the land and the arrows.

    Parameters
    ----------
    payload : mapping
        What is drawn, version 1: plain numbers and text, as JSON can hold them. All of it is data: no text
        in it is read as markup, script or template.
    title : str
        Title of the page, as the browser shows it.
    still : str
        What a browser without scripts or canvas shows, as `azroutes.still` makes it: markup in which every text is
        escaped, with neither scripts nor style attributes.

    Raises
    ------
    ValueError
        If the payload holds a number that JSON cannot (NaN or an infinity).
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # folium's own declaration; nothing is ever put in
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template("""
        {% macro html(this, kwargs) %}
        <main class="azroutes">
            <div class="azroutes-map" id={{ this.get_name()|tojson }}></div>
            <aside class="azroutes-panel" aria-label="About this map"></aside>
            <noscript>{{ this.still }}</noscript>
        </main>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = azroutes.start({{ this.get_name()|tojson }});
        {%- if this.objects_to_stay_in_front %}
        (() => {
            const raise = () => [
                {%- for item in this.objects_to_stay_in_front %}{{ item.get_name() }},{% endfor -%}
            ].forEach((layer) => layer.bringToFront());
            {{ this.get_name() }}.on("overlayadd", raise);
            document.addEventListener("DOMContentLoaded", raise);
        })();
        {%- endif %}
        {% endmacro %}
    """)

    def __init__(self, payload: Mapping[str, object], *, title: str, still: str = "") -> None:
        super().__init__(tiles=None)
        self._data = json_text(payload)
        self._stills = {"": still or f'<div class="azroutes-still"><p>{_NO_SCRIPTS}</p></div>'}
        self._still_style = still_style(payload.get("theme"))
        self._id = id_of(title, self._data)
        _PolicyFigure(title=title, plain=self.still).add_child(self)

    @property
    def still(self) -> str:
        """What is shown without scripts or canvas, of each set of flows on the map."""
        return "\n".join(self._stills.values())

    def add_flows(self, layer: Layer, still: str) -> None:
        """Add a second set of flows, with its own picture and table for browsers without scripts or canvas."""
        layer.add_to(self)
        self._stills[layer.get_name()] = still

    def render(self, **kwargs: object) -> str:
        """Put the page's own parts into the figure, then the layers that were added.

        Returns
        -------
        str
            Nothing; as with every folium map the figure around it holds the page.

        Raises
        ------
        AzroutesError
            If a layer needs a remote file; it names every such layer.
        """
        _refuse_remote(self)
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise AzroutesError("a map is rendered by the figure that it is in")
        header = figure.header
        header.add_child(Verbatim(HEAD), name="azroutes_head")
        header.add_child(Verbatim(styles()), name="azroutes_styles")
        header.add_child(Verbatim(self._still_style), name="azroutes_still_style")
        header.add_child(data_part(DATA_ID, self._data), name="azroutes_payload")
        header.add_child(Verbatim(scripts()), name="azroutes_scripts")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""

    def save(self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **kwargs: object) -> None:  # noqa: FBT001, FBT002  # folium's signature
        """Write the page; a path gets the whole new page or keeps what was there.

        Parameters
        ----------
        outfile : path or binary file
            Where the page goes.
        close_file : bool
            Whether a file given open is closed afterwards.
        **kwargs
            Handed to the figure's ``render``, as folium does.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        if not isinstance(outfile, str | bytes | Path):
            super().save(outfile, close_file, **kwargs)
            return
        write_whole(Path(os.fsdecode(outfile)), self.page(**kwargs).encode("utf-8", "replace"))

    def page(self, **kwargs: object) -> str:
        """Return the whole page as text, which `save` writes."""
        rendered: str = self.get_root().render(**kwargs)
        return rendered


class Verbatim(Element):
    """Text that goes into the page as it is; branca's own elements would read braces in it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self._text = text

    def render(self, **kwargs: object) -> str:  # noqa: ARG002  # branca's signature
        """Return the text."""
        return self._text


class _PolicyFigure(Figure):
    """The page around a map, with a policy made from what the finished page holds.

    What is `plain` has neither scripts nor styles, so it is not searched for them.
    """

    def __init__(self, *, title: str, plain: str) -> None:
        super().__init__(title=title)
        self._plain = plain

    def render(self, **kwargs: object) -> str:
        for child in list(self._children.values()):
            child.render(**kwargs)
        self.header._children.pop("meta_http", None)  # noqa: SLF001  # the charset stands before it
        head = self.header.render(**kwargs)
        body = self.html.render(**kwargs)
        script = self.script.render(**kwargs)
        rest = (
            f"<title>{escape(plain(self.title or ''))}</title>\n{head}\n</head>\n<body>\n{body}\n"
            f"<script>\n{script}\n</script>\n</body>\n</html>\n"
        )
        # Browsers hash a script after they have made its line ends one kind.
        rest = rest.replace("\r\n", "\n").replace("\r", "\n")
        policy = escape(content_policy(rest.replace(self._plain, "")), quote=True).replace("&#x27;", "'")
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n{rest}'
        )


def json_text(payload: Mapping[str, object]) -> str:
    """Return JSON in ASCII that no text inside can end: markup and line separators are written as escapes."""
    text = json.dumps(payload, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def id_of(name: str, data: str) -> str:
    """Return an id made of what it is for: folium's are random, and the same flows shall give the same bytes."""
    return hashlib.sha256(f"{name}\n{data}".encode("utf-8", "replace")).hexdigest()[:32]


def data_part(name: str, data: str) -> Verbatim:
    """Return the part of a page that holds data, as data and no script."""
    return Verbatim(f'<script type="application/json" id="{name}">{data}</script>')


def _descendants(element: Element) -> Iterator[Element]:
    for child in element._children.values():  # noqa: SLF001  # branca has no public way
        yield child
        yield from _descendants(child)


def _refuse_remote(root: Element) -> None:
    faults: list[Fault] = []
    for layer in _descendants(root):
        name = type(layer).__name__
        faults += [Fault(reason, value=name) for kind, reason in _NEEDS_NETWORK if isinstance(layer, kind)]
        if isinstance(layer, JSCSSMixin) and not isinstance(layer, folium.Map):
            urls = [url for _, url in (*layer.default_js, *layer.default_css)]
            faults += [Fault(f"loads {url}", value=name) for url in urls]
    if faults:
        raise AzroutesError("the page works without a network, and these layers need one", faults)
