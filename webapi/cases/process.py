"""What a deployed diagram says about its elements, in the language of the page: names, and instructions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.types import SYSTEM
from webapi.context import engine
from webapi.pages import language


@dataclass(frozen=True, kw_only=True)
class Described:
    """One element as its diagram describes it; `instruction` is Markdown."""

    name: str
    instruction: str


def elements(definition_key: int) -> Mapping[str, Described]:
    """The elements of a process definition by id."""
    reader = language.current()
    return {
        element_id: Described(name=texts.name_in(reader), instruction=texts.instruction_in(reader))
        for element_id, texts in engine().deployments.texts(SYSTEM, definition_key).items()
    }
