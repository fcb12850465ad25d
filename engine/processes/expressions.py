"""Expressions of diagrams, checked when they are deployed: what fails for sure is an error, what looks wrong a warning.

Which variables there will be cannot be known in general: a start, a message or a worker may bring any. So a name is
called misspelt only if there is a name like it; and only of what a register gives are the entries known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.bpmn.dialect.feel_places import Place, Spoken, feel_places
from engine.errors import AmendsError, Finding, Severity
from engine.feel import Functions, check

_SURE = frozenset({"feel-unknown-function", "feel-arguments", "feel-literal", "feel-unknown-member"})


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What expressions may speak of beside what diagrams set.

    `names` are given by a register, with dots for entries (`complaint.status`); `fields` are the variables of forms, by
    form id.
    """

    functions: Functions
    names: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


def check_expressions(files: Iterable[tuple[str, bytes]], reach: Reach) -> list[Finding]:
    """Findings about the expressions of diagrams that are deployed together, each at its element."""
    spoken = {name: found for name, content in files if (found := _spoken(name, content)) is not None}
    known = set(reach.names)
    for found in spoken.values():
        known |= found.variables.union(*(reach.fields.get(form, frozenset()) for form in found.forms))
    return [
        finding
        for name, found in spoken.items()
        for place in found.places
        for finding in _findings(name, place, known, reach.functions)
    ]


def _spoken(name: str, content: bytes) -> Spoken | None:
    try:
        return feel_places(name, content)
    except AmendsError:
        return None  # refused already, with the reason


def _findings(file: str, place: Place, known: Iterable[str], functions: Functions) -> Iterator[Finding]:
    for found in check(place.text, known, functions=functions):
        if found.rule == "feel-syntax" or (found.rule == "feel-unknown-name" and not found.cure):
            continue  # syntax is told by the reader of the diagram; a name like no other may come from outside
        message = f"={_short(place.text)}: {found.message}"
        severity: Severity = "error" if found.rule in _SURE else "warning"
        at = replace(found, file=file, element_id=place.element_id, line=place.line)
        yield replace(at, message=message, severity=severity)


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= 60 else f"{joined[:57]}..."
