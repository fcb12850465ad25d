"""Roles and the people of the demonstration."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.permissions import load_roles


def people(config: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((config / "demo" / "people.toml").read_text("utf-8"))["people"]
    return rows


def test_roles_can_be_read_and_have_names_in_both_languages(config: Path) -> None:
    for group in load_roles(config / "roles.toml").groups.values():
        assert set(group.names) == {"en", "nl"}


def test_there_is_somebody_for_every_group_and_a_second_person_where_one_is_needed(
    config: Path, groups: Mapping[str, Any]
) -> None:
    members = Counter(group for person in people(config) for group in person["groups"])
    assert set(members) == set(groups)
    assert all(members[group] >= 2 for group in ("case-handlers", "senior-handlers", "reviewers", "managers"))


def test_no_password_is_kept(config: Path) -> None:
    assert {key for person in people(config) for key in person} == {"username", "name", "email", "groups", "locale"}


def test_user_names_and_addresses_are_unique(config: Path) -> None:
    for field in ("username", "email"):
        assert max(Counter(person[field] for person in people(config)).values()) == 1
