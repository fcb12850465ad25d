"""Names with spaces and operators in them, recognised by what is in scope (DMN 1.5, 10.3.1.4).

A name is a sequence of tokens, each with the fact whether it is glued to the one before: `a-b` is a name if it is
declared, `a - b` is a subtraction. The longest name wins, inner scopes before outer ones of the same length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Source, Token, tokens

Key = tuple[tuple[str, bool], ...]


@lru_cache(20_000)
def _key(name: str) -> Key:
    try:
        parts = tokens(Source(name))[:-1]
    except FeelSyntaxError:
        return ()
    return tuple((part.text, i > 0 and part.start == parts[i - 1].end) for i, part in enumerate(parts))


class _Entry:
    """The names that start with one token, by their tokens, and the lengths that occur, the longest first."""

    __slots__ = ("by_key", "lengths")

    def __init__(self) -> None:
        self.by_key: dict[Key, str] = {}
        self.lengths: list[int] = []

    def add(self, key: Key, name: str) -> None:
        self.by_key[key] = name
        if len(key) not in self.lengths:
            self.lengths = sorted([*self.lengths, len(key)], reverse=True)


class Names:
    """The names of one scope, over those of the scopes around it."""

    __slots__ = ("_index", "_parent", "known")

    def __init__(self, names: Iterable[str] = (), parent: Names | None = None) -> None:
        self._index: dict[str, _Entry] = {}
        self._parent = parent
        self.known: set[str] = set()
        for name in names:
            self.add(name)

    def over(self, parent: Names) -> Names:
        """The same names, shared and not copied, over another scope."""
        view = Names((), parent if self._parent is None else self._parent.over(parent))
        view._index, view.known = self._index, self.known
        return view

    def add(self, name: str) -> None:
        """Declare a name."""
        if name in self.known:
            return
        self.known.add(name)
        key = _key(name)
        if key:
            self._index.setdefault(key[0][0], _Entry()).add(key, name)

    def match(self, found: Sequence[Token], at: int) -> tuple[str | None, int]:
        """The longest name that starts at the token, and the number of its tokens; (None, 0) if there is none."""
        best, size = None, 0
        scope: Names | None = self
        first = found[at].text
        while scope is not None:
            entry = scope._index.get(first)
            if entry is not None:
                for length in entry.lengths:
                    if length <= size:
                        break
                    name = entry.by_key.get(_tokens_key(found, at, length))
                    if name is not None:
                        best, size = name, length
                        break
            scope = scope._parent
        return best, size


def _tokens_key(found: Sequence[Token], at: int, length: int) -> Key:
    if length == 1:
        return ((found[at].text, False),)
    window = found[at : at + length]
    return tuple((token.text, i > 0 and token.start == window[i - 1].end) for i, token in enumerate(window))
