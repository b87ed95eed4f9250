"""Flows as a layer on a folium map of the user's own, between its tiles and its markers.

The map stays folium's: its scripts, tiles and controls are the user's choice, and so is what they ask the network for.
What is put in are our scripts, our style and the data; the data is read as data, as on a page of our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import folium
from branca.element import Figure
from folium.map import Layer
from folium.template import Template

from azroutes.errors import AzroutesError, Fault, OptionError
from azroutes.page import OfflineMap, Verbatim, data_part, id_of, json_text
from azroutes.page_parts import JOIN_SCRIPT, markup, own_scripts, own_styles

if TYPE_CHECKING:
    from collections.abc import Mapping

CRS = "EPSG3857"
"""What folium calls the projection of web maps, for which arrows are laid out."""


class FlowLayer(Layer):
    """Flows on a folium map: arrows, places, notes beside the pointer, and a panel that can be folded.

    Parameters
    ----------
    payload : mapping
        What is drawn, as for `azroutes.page.OfflineMap`, without land, which the map has.
    name : str
        What a layer control calls it.

    Raises
    ------
    ValueError
        If the payload holds a number that JSON cannot (NaN or an infinity).
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = azroutes.join({{ this.data_id|tojson }});
        {% endmacro %}
    """)

    def __init__(self, payload: Mapping[str, object], *, name: str) -> None:
        super().__init__(name=markup(name), overlay=True)  # which a layer control takes for markup
        self._name = "FlowLayer"
        self._data = json_text(payload)
        self._id = id_of(name, self._data)
        self._bounds = cast("list[list[float | None]]", payload["bounds"])
        self.data_id = f"azroutes-data-{self._id}"

    def render(self, **kwargs: object) -> str:
        """Put scripts, style and data into the head of the map's page, behind Leaflet.

        Returns
        -------
        str
            Nothing; as with every layer the figure around its map holds the page.

        Raises
        ------
        AzroutesError
            If the layer is on no map.
        """
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise AzroutesError("a layer is rendered by the map that it is on")
        header = figure.header
        # A page of our own has scripts and style already.
        if not isinstance(self._parent, OfflineMap):
            style = own_styles("style.css", "join.css")
            header.add_child(Verbatim(f"<style>\n{style}</style>"), name="azroutes_styles")
            header.add_child(Verbatim(f"<script>\n{own_scripts()}</script>"), name="azroutes_scripts")
        header.add_child(Verbatim(f"<script>\n{own_scripts(JOIN_SCRIPT)}</script>"), name="azroutes_join")
        header.add_child(data_part(self.data_id, self._data), name=self.data_id)
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""

    def _get_self_bounds(self) -> list[list[float | None]]:
        """Return what the flows take up, for the map's ``fit_bounds``."""
        return self._bounds


def check_map(m: object) -> folium.Map:
    """Return a map that flows can be a layer of.

    Raises
    ------
    OptionError
        If it is no folium map, or one in another projection than web maps are.
    """
    if not isinstance(m, folium.Map):
        raise OptionError("m must be a map of folium", [
            Fault("no map", column="m", value=type(m).__name__, hint="folium.Map()")])  # fmt: skip
    if m.crs != CRS:
        hint = f"folium.Map(crs={CRS!r}), which is folium's default"
        raise OptionError("arrows are laid out for web maps", [
            Fault("another projection", column="m", value=m.crs, hint=hint)])  # fmt: skip
    return m
