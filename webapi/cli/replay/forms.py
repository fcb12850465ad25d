"""Fills a form-js form: the wishes where the form has such a field, something valid wherever it insists on an answer.

The form is what the service shows for the task, so a process owner may add a field or an option and the replay goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import cast

from engine.types import Json

CHOICES = frozenset({"select", "radio", "checklist", "taglist"})
WORD = re.compile(r"[a-z]{4,}")


def fields(schema: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """The components that take an answer, those inside groups included, in the order of the form."""
    for component in cast("Sequence[Mapping[str, Json]]", schema.get("components") or ()):
        if component.get("key") and not component.get("disabled") and not component.get("readonly"):
            yield component
        if component.get("components"):
            yield from fields(component)


def fill(schema: Mapping[str, Json], wishes: Mapping[str, Json], rng: Random, text: str = "") -> dict[str, Json]:
    """Answers by field key. `text` is the complaint: an option whose label it speaks of is chosen before others."""
    answers: dict[str, Json] = {}
    for field in fields(schema):
        key = str(field["key"])
        if key in wishes and _fits(field, wishes[key]):
            answers[key] = wishes[key]
        elif _required(field) or key in wishes or key in GUESSED:
            answers[key] = _answer(field, rng, text)
    return {key: value for key, value in answers.items() if value is not None}


GUESSED = frozenset({"category", "cause"})
"""Choices from catalogues that an organisation makes its own: nothing can be wished for without knowing them."""


def _required(field: Mapping[str, Json]) -> bool:
    """Whether it must be answered. A field that may be hidden is for those who know when it shows: by a wish."""
    rules = field.get("validate")
    return isinstance(rules, Mapping) and bool(rules.get("required")) and not field.get("conditional")


def _options(field: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    values = field.get("values")
    if not isinstance(values, Sequence) or isinstance(values, str):
        return []
    return [value for value in values if isinstance(value, Mapping)]


def _fits(field: Mapping[str, Json], value: Json) -> bool:
    options = [option.get("value") for option in _options(field)]
    return not options or value in options


def _answer(field: Mapping[str, Json], rng: Random, text: str) -> Json:
    kind = field.get("type")
    if kind in CHOICES:
        chosen = _choose(_options(field), rng, text)
        return chosen if chosen is None or kind in {"select", "radio"} else [chosen]
    plain: dict[object, Json] = {"checkbox": True, "number": _number(field), "datetime": None}
    return plain.get(kind, "Done as agreed.")


def _number(field: Mapping[str, Json]) -> Json:
    rules = field.get("validate")
    return rules.get("min", 1) if isinstance(rules, Mapping) else 1


def _choose(options: Sequence[Mapping[str, Json]], rng: Random, text: str) -> Json:
    if not options:
        return None
    words = set(WORD.findall(text.casefold()))
    scored = [(len(words.intersection(WORD.findall(_label(option)))), option) for option in options]
    best = max(score for score, _ in scored)
    return rng.choice([option for score, option in scored if score == best])["value"]


def _label(option: Mapping[str, Json]) -> str:
    return f"{option.get('label', '')} {option.get('value', '')}".casefold()
