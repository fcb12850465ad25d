"""docs/lint.md lists the rules that there are."""

from __future__ import annotations

import re
from pathlib import Path

from engine.bpmn import load_rulebook
from engine.bpmn.lint import RULES, TEXT, soundness
from engine.bpmn.lint.page import page
from engine.bpmn.lint.values import VALUES

ROOT = Path(__file__).parents[4]
MARK = "<!-- what follows is written by engine/bpmn/lint/page.py -->\n"


def test_the_page_lists_all_rules():
    """To write it anew, put what `page` gives behind the mark."""
    book = load_rulebook("iso10002", (ROOT / "config/lint/iso10002.toml").read_text("utf-8"))
    written = (ROOT / "docs/lint.md").read_text("utf-8").partition(MARK)[2]
    assert written.strip() == page([book]).strip()


def test_rules_of_the_readers_are_listed():
    """What the readers refuse is either a rule of its own or among the values."""
    sources = [path.read_text("utf-8") for path in (ROOT / "engine/bpmn/dialect").glob("*.py")]
    refused = {name for source in sources for name in re.findall(r'refuse\(\s*"([a-z-]+)"', source)}
    ours = {rule.id for rule in (*RULES, *TEXT, *soundness.RULES)}
    assert refused <= ours | set(VALUES)


def test_ids_of_rules_are_unique():
    ids = [rule.id for rule in (*RULES, *TEXT, *soundness.RULES)]
    assert len(ids) == len(set(ids))
