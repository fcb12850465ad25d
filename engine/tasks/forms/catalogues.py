"""The organisation's own lists: categories of problems, remedies, causes (`config/taxonomies/*.toml`).

Forms choose from them with `valuesExpression: "=catalogue.categories"`; letters and reports take their labels.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from engine.errors import ConfigurationInvalid
from engine.types import Json

ENGLISH = "en"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing to choose from a list. `amount`: whether a sum of money goes with it; `limits`: by group, the most
    that somebody of that group may grant alone (none: no limit for that group; a group that is absent may not).
    """

    entry_id: str
    labels: Mapping[str, str]
    amount: bool = False
    limits: Mapping[str, Decimal | None] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """What people read, in `language`; else in the language without its region, else in English."""
        return self.labels.get(language) or self.labels.get(language.split("-", maxsplit=1)[0]) or self.labels[ENGLISH]


@dataclass(frozen=True, kw_only=True)
class Catalogues:
    """All lists by name: `categories`, `remedies`, `causes`, and any other file of the folder."""

    lists: Mapping[str, tuple[Entry, ...]]

    def entry(self, name: str, entry_id: str) -> Entry | None:
        """One entry of one list, if both are known."""
        return next((entry for entry in self.lists.get(name, ()) if entry.entry_id == entry_id), None)

    def label(self, name: str, entry_id: str | None, language: str) -> str | None:
        """The label of an entry; its id where it is no longer in the list, so that old cases stay readable."""
        if entry_id is None:
            return None
        entry = self.entry(name, entry_id)
        return entry.label(language) if entry else entry_id

    def context(self, language: str) -> dict[str, Json]:
        """The lists as expressions see them under `catalogue`: objects of value and label."""
        return {name: [_option(entry, language) for entry in entries] for name, entries in self.lists.items()}


def _option(entry: Entry, language: str) -> dict[str, Json]:
    return {"value": entry.entry_id, "label": entry.label(language), "amount": entry.amount}


REQUIRED = ("categories", "remedies", "causes")


def load_catalogues(files: Mapping[str, Path]) -> Catalogues:
    """The lists in `files` (name -> path). Raises ConfigurationInvalid for what cannot be used, naming the file."""
    missing = [name for name in REQUIRED if name not in files]
    if missing:
        raise ConfigurationInvalid(f"The taxonomies {', '.join(missing)} are missing.")
    return Catalogues(lists={name: _entries(path) for name, path in files.items()})


def _entries(path: Path) -> tuple[Entry, ...]:
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("entries")
    except (OSError, ValueError) as error:
        raise ConfigurationInvalid(f"{path.name} cannot be read: {error}") from error
    if not isinstance(rows, list) or not rows:
        raise ConfigurationInvalid(f"{path.name}: there is no list [[entries]].")
    entries = tuple(_entry(path.name, row) for row in rows)
    _refuse_twins(path.name, (entry.entry_id for entry in entries))
    return entries


def _entry(name: str, row: object) -> Entry:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        raise ConfigurationInvalid(f"{name}: an entry has no id.")
    labels, limits = row.get("label"), row.get("limits", {})
    if not isinstance(labels, dict) or not isinstance(labels.get(ENGLISH), str):
        raise ConfigurationInvalid(f"{name}: entry {row['id']!r} has no English label.")
    unknown = sorted(set(row) - {"id", "label", "amount", "limits"})
    if unknown or not isinstance(limits, dict):
        raise ConfigurationInvalid(f"{name}: entry {row['id']!r} has unknown parts: {', '.join(unknown) or 'limits'}.")
    return Entry(
        entry_id=row["id"],
        labels={str(language): str(text) for language, text in labels.items()},
        amount=row.get("amount") is True,
        limits={str(group): _limit(name, row["id"], value) for group, value in limits.items()},
    )


def _limit(name: str, entry_id: str, value: object) -> Decimal | None:
    if value == "unlimited":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigurationInvalid(f'{name}: a limit of {entry_id!r} must be an amount or "unlimited".')
    return Decimal(str(value))


def _refuse_twins(name: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for entry_id in ids:
        if entry_id in seen:
            raise ConfigurationInvalid(f"{name}: {entry_id!r} stands there twice.")
        seen.add(entry_id)
