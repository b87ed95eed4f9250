"""Geometry of flows: geodesics on the globe, curves and arrows on the plane, and their layout."""
