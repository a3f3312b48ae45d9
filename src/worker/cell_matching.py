"""Which cell of an earlier notebook a cell of the new one is: unchanged, or edited in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from line_breaks import split_lines

_ALIKE = 0.5
"""Share of equal text from which an edited cell is taken for the same one."""


@dataclass(frozen=True)
class Match:
    """The place of the earlier cell."""

    place: int
    unchanged: bool


def match_cells(new: Sequence[tuple[str, str]], old: Sequence[tuple[str, str]]) -> list[Match | None]:
    """For each new cell (kind, source) the earlier one: in order first, then moved ones, then edited ones."""
    matches: list[Match | None] = [None] * len(new)
    gaps: list[tuple[range, range]] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            for offset in range(i2 - i1):
                matches[j1 + offset] = Match(i1 + offset, True)
        elif kind == "replace":
            gaps.append((range(i1, i2), range(j1, j2)))
    _match_moved(matches, new, old)
    for olds, news in gaps:
        _match_edited(matches, new, old, olds, news)
    return matches


def _match_moved(
    matches: list[Match | None], new: Sequence[Hashable], old: Sequence[Hashable]
) -> None:
    used = {match.place for match in matches if match is not None}
    free: dict[Hashable, list[int]] = defaultdict(list)
    for place in range(len(old) - 1, -1, -1):
        if place not in used:
            free[old[place]].append(place)
    for place, cell in enumerate(new):
        if matches[place] is None and free[cell]:
            matches[place] = Match(free[cell].pop(), True)


def _match_edited(
    matches: list[Match | None],
    new: Sequence[tuple[str, str]],
    old: Sequence[tuple[str, str]],
    olds: range,
    news: range,
) -> None:
    used = {match.place for match in matches if match is not None}
    left = [place for place in olds if place not in used]
    right = [place for place in news if matches[place] is None]
    if [old[place][0] for place in left] == [new[place][0] for place in right]:
        for before, after in zip(left, right):
            matches[after] = Match(before, False)
        return
    for after in right:
        for index, before in enumerate(left):
            if old[before][0] == new[after][0] and _alike(old[before][1], new[after][1]):
                matches[after] = Match(before, False)
                left = left[index + 1 :]
                break


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, split_lines(one), split_lines(other), autojunk=False)
    if matcher.ratio() >= _ALIKE:
        return True
    by_character = SequenceMatcher(None, one[:1000], other[:1000])
    return by_character.quick_ratio() >= _ALIKE and by_character.ratio() >= _ALIKE
