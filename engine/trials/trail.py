"""What an instance has done so far: where its tokens were, which flows they took, what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn import ProcessModel
from engine.processes.projection import Projection
from engine.types import Json


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A token came to an element."""

    process_id: str
    element_id: str


@dataclass(kw_only=True)
class Trail:
    """Kept over all commands. `decisions` has the last output by element and by decision."""

    path: list[Visit] = field(default_factory=list)
    flows: Counter[tuple[str, str]] = field(default_factory=Counter)
    decisions: dict[str, Json] = field(default_factory=dict)

    @property
    def elements(self) -> list[str]:
        """The ids on the path."""
        return [visit.element_id for visit in self.path]

    @property
    def flow_ids(self) -> set[str]:
        """Ids of the flows that were taken."""
        return {flow_id for _, flow_id in self.flows}

    def add(self, what: Projection, models: Mapping[str, ProcessModel]) -> None:
        """What one command has done."""
        for row in what.elements.values():
            if row["element_type"] != "PROCESS":
                self.path.append(Visit(process_id=row["process_id"], element_id=row["element_id"]))
        by_key = {str(model.definition_key): process_id for process_id, model in models.items()}
        for taken in what.flows:
            key, _, flow_id = taken.partition("/")
            self.flows[by_key[key], flow_id] += 1
        for row in what.decisions:
            self.decisions[row["element_id"]] = self.decisions[row["decision_id"]] = row["trace"]["trace"]["output"]
