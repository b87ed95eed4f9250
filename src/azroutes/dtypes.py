"""The dtypes that tables share: closed lists of codes as pandas categories, and the CRS of places."""

from __future__ import annotations

import pandas as pd

from azroutes.vocabulary import Basis, Certainty, Form, Market, Polarity, Role, codes

GEOGRAPHIC = "EPSG:4326"
FARTHEST = 1e9
"""Coordinates beyond this are no place, in any CRS: projections would wrap them around the globe."""

MARKET = pd.CategoricalDtype(codes(Market))
FORM = pd.CategoricalDtype(codes(Form))
ROLE = pd.CategoricalDtype(codes(Role))
BASIS = pd.CategoricalDtype(codes(Basis))
POLARITY = pd.CategoricalDtype(codes(Polarity))
CERTAINTY = pd.CategoricalDtype(codes(Certainty), ordered=True)
