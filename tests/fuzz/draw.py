"""Choices drawn from bytes: a fuzzer's, or those of a seed; the same bytes are the same choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Draw:
    """What is left of some bytes; where nothing is left, every choice is the first one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to one less than a bound."""
        if bound < 2:
            return 0
        return int.from_bytes(self.some((bound.bit_length() + 14) // 8), "big") % bound

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of some choices."""
        return choices[self.below(len(choices))]

    def often(self) -> bool:
        """Tell yes three times in four; no where nothing is left."""
        return self.below(4) > 0

    def rarely(self) -> bool:
        """Tell yes one time in eight."""
        return self.once_in(8)

    def once_in(self, many: int) -> bool:
        """Tell yes one time in so many; no where nothing is left."""
        return self.below(many) == many - 1

    def some(self, count: int) -> bytes:
        """Return the next bytes, as many as there are."""
        found = self._data[self._at : self._at + count]
        self._at += count
        return found

    def changed(self, whole: bytes, most: int = 8) -> bytes:
        """Return bytes with some runs of them replaced, left out or doubled."""
        spoilt = bytearray(whole)
        for _ in range(1 + self.below(most)):
            at = self.below(len(spoilt) + 1)
            cut = self.pick((1, 0, 1, 4, 1 + self.below(64)))
            spoilt[at : at + cut] = self.pick((
                self.some(cut), b"", bytes(spoilt[at : at + cut]) * 2, b"\0" * cut, b"\xff" * cut,
                self.some(1 + self.below(8)),
            ))  # fmt: skip
        return bytes(spoilt[: self.below(len(spoilt))] if self.rarely() else spoilt)
