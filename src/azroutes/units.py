"""Units that can be turned into one another, and how much of anything a row may say."""

from __future__ import annotations

from fractions import Fraction

from azroutes.errors import Fault, OptionError

MOST = 1e15
"""The largest quantity of a row: beyond it digits are lost, and sums overflow."""

MASS = {name: Fraction(kilograms) for name, kilograms in {
    "mg": "1e-6", "g": "1e-3", "kg": "1", "t": "1e3", "lb": "0.45359237", "oz": "0.028349523125",
}.items()}  # fmt: skip
"""Kilograms in each unit of mass, exactly; the pound and the ounce are those of the international agreement of 1959."""

OTHER_NAMES = {
    "milligram": "mg", "milligrams": "mg", "gram": "g", "grams": "g", "gramme": "g", "grammes": "g", "gr": "g",
    "kilogram": "kg", "kilograms": "kg", "kilo": "kg", "kilos": "kg", "kgs": "kg", "kilogramme": "kg",
    "kilogrammes": "kg", "tonne": "t", "tonnes": "t", "metric ton": "t", "metric tons": "t", "metric tonnes": "t",
    "pound": "lb", "pounds": "lb", "lbs": "lb", "ounce": "oz", "ounces": "oz",
}  # fmt: skip
"""A bare "ton" is none of them: it may be a metric, a short or a long one."""


def known_unit(text: str) -> str | None:
    """Return the unit of mass that a text means; None where it means none.

    Examples
    --------
    >>> known_unit("Kilograms"), known_unit("bottles")
    ('kg', None)
    """
    name = text.strip()
    return name if name in MASS else OTHER_NAMES.get(name.lower(), name.lower() if name.lower() in MASS else None)


def factor(unit: str, target: str) -> tuple[float, float] | None:
    """Return by what to multiply and then to divide a quantity to have it in another unit; None for other kinds.

    Both are whole numbers, so that 123 g become the very number that stands for 0.123 kg: a thousandth is no number of
    a computer's, and a product with it may differ from that in its last digit, so that like rows would not be alike.

    Examples
    --------
    >>> factor("g", "kg"), factor("t", "kg"), factor("bottles", "kg")
    ((1.0, 1000.0), (1000.0, 1.0), None)
    """
    known = known_unit(unit)
    if known is None:
        return None
    share = MASS[known] / MASS[target]
    return float(share.numerator), float(share.denominator)


def check_target(unit: str) -> str:
    """Return the unit that quantities are to be turned into.

    Raises
    ------
    OptionError
        If it is none that others can be turned into.
    """
    known = known_unit(unit)
    if known is None:
        fault = Fault("no unit of mass", column="convert", value=unit, hint="one of " + ", ".join(MASS))
        raise OptionError("quantities cannot be converted", [fault])
    return known
