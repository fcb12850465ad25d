"""`amends feel`, `amends decide` and what `amends lint` says of tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.engine.dmn.modelling import decision, definitions, table
from tests.engine.dmn.test_imports import FILES

Amends = Callable[..., Result]


def test_feel_says_why_something_is_null(amends: Amends) -> None:
    ended = amends("feel", "amount > 1 and limit > 5", "--context", '{"amount": 2}')
    assert ended.stdout == "null\n"
    assert "line 1, column 16: nothing is called limit" in ended.stderr
    told = json.loads(amends("feel", "1 / 0", "--json").stdout)["diagnostics"]
    assert [(one["code"], one["column"]) for one in told] == [("division-by-zero", 3)]


def test_feel_knows_the_calendar(amends: Amends) -> None:
    assert amends("feel", 'add working days(@"2026-01-30", 1)').stdout == '"2026-02-02"\n'


def test_decide_tells_inputs_and_rules(amends: Amends, tmp_path: Path) -> None:
    file = tmp_path / "t.dmn"
    file.write_bytes(definitions(decision("d", table("", [(("< 5",), ("1",)), ((">= 5",), ("2",))]))))
    ended = amends("decide", str(file), "--variables", '{"x": 7}')
    assert ended.stdout == "2\nd: matched rules: 2 (r2); read: x = 7; gave 2\n"


def test_decide_finds_imports_beside_the_file(amends: Amends, tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    ended = amends("decide", str(tmp_path / "top.dmn"), "--variables", '{"extra": 1}')
    assert ended.stdout.startswith("84\n")


def test_lint_checks_tables(amends: Amends, tmp_path: Path) -> None:
    file = tmp_path / "t.dmn"
    file.write_bytes(definitions(decision("d", table("", [(("< 5",), ("1",))]))))
    ended = amends("lint", str(file))
    assert ended.exit_code == 0
    assert "warning" in ended.stdout
    assert "no rule matches x = 5" in ended.stdout
    file.write_bytes(definitions(decision("d", table("", [(("< 5",), ("1",)), (("< 4",), ("2",))], default="0"))))
    assert amends("lint", str(file)).exit_code == 1


def test_a_misspelt_name_is_told_with_what_may_be_meant(amends: Amends) -> None:
    assert "did you mean count?" in amends("feel", "coutn([1])").stderr
    assert "did you mean amount?" in amends("feel", "amuont + 1", "--context", '{"amount": 2}').stderr
