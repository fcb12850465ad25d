"""Takes events from a live instance while it runs, in order, and lets the listeners hear of the elements."""

from __future__ import annotations

from engine.bpmn import ElementActivated
from engine.processes.hooks import Hooks
from engine.processes.opened import Opened
from engine.processes.projection import Projection
from engine.store.unit_of_work import UnitOfWork


class Hearing:
    """Called between steps and at the end of a run.

    Listeners hear of an element before its operation runs, and of each element once: a status that an element
    stands for is set before an operation of a later element sets another one.
    """

    def __init__(self, uow: UnitOfWork, opened: Opened, what: Projection, hooks: Hooks) -> None:
        self._uow, self._opened, self._what, self._hooks = uow, opened, what, hooks

    def __call__(self) -> None:
        """Settle what has happened since the last call."""
        events = self._opened.live.instance.take_events()
        self._what.add(events)
        if self._hooks.listeners:
            for event in events:
                if isinstance(event, ElementActivated) and event.key not in self._opened.outside.heard:
                    self._tell(event)

    def _tell(self, event: ElementActivated) -> None:
        element = self._opened.outside.model_at(event.definition_key).elements.get(event.element_id)
        if element is not None:
            for listen in self._hooks.listeners:
                listen(self._uow, self._opened.outside.instance, element)
