"""Which elements and sequence flows of a process scenarios have reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.bpmn import ProcessModel
from engine.trials.trail import Trail


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """One process. `missed`: what no scenario reached, `excused`: what none needs to, with the reason.

    Percentages are of what is not excused, rounded down, so that 100 means all.
    """

    process_id: str
    elements: int
    elements_reached: int
    flows: int
    flows_reached: int
    missed_elements: tuple[str, ...]
    missed_flows: tuple[str, ...]
    excused: Mapping[str, str]
    needless: tuple[str, ...]
    """Excused, and reached all the same."""

    @property
    def percent(self) -> float:
        """Of elements and flows together."""
        return _percent(self.elements_reached + self.flows_reached, self.elements + self.flows)

    @property
    def elements_percent(self) -> float:
        """Of elements."""
        return _percent(self.elements_reached, self.elements)

    @property
    def flows_percent(self) -> float:
        """Of sequence flows."""
        return _percent(self.flows_reached, self.flows)


def _percent(reached: int, of: int) -> float:
    return 100.0 if reached == of else int(1000 * reached / of) / 10


def coverage_of(model: ProcessModel, trails: Iterable[Trail], excused: Mapping[str, str]) -> Coverage:
    """What the trails reached of a process."""
    elements = set(model.places)
    flows = {flow.id for flow in model.flows}
    been: set[str] = set()
    taken: set[str] = set()
    for trail in trails:
        been |= {visit.element_id for visit in trail.path if visit.process_id == model.process_id}
        taken |= {flow_id for process_id, flow_id in trail.flows if process_id == model.process_id}
    wanted_elements, wanted_flows = elements - excused.keys(), flows - excused.keys()
    return Coverage(
        process_id=model.process_id,
        elements=len(wanted_elements),
        elements_reached=len(wanted_elements & been),
        flows=len(wanted_flows),
        flows_reached=len(wanted_flows & taken),
        missed_elements=tuple(one for one in model.places if one in wanted_elements - been),
        missed_flows=tuple(flow.id for flow in model.flows if flow.id in wanted_flows - taken),
        excused={place: reason for place, reason in excused.items() if place in elements | flows},
        needless=tuple(sorted(excused.keys() & (been | taken))),
    )
