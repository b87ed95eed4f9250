"""What may be chosen of a drawing or a reading: closed lists of words, the same for calls and for the command."""

from __future__ import annotations

from enum import StrEnum


class By(StrEnum):
    """What is drawn as an arrow of its own."""

    MARKET = "market"
    COMMODITY = "commodity"
    FLOW = "flow"


class Width(StrEnum):
    """What the width of an arrow shows."""

    AUTO = "auto"
    LINEAGES = "lineages"
    QUANTITY = "quantity"


class Look(StrEnum):
    """Colours, type and sizes."""

    DEFAULT = "default"
    PRINT = "print"
    DARK = "dark"
    PRESENTATION = "presentation"


class Outside(StrEnum):
    """What becomes of arrows with an end outside the map."""

    EDGE = "edge"
    INSET = "inset"
    OMIT = "omit"


class Fate(StrEnum):
    """What becomes of the arrows that are not drawn in full."""

    MERGE = "merge"
    OMIT = "omit"


class Wide(StrEnum):
    """What the columns of a wide table are called by."""

    YEAR = "year"
    ORIGIN = "origin"
    DESTINATION = "destination"


class Engines(StrEnum):
    """What adds records up."""

    DUCKDB = "duckdb"
    POLARS = "polars"
    SPARK = "spark"
