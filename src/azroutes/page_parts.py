"""What every page holds beside its data: our scripts and styles, and Leaflet's, as text."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SCRIPTS = (
    "geometry.js",
    "numbers.js",
    "packed.js",
    "flows.js",
    "filter.js",
    "given.js",
    "tips.js",
    "levels.js",
    "sums.js",
    "seek.js",
    "clusters.js",
    "model.js",
    "arrows.js",
    "labels.js",
    "close_up.js",
    "canvas_layer.js",
    "land.js",
    "dom.js",
    "speech.js",
    "legend.js",
    "svg_context.js",
    "sheet.js",
    "export.js",
    "details.js",
    "filters.js",
    "search.js",
    "motion.js",
    "address.js",
    "table.js",
    "panel.js",
    "pointer.js",
    "keys.js",
    "paper.js",
    "fallback.js",
    "picture.js",
    "selection.js",
    "painting.js",
    "sets.js",
    "app.js",
    "main.js",
)
"""Our scripts, in the order in which they build on one another."""

JOIN_SCRIPT = "join.js"
"""The one more that flows need which come to a map that is there already."""

# A page for every reader: folium's own viewport forbids zooming, and a missing icon would be asked for.
HEAD = (
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="referrer" content="no-referrer">\n'
    '<link rel="icon" href="data:,">'
)

_COLOUR = re.compile(r"#?\w+")
"""Colours that may stand in a style sheet: a number or a name, nothing that could end a rule."""


def _web() -> Traversable:
    return resources.files("azroutes") / "web"


def _leaflet() -> Traversable:
    return resources.files("xstatic.pkg.leaflet") / "data"


def _data_uri(image: str) -> str:
    encoded = base64.b64encode((_leaflet() / "images" / image).read_bytes()).decode()
    return f"data:image/png;base64,{encoded}"


def own_styles(*names: str) -> str:
    """Return our style sheets as one."""
    return "\n".join((_web() / name).read_text(encoding="utf-8") for name in names)


def own_scripts(*names: str) -> str:
    """Return some of our scripts as one, by default all of a page; Leaflet comes before them."""
    return "\n".join((_web() / name).read_text(encoding="utf-8") for name in names or SCRIPTS)


@cache
def styles() -> str:
    """Return the style sheets of a page, Leaflet's and ours, as elements of its head."""
    leaflet = (_leaflet() / "leaflet.css").read_text(encoding="utf-8")
    leaflet = re.sub(r"url\(images/([\w-]+\.png)\)", lambda match: f"url({_data_uri(match[1])})", leaflet)
    own = own_styles("style.css", "still.css")
    notice = (_web() / "leaflet-licence.txt").read_text(encoding="utf-8")
    return f"<style>\n/*\n{notice}*/\n{leaflet}</style>\n<style>\n{own}</style>"


def still_style(theme: object) -> str:
    """Return how the page looks without scripts, which else give it the colours of its theme and a map to fill it."""
    known = theme if isinstance(theme, dict) else {}
    colours = {name: str(known.get(name, "")) for name in ("paper", "ink", "quiet")}
    own = "".join(f" --{name}: {value};" for name, value in colours.items() if _COLOUR.fullmatch(value))
    rules = (
        f".azroutes {{ height: auto; overflow: visible;{own} }}\n.azroutes-map, .azroutes-panel {{ display: none; }}"
    )
    return f"<noscript><style>\n{rules}\n</style></noscript>"


@cache
def scripts() -> str:
    """Return the scripts of a page, Leaflet and ours, as elements of its head."""
    notice = (_web() / "leaflet-licence.txt").read_text(encoding="utf-8")
    leaflet = (_leaflet() / "leaflet.js").read_text(encoding="utf-8")
    leaflet = re.sub(r"\n//# sourceMappingURL=\S*\s*$", "\n", leaflet)
    # Leaflet looks for its marker beside its style sheet, which is not there.
    images = {"iconUrl": "marker-icon", "iconRetinaUrl": "marker-icon-2x", "shadowUrl": "marker-shadow"}
    options = json.dumps({option: _data_uri(f"{image}.png") for option, image in images.items()})
    marker = f'L.Icon.Default.imagePath = "";\nL.Icon.Default.mergeOptions({options});\n'
    own = own_scripts()
    return f"<script>\n/*\n{notice}*/\n{leaflet}{marker}</script>\n<script>\n{own}</script>"


def markup(text: str) -> str:
    """Return text as markup shows it: no tag or attribute begins in it, nor a template, as which folium reads a page.

    Examples
    --------
    >>> markup("<b>{{x}}")
    '&lt;b&gt;&#123;&#123;x&#125;&#125;'
    """
    return escape(text, quote=True).replace("{", "&#123;").replace("}", "&#125;")
