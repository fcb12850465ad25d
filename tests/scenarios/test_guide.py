"""The owner's guide agrees with the maps."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

ROW = re.compile(r"^\| `([\w-]+)` \| (.+?) \| \w+ \| ([\d., ]+) \| ([\w-]*) \|$", re.MULTILINE)
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"


def clauses(root: etree._Element) -> set[tuple[str, ...]]:
    """Element, name, clause and status, for every element below the process that names a clause."""
    found = set()
    for node in root.iterfind(f".//{BPMN}process//*"):
        rows = node.iterfind(f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property")
        said = {str(row.get("name")): str(row.get("value")) for row in rows}
        if "isoClause" in said:
            found.add((str(node.get("id")), str(node.get("name")), said["isoClause"], said.get("status", "")))
    return found


def test_its_table_of_clauses_is_that_of_the_maps(library: Path) -> None:
    text = (library.parents[1] / "docs" / "process" / "README.md").read_text("utf-8")
    drawn = set().union(*(clauses(etree.parse(path).getroot()) for path in library.glob("*.bpmn")))
    assert set(ROW.findall(text)) == drawn


def test_its_pictures_are_there(library: Path) -> None:
    folder = library.parents[1] / "docs" / "process"
    shown = re.findall(r"\]\(([\w-]+\.svg)\)", (folder / "README.md").read_text("utf-8"))
    assert len(shown) == 3
    for picture in shown:
        assert etree.parse(folder / picture).getroot().get("viewBox")
