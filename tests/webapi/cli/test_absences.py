"""`amends user away`, `back` and `absences`."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import Result

DAYS = ("--from", "2199-01-01", "--until", "2199-01-05")


def test_absences_are_entered_listed_and_ended(amends: Callable[..., Result]) -> None:
    for name in ("ann", "ben"):
        assert amends("user", "add", name, "--group", "case-handlers", "--no-password").exit_code == 0
    made = amends("user", "away", "ann", *DAYS, "--deputy", "ben")
    assert "ann is away from 2199-01-01 to 2199-01-05; ben stands in." in made.output
    (row,) = json.loads(amends("user", "absences", "ann", "--json").output)
    assert (row["deputy"], row["state"]) == ("ben", "ahead")
    clash = amends("user", "away", "ann", *DAYS, "--deputy", "ben", "--delegate")
    assert (clash.exit_code, "already" in clash.output) == (1, True)
    assert amends("user", "back", "ann", str(row["absence_key"])).exit_code == 0
    assert "cancelled" in amends("user", "absences", "ann").output
    assert amends("user", "away", "ann", "--from", "soon", "--until", "2199-01-05", "--deputy", "ben").exit_code == 2
