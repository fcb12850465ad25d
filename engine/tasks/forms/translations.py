"""Texts of forms in other languages.

A form `initial-assessment` has its translations beside it in `initial-assessment.nl.json`, an object of key -> text,
or inside it under `translations.nl`. Keys: `title`, and by a component's key (or id, where it has no key)
`<key>.label`, `<key>.description`, `<key>.text` and `<key>.values.<value>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from engine.errors import ConfigurationInvalid
from engine.tasks.forms.model import Component, Form, Option

Texts = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Translations:
    """Texts by form id and language."""

    texts: Mapping[tuple[str, str], Texts] = field(default_factory=dict)

    def of(self, form: Form, language: str) -> Texts:
        """The texts of `form` in `language` (`nl-BE` falls back to `nl`); the file's win over the form's own."""
        found: dict[str, str] = {}
        for code in (language.split("-", maxsplit=1)[0], language):
            found.update(form.translations.get(code, {}))
            found.update(self.texts.get((form.form_id, code), {}))
        return found


def load_translations(folders: Iterable[Path]) -> Translations:
    """All `<form-id>.<language>.json` of the folders; a later folder wins. Raises ConfigurationInvalid."""
    texts: dict[tuple[str, str], Texts] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.*.json")):
            form_id, _, language = path.stem.rpartition(".")
            texts[form_id, language] = _read(path)
    return Translations(texts=texts)


def _read(path: Path) -> Texts:
    try:
        data = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ConfigurationInvalid(f"{path.name} cannot be read: {error}") from error
    if not isinstance(data, dict) or not all(isinstance(text, str) for text in data.values()):
        raise ConfigurationInvalid(f"{path.name} must be an object of key -> text.")
    return data


def localise(component: Component, texts: Texts) -> Component:
    """The component with its texts replaced where there are others; what it holds is left as it is."""
    name = component.key or component.id
    return replace(
        component,
        label=texts.get(f"{name}.label", component.label),
        description=texts.get(f"{name}.description", component.description),
        text=texts.get(f"{name}.text", component.text),
        options=tuple(
            Option(value=option.value, label=texts.get(f"{name}.values.{option.value}", option.label))
            for option in component.options
        ),
    )
