"""All rules as tables in Markdown, for docs/lint.md; a test compares."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from engine.bpmn.lint import RULES, TEXT, soundness
from engine.bpmn.lint.obligations import Rulebook
from engine.bpmn.lint.rule import Rule
from engine.bpmn.lint.values import VALUES

_HEAD = ("| rule | severity | cure |", "|---|---|---|")


def page(books: Sequence[Rulebook]) -> str:
    """The generated part of the page: what an engine needs, the text of the standard, tokens, values, obligations."""
    lines = ["## What does not run", *_tables(RULES), "## The text and the schema of BPMN 2.0", *_tables(TEXT)]
    lines += ["## The way of the tokens", *_tables(soundness.RULES)]
    lines += [
        "## Values",
        "",
        "| rule | what it asks |",
        "|---|---|",
        *(f"| `{k}` | {v} |" for k, v in VALUES.items()),
        "",
    ]
    for book in books:
        lines += [f"## {book.title}", "", "| rule | clause | refused because | cure |", "|---|---|---|---|"]
        lines += [f"| `{rule.id}` | {rule.clause} | {rule.message} | {rule.cure} |" for rule in book.rules]
    return "\n".join(lines).strip() + "\n"


def _tables(rules: Iterable[Rule]) -> Iterator[str]:
    """One table for each file of rules, under the sentence that it begins with."""
    for module, found in groupby(rules, key=lambda rule: rule.find.__module__):
        said = (sys.modules[module].__doc__ or "").strip().splitlines()[0]
        yield from ("", said, "", *_HEAD)
        yield from (f"| `{rule.id}` | {rule.severity} | {rule.cure} |" for rule in found)
    yield ""
