"""What has happened in an instance: its elements, the flows its tokens have taken, counts for its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text

from engine.errors import NotFound
from engine.permissions import Permission, require
from engine.processes.definition_views import ElementStatistics
from engine.processes.instance_filters import is_stuck
from engine.processes.instance_views import (
    ELEMENTS,
    INSTANCES,
    VARIABLES,
    ElementInstanceView,
    VariableView,
    element_rows,
)
from engine.processes.overview import VersionCounts, version_counts
from engine.store.deployment import ProcessDefinition
from engine.store.process_instance import ElementInstance, ProcessInstance, Variable
from engine.store.search import conditions, search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Key, SearchRequest


@dataclass(frozen=True, kw_only=True)
class TakenFlow:
    """A sequence flow that tokens of an instance have taken, once or more often."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    element_id: str


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One instance on the way from the topmost caller down."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_name: str


class HistoryService:
    """Reads histories. Everything needs `process:read`; all but searches raise `NotFound`."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    def versions(self, actor: Actor, process_id: str | None = None) -> tuple[VersionCounts, ...]:
        """Every version (of one process) with how many instances run on it; by process, the latest version first."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return version_counts(uow.session, process_id)

    def element(self, actor: Actor, key: Key) -> ElementInstanceView:
        """One visit of a token to an element."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            statement = element_rows().where(ElementInstance.key == key)
            found = search(uow.session, statement, ELEMENTS, SearchRequest(limit=1)).items
            if not found:
                raise NotFound(f"There is no element instance {key}.")
            return found[0]

    def variable(self, actor: Actor, key: Key) -> VariableView:
        """One variable."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            statement = select(Variable).where(Variable.key == key)
            found = search(uow.session, statement, VARIABLES, SearchRequest(limit=1)).items
            if not found:
                raise NotFound(f"There is no variable {key}.")
            return found[0]

    def flows(self, actor: Actor, key: Key) -> tuple[TakenFlow, ...]:
        """The flows that tokens have taken, those of called processes too, by definition and id.

        Instances that had begun before flows were kept show those taken since.
        """
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            taken = self._instance(uow, key).taken_flows or []
            pairs = sorted((int(of), flow) for of, _, flow in (one.partition("/") for one in taken))
            named = select(ProcessDefinition.key, ProcessDefinition.process_id)
            rows = uow.session.execute(named.where(ProcessDefinition.key.in_({of for of, _ in pairs})))
            ids = {row.key: row.process_id for row in rows}
        return tuple(
            TakenFlow(
                process_instance_key=key,
                process_definition_key=of,
                process_definition_id=ids[of],
                element_id=flow,
            )
            for of, flow in pairs
        )

    def callers(self, actor: Actor, key: Key) -> tuple[Caller, ...]:
        """From the topmost instance down to this one. A called process runs inside its caller's: there is one."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            row = self._instance(uow, key)
            definition = uow.session.get_one(ProcessDefinition, row.definition_key)
            name = definition.name or definition.process_id
            own = Caller(process_instance_key=key, process_definition_key=definition.key, process_definition_name=name)
        return (own,)

    def statistics(self, actor: Actor, key: Key) -> tuple[ElementStatistics, ...]:
        """Visits by element: how many are there, were, were cut short, are stuck. Of called processes, too."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            self._instance(uow, key)
            counts = uow.session.execute(_STATISTICS, {"key": key})
            return tuple(ElementStatistics(**row._mapping) for row in counts)

    def counts(
        self, actor: Actor, definition_key: Key, wanted: Mapping[str, object] | None = None, *, present: bool = False
    ) -> tuple[ElementStatistics, ...]:
        """Visits by element over the instances of a process version, or those of them that fit a filter of instances.

        `present`: only where tokens are now, which is quick however many have come and gone. Raises `Malformed`.
        """
        require(actor, Permission.PROCESS_READ)
        states = ElementInstance.state
        statement = (
            select(
                ElementInstance.element_id,
                func.count().filter(states == "ACTIVE").label("active"),
                func.count().filter(states == "COMPLETED").label("completed"),
                func.count().filter(states == "TERMINATED").label("canceled"),
                func.count().filter(is_stuck(value=True)).label("incidents"),
            )
            .where(ElementInstance.definition_key == definition_key)
            .group_by(ElementInstance.element_id)
            .order_by(ElementInstance.element_id)
        )
        if present:
            statement = statement.where(states == "ACTIVE")
        if wanted:
            fitting = select(ProcessInstance.key).where(*conditions(INSTANCES, wanted))
            statement = statement.where(ElementInstance.instance_key.in_(fitting))
        with self._units() as uow:
            if uow.session.get(ProcessDefinition, definition_key) is None:
                raise NotFound(f"There is no process definition {definition_key}.")
            return tuple(ElementStatistics(**row._mapping) for row in uow.session.execute(statement))

    def _instance(self, uow: UnitOfWork, key: Key) -> ProcessInstance:
        row = uow.session.get(ProcessInstance, key)
        if row is None:
            raise NotFound(f"There is no process instance {key}.")
        return row


_STATISTICS = text("""
    SELECT e.element_id,
           count(*) FILTER (WHERE e.state = 'ACTIVE') AS active,
           count(*) FILTER (WHERE e.state = 'COMPLETED') AS completed,
           count(*) FILTER (WHERE e.state = 'TERMINATED') AS canceled,
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM incident AS i WHERE i.element_instance_key = e.key AND i.state = 'ACTIVE')) AS incidents
      FROM element_instance AS e
     WHERE e.instance_key = :key AND e.element_type <> 'PROCESS'
     GROUP BY e.element_id
     ORDER BY min(e.key)
""")
