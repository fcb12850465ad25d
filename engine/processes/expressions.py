"""Expressions of diagrams and forms, checked at deployment: what fails for sure is an error, the rest a warning.

Which variables there will be cannot be known: a start, a message or a worker may bring any. So a name that nothing
deployed here sets is a warning, once in a file; and only of what a register gives are the entries known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.bpmn.dialect.feel_places import Place, Spoken, feel_places
from engine.errors import AmendsError, Finding, Severity
from engine.feel import Functions, check
from engine.processes.hooks import FormFacts, FormText

_SURE = frozenset({"feel-unknown-function", "feel-arguments", "feel-literal", "feel-unknown-member"})
_TOLD_BY_FORMS = frozenset({"feel-arguments", "feel-literal"})
"""What refuses a form already when it is read alone."""
_FROM_OUTSIDE = "nothing that is deployed here sets {}: a start, a message or a worker has to bring it"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What expressions may speak of beside what diagrams set.

    `names` are given by a register, with dots for entries (`complaint.status`); `forms` are those that are deployed
    too, by the names of their files.
    """

    functions: Functions
    names: frozenset[str] = frozenset()
    forms: Mapping[str, FormFacts] = field(default_factory=dict)


def check_expressions(files: Iterable[tuple[str, bytes]], reach: Reach) -> list[Finding]:
    """Findings about the expressions of diagrams and forms that are deployed together, each at its element."""
    spoken = {name: found for name, content in files if (found := _spoken(name, content)) is not None}
    shown = frozenset().union(*(found.forms for found in spoken.values()))
    known = set(reach.names)
    known = known.union(*(found.variables for found in spoken.values()))
    known = known.union(*(form.variables for form in reach.forms.values() if form.form_id in shown))
    at_hand = {form.form_id for form in reach.forms.values()}
    findings: list[Finding] = []
    for name, found in spoken.items():
        judges = found.forms <= at_hand  # what a form sets that is deployed elsewhere is not known here
        findings += _Checker(name, known, reach.functions, judges=judges).diagram(found.places)
    for name, form in reach.forms.items():
        findings += _Checker(name, known | form.names, reach.functions, judges=form.form_id in shown).form(form)
    return findings


def _spoken(name: str, content: bytes) -> Spoken | None:
    try:
        return feel_places(name, content)
    except AmendsError:
        return None  # refused already, with the reason


class _Checker:
    """Looks at the expressions of one file. `judges`: is a name that nothing sets worth a word?"""

    def __init__(self, file: str, known: Iterable[str], functions: Functions, *, judges: bool = True) -> None:
        self._file, self._known, self._functions, self._judges = file, frozenset(known), functions, judges
        self._told: set[str] = set()

    def diagram(self, places: Iterable[Place]) -> Iterator[Finding]:
        """Findings at elements, with the line of the element."""
        for place in places:
            for found in self._of(place.text):
                yield replace(found, file=self._file, element_id=place.element_id, line=place.line)

    def form(self, form: FormFacts) -> Iterator[Finding]:
        """Findings at fields, with line and column of the file."""
        for text in form.expressions:
            for found in self._of(text.text):
                if found.rule not in _TOLD_BY_FORMS:
                    yield replace(_placed(found, text), file=self._file, element_id=text.element_id)

    def _of(self, text: str) -> Iterator[Finding]:
        for found in check(text, self._known, functions=self._functions):
            if found.rule == "feel-syntax":
                continue  # told by the reader of the diagram or form
            told = self._unset(found) if found.rule == "feel-unknown-name" and not found.cure else found
            if told is not None:
                severity: Severity = "error" if told.rule in _SURE else "warning"
                yield replace(told, message=f"={_short(text)}: {told.message}", severity=severity)

    def _unset(self, found: Finding) -> Finding | None:
        """A name like no other: a warning, the first time that it is met in this file."""
        name = found.message.removeprefix("nothing is called ")
        if not self._judges or name in self._told:
            return None
        self._told.add(name)
        return replace(found, rule="feel-unset-name", message=_FROM_OUTSIDE.format(name))


def _placed(found: Finding, text: FormText) -> Finding:
    """The finding with its place in the file, where quotes of the expression are written with a backslash."""
    if text.line is None or text.column is None or (found.line or 1) > 1:
        return replace(found, line=text.line)
    before = json.dumps(text.text[: (found.column or 1) - 1], ensure_ascii=False)
    return replace(found, line=text.line, column=text.column + len(before) - 2)


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= 60 else f"{joined[:57]}..."
