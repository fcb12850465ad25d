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
_Index = dict[str, list[tuple[Key, str]]]


@lru_cache(20_000)
def _key(name: str) -> Key:
    try:
        parts = tokens(Source(name))[:-1]
    except FeelSyntaxError:
        return ()
    return tuple((part.text, i > 0 and part.start == parts[i - 1].end) for i, part in enumerate(parts))


def _fits(key: Key, found: Sequence[Token], at: int) -> bool:
    if at + len(key) > len(found):
        return False
    for offset, (text, glued) in enumerate(key):
        token = found[at + offset]
        if token.text != text or (offset and (token.start == found[at + offset - 1].end) != glued):
            return False
    return True


class Names:
    """The names of one scope, over those of the scopes around it."""

    __slots__ = ("_index", "_parent", "known")

    def __init__(self, names: Iterable[str] = (), parent: Names | None = None) -> None:
        self._index: _Index = {}
        self._parent = parent
        self.known: set[str] = set()
        for name in names:
            self.add(name)

    def over(self, parent: Names) -> Names:
        """The same names, shared and not copied, over another scope."""
        view = Names((), parent)
        view._index, view.known = self._index, self.known
        return view

    def add(self, name: str) -> None:
        """Declare a name."""
        if name in self.known:
            return
        self.known.add(name)
        key = _key(name)
        if key:
            entries = self._index.setdefault(key[0][0], [])
            entries.append((key, name))
            entries.sort(key=lambda entry: -len(entry[0]))

    def match(self, found: Sequence[Token], at: int) -> tuple[str | None, int]:
        """The longest name that starts at the token, and the number of its tokens; (None, 0) if there is none."""
        best, size = None, 0
        scope: Names | None = self
        first = found[at].text
        while scope is not None:
            for key, name in scope._index.get(first, ()):
                if len(key) <= size:
                    break
                if _fits(key, found, at):
                    best, size = name, len(key)
                    break
            scope = scope._parent
        return best, size
