"""The closed lists of codes that tables use, each with the words a reader sees."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """A code with a label: by default the code's own words."""

    @property
    def label(self) -> str:
        """The code as a reader sees it."""
        return _LABELS.get(self.value, self.value.replace("_", " ").capitalize())


class Market(Code):
    """The ten criminal markets of the Global Organized Crime Index (2021)."""

    HUMAN_TRAFFICKING = "human_trafficking"
    HUMAN_SMUGGLING = "human_smuggling"
    ARMS_TRAFFICKING = "arms_trafficking"
    FLORA_CRIMES = "flora_crimes"
    FAUNA_CRIMES = "fauna_crimes"
    NON_RENEWABLE_RESOURCE_CRIMES = "non_renewable_resource_crimes"
    HEROIN_TRADE = "heroin_trade"
    COCAINE_TRADE = "cocaine_trade"
    CANNABIS_TRADE = "cannabis_trade"
    SYNTHETIC_DRUG_TRADE = "synthetic_drug_trade"


class Form(Code):
    """What trafficked persons are made to do."""

    SEXUAL_EXPLOITATION = "sexual_exploitation"
    FORCED_LABOUR = "forced_labour"
    DOMESTIC_SERVITUDE = "domestic_servitude"
    BEGGING = "begging"
    STATE_IMPOSED_LABOUR = "state_imposed_labour"


class Role(Code):
    """The part that the focus country has in a flow."""

    SOURCE = "source"
    TRANSIT = "transit"
    DESTINATION = "destination"
    DOMESTIC = "domestic"


class Certainty(Code):
    """How sure the source's own words are; the order is from least to most."""

    ALLEGED = "alleged"
    QUALIFIED = "qualified"
    AFFIRMED = "affirmed"


class Basis(Code):
    """How a path is given; the order is from weakest to strongest."""

    NATIONALITY = "nationality"
    LISTED = "listed"
    STATED = "stated"


class Polarity(Code):
    """What a statement does with what it says."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"
    RISK = "risk"


class PlaceKind(Code):
    """What a place is."""

    COUNTRY = "country"
    SUBDIVISION = "subdivision"
    REGION = "region"
    HISTORIC = "historic"
    POINT = "point"


class Group(Code):
    """Who is moved; the order is the one in which groups are joined."""

    WOMEN = "women"
    MEN = "men"
    GIRLS = "girls"
    BOYS = "boys"
    CHILDREN = "children"
    FEMALES = "females"
    MALES = "males"


_LABELS = {
    "non_renewable_resource_crimes": "Non-renewable resource crimes",
    "synthetic_drugs": "Synthetic drugs",
    "state_imposed_labour": "State-imposed labour",
    "listed": "Listed (one pair of a list)",
    "nationality": "Origin given as a nationality",
}


def codes(kind: type[Code]) -> list[str]:
    """Return the codes of one list, in its order."""
    return [code.value for code in kind]


def label(kind: type[Code], code: str | None) -> str:
    """Return the label of a code, or of any other text the text itself in plain words."""
    if code is None:
        return ""
    return kind(code).label if code in codes(kind) else words(code)


def words(code: str) -> str:
    """Return a code of an open list (a commodity, a unit) as plain words."""
    return code.replace("_", " ").strip().capitalize()
