"""Documented trafficking and smuggling flows as typed tables, report figures and offline maps.

The public names are loaded when they are first used, so that ``import azroutes`` costs almost nothing.

Examples
--------
>>> import azroutes
>>> flows = azroutes.load_flows()
>>> sorted(flows["market"].unique())[0]
'cannabis_trade'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azroutes.accounting import Account, Policy, Reading
    from azroutes.aggregation import aggregate
    from azroutes.arrows import width_scale
    from azroutes.documents import (
        load_flows,
        load_lineages,
        load_observations,
        load_scores,
        load_sources,
        load_statements,
    )
    from azroutes.errors import AzroutesError, Fault, OptionError, OutputError, PlaceError, TableError
    from azroutes.exchange import to_flowmap, to_kepler, to_networkx
    from azroutes.explore import explore_flows
    from azroutes.figure import plot_flows
    from azroutes.figure_files import save_figure
    from azroutes.flows import legs
    from azroutes.gazetteer import Gazetteer, Resolved, resolve_all
    from azroutes.geometry.layout import layout
    from azroutes.geometry.metrics import metrics
    from azroutes.nonplaces import nonplace
    from azroutes.places import Place, resolve
    from azroutes.privacy import suppress
    from azroutes.read import read_flows
    from azroutes.report import write_atlas
    from azroutes.scale import WidthScale
    from azroutes.scene import Scene, compose
    from azroutes.tables.form import FileForm
    from azroutes.theme import Theme
    from azroutes.write import write_flows

__version__ = "0.1.0"

# Where each public name lives; the one list that __all__, dir() and the loader share.
_HOME = {
    "Account": "accounting",
    "AzroutesError": "errors",
    "Fault": "errors",
    "Gazetteer": "gazetteer",
    "OptionError": "errors",
    "OutputError": "errors",
    "FileForm": "tables.form",
    "Place": "places",
    "PlaceError": "errors",
    "Policy": "accounting",
    "Reading": "accounting",
    "Resolved": "gazetteer",
    "Scene": "scene",
    "TableError": "errors",
    "Theme": "theme",
    "WidthScale": "scale",
    "aggregate": "aggregation",
    "compose": "scene",
    "explore_flows": "explore",
    "layout": "geometry.layout",
    "legs": "flows",
    "load_flows": "documents",
    "load_lineages": "documents",
    "load_observations": "documents",
    "load_scores": "documents",
    "load_sources": "documents",
    "load_statements": "documents",
    "metrics": "geometry.metrics",
    "nonplace": "nonplaces",
    "plot_flows": "figure",
    "read_flows": "read",
    "resolve": "places",
    "resolve_all": "gazetteer",
    "save_figure": "figure_files",
    "suppress": "privacy",
    "to_flowmap": "exchange",
    "to_kepler": "exchange",
    "to_networkx": "exchange",
    "width_scale": "arrows",
    "write_atlas": "report",
    "write_flows": "write",
}

__all__ = [
    "Account",
    "AzroutesError",
    "Fault",
    "FileForm",
    "Gazetteer",
    "OptionError",
    "OutputError",
    "Place",
    "PlaceError",
    "Policy",
    "Reading",
    "Resolved",
    "Scene",
    "TableError",
    "Theme",
    "WidthScale",
    "aggregate",
    "compose",
    "explore_flows",
    "layout",
    "legs",
    "load_flows",
    "load_lineages",
    "load_observations",
    "load_scores",
    "load_sources",
    "load_statements",
    "metrics",
    "nonplace",
    "plot_flows",
    "read_flows",
    "resolve",
    "resolve_all",
    "save_figure",
    "suppress",
    "to_flowmap",
    "to_kepler",
    "to_networkx",
    "width_scale",
    "write_atlas",
    "write_flows",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        message = f"module 'azroutes' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"azroutes.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
