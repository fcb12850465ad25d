"""What a diagram says about an element to whoever works on it, in every language that its owner wrote.

The element's own name and documentation are the texts of the diagram's language; the properties `name.<language>` and
`instruction.<language>` (`zeebe:property`) give them in another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn import Element

_NAME, _INSTRUCTION = "name.", "instruction."


@dataclass(frozen=True, kw_only=True)
class ElementTexts:
    """Name and instruction of one element; `names` and `instructions` are the translations by language."""

    name: str = ""
    instruction: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    instructions: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """The name for a reader of `language` (`nl-BE` reads `nl` too); empty where the element has none."""
        return _best(self.names, language) or self.name

    def instruction_in(self, language: str) -> str:
        """What is to be done, for a reader of `language`; empty where nobody wrote it."""
        return _best(self.instructions, language) or self.instruction


def texts_of(element: Element) -> ElementTexts:
    """All texts of an element."""
    return ElementTexts(
        name=element.name or "",
        instruction=(element.documentation or "").strip(),
        names=_after(_NAME, element.properties),
        instructions=_after(_INSTRUCTION, element.properties),
    )


def _after(prefix: str, properties: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(prefix): text.strip() for name, text in properties.items() if name.startswith(prefix)}


def _best(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get(language.partition("-")[0]) or ""
