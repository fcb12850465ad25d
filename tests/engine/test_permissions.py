from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ConfigurationInvalid, Forbidden
from engine.permissions import Permission, load_roles, may, require
from engine.settings import Settings
from engine.types import COMPLAINANT, SYSTEM, Actor


def test_the_shipped_roles_name_known_permissions_and_every_permission_is_given() -> None:
    roles = load_roles(Settings().config_file("roles.toml"))
    assert {"front-office", "case-handlers", "reviewers", "managers", "administrators"} <= set(roles.groups)
    assert "*" in roles.permissions_of(["administrators"])
    assert all("en" in group.names for group in roles.groups.values())


def test_who_holds_a_permission_may() -> None:
    ann = Actor(username="ann", permissions=frozenset({"task:work"}))
    require(ann, Permission.TASK_WORK)
    assert all(may(SYSTEM, permission) for permission in Permission)
    assert not any(may(COMPLAINANT, permission) for permission in Permission)
    with pytest.raises(Forbidden, match="clock:set"):
        require(ann, Permission.CLOCK_SET)


@pytest.mark.parametrize(
    "text", ["[groups.a]\npermissions = ['fly']", "[groups.a]\nname = 'A'", "not toml", "[groups.a]\npermissions = '*'"]
)
def test_roles_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "roles.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationInvalid, match=r"roles\.toml"):
        load_roles(path)
