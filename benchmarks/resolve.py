"""A column of a million names against the floor: a dictionary that holds each of them already.

    python benchmarks/resolve.py [--names N]

N names (1,000,000 by default) are drawn from some 600 spellings: codes, and names of all four languages as they are and
in capitals; one in a hundred is no place. Each name is text of its own, as a reader of files makes it. Timed once warm:
`resolve_all` on the column; `resolve` in a loop, without what is no place; and both floors, a dictionary from each
spelling to its code looked up for each name, by a comprehension and in a loop. Told are the medians of five runs in
turn. Then one name in a hundred is misspelt in a way of its own, so that near names are looked for.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from typing import TYPE_CHECKING

from azroutes.gazetteer import resolve_all
from azroutes.places import gazetteer, resolve, world

if TYPE_CHECKING:
    from collections.abc import Callable

SEED, RUNS = 5, 5
MOST_S = 2.0
SPELLINGS = 600
NO_PLACE = ("Total", "Unknown", "XX", "*ST", "Congo", "Atlantis")


def spellings() -> list[str]:
    names = world()
    draw = random.Random(SEED)  # noqa: S311 - nothing secret
    known = [*gazetteer(), *(text for text, bearers in names.exact.items() if len(bearers) == 1 and len(text) > 3)]
    some = draw.sample(known, SPELLINGS // 2)
    return [*some, *(text.upper() for text in some)]


def told(what: str, seconds: float, floor: float) -> None:
    verdict = "ok" if seconds < MOST_S else "MISSED"
    ratio = f"{seconds / floor:.1f} times the floor ({floor:.3f} s)"
    print(f"{what:<20}{seconds:8.3f} s  {ratio}  {verdict}, at most {MOST_S} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=1_000_000)
    many = parser.parse_args().names
    draw = random.Random(SEED)  # noqa: S311
    places = spellings()
    answers = dict(zip(places, resolve_all(places).codes, strict=True))
    known = ["".join(list(text)) for text in draw.choices(places, k=many)]
    column = [draw.choice(NO_PLACE) if draw.random() < 0.01 else name for name in known]
    floor = answers | dict.fromkeys(NO_PLACE, "")

    def looped() -> None:
        for name in known:
            resolve(name)

    def floor_looped() -> None:
        for name in known:
            answers[name]

    work: dict[str, Callable[[], object]] = {
        "resolve_all": lambda: resolve_all(column),
        "floor": lambda: [floor[name] for name in column],
        "resolve in a loop": looped,
        "floor in a loop": floor_looped,
    }
    times: dict[str, list[float]] = {what: [] for what in work}
    for _ in range(RUNS):
        for what, call in work.items():
            start = time.perf_counter()
            call()
            times[what].append(time.perf_counter() - start)
    middle = {what: statistics.median(taken) for what, taken in times.items()}
    print(f"{many:,} names of {len(answers):,} spellings")
    told("resolve_all", middle["resolve_all"], middle["floor"])
    told("resolve in a loop", middle["resolve in a loop"], middle["floor in a loop"])

    wrong = [f"{name} q{k}x" if k % 100 == 0 else name for k, name in enumerate(known)]
    start = time.perf_counter()
    found = resolve_all(wrong)
    taken = time.perf_counter() - start
    print(f"with {len(found.faults):,} rows misspelt, each in its own way: {taken:.2f} s")


if __name__ == "__main__":
    main()
