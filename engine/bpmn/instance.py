"""One process instance and the commands on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import codec, delivery, migrate, modify, stepping, waits
from engine.bpmn.errors import BpmnError
from engine.bpmn.events import Event, IncidentResolved, State
from engine.bpmn.execution import Execution
from engine.bpmn.migrate import Migrated
from engine.bpmn.model import ProcessModel
from engine.bpmn.modify import Activate, Modification
from engine.bpmn.services import Services
from engine.bpmn.specs.timer import schedule_of
from engine.bpmn.storable import storable_all
from engine.bpmn.tree import Token
from engine.bpmn.variables import assign, frames, put
from engine.errors import AlreadyCompleted, Malformed, NotFound, Refused
from engine.types import Json, Key


class Instance:
    """A running process instance in memory. Not thread-safe: whoever steps it holds the lock of its row.

    Every command that is given variables raises `Malformed` where they are no JSON, or nested too deep.
    Commands only take note; `run()` then moves the tokens. After an exception other than `AmendsError` throw the
    object away, with the transaction that it belongs to.
    """

    def __init__(self, execution: Execution) -> None:
        self._execution = execution

    @classmethod
    def create(  # keywords that say what they are
        cls,
        *,
        key: Key,
        model: ProcessModel,
        services: Services,
        variables: Mapping[str, Json],
        start_element_id: str | None = None,
    ) -> Instance:
        """A new instance with a token at its none start event, or at `start_element_id`; `run()` moves it.

        `start_element_id` names one of `model.starts`: the event that has come. Raises `Refused` where the process
        cannot be started so.
        """
        given = _given(variables)
        execution = Execution(key, model, services)
        spec = execution.top.spec
        if start_element_id is not None:
            if not any(spec.begins_at(entry, start_element_id) for entry in spec.entries):
                raise Refused(f"{model.process_id} cannot be started at {start_element_id}")
            execution.top.remember("start", start_element_id)
            given = _handed(execution, start_element_id, given)
        elif all(entry.triggered for entry in spec.entries):
            raise Refused(f"{model.process_id} has no none start event: a message, signal or timer starts it")
        for name, value in given.items():
            put(execution, (key, execution.top.data), name, value)
        execution.arriving.append(execution.top.root)
        execution.journal.clear()
        return cls(execution)

    @classmethod
    def load(cls, state: bytes, *, key: Key, models: Callable[[Key], ProcessModel], services: Services) -> Instance:
        """The instance as it was dumped. `models` gives the process of a definition key.

        Raises `UnsupportedContent` for a state of another format, `Conflict` where the model lacks a node in use.
        """
        return cls(codec.load(state, key=key, models=models, services=services))

    def bind(self, services: Services) -> None:
        """Use these services from now on (a live instance comes out of the cache into another transaction)."""
        self._execution.bind(services)

    @property
    def key(self) -> Key:
        """The process instance key."""
        return self._execution.key

    @property
    def model(self) -> ProcessModel:
        """The process that it runs."""
        return self._execution.model

    @property
    def models(self) -> tuple[ProcessModel, ...]:
        """The processes that run in it: its own first, then those that are being called."""
        scopes = sorted(self._execution.scopes.values(), key=lambda scope: scope.depth)
        found = {scope.model.definition_key: scope.model for scope in scopes if scope.spec.isolated}
        return tuple(found.values())

    @property
    def state(self) -> State:
        """Whether it is still running."""
        return self._execution.state

    @property
    def variables(self) -> Mapping[str, Json]:
        """The variables of the process instance itself; a copy."""
        return dict(self._execution.top.data)

    @property
    def incidents(self) -> tuple[Key, ...]:
        """The element instances that wait with an incident."""
        tokens = [self._execution.top.root, *self._execution.tokens.values()]
        return tuple(token.id for token in tokens if "incident" in token.internal_data)

    def run(self, limit: int = 10_000) -> None:
        """Step until nothing can run; at most `limit` steps, then an incident says so."""
        stepping.run(self._execution, limit)

    # -- commands

    def complete(self, key: Key, variables: Mapping[str, Json] | None = None) -> None:
        """A user task or job is done. Raises `AlreadyCompleted` where none is open under this key."""
        token, given = self._opened(key), _given(variables)
        self._resolve(token)
        token.remember("result", given)
        token.close()
        token._ready()
        self._done()

    def throw_error(self, key: Key, code: str, message: str = "", variables: Mapping[str, Json] | None = None) -> None:
        """A job ends with a business error; without a matching error event an incident is raised at it.

        Raises `AlreadyCompleted` where none is open under this key.
        """
        token, given = self._opened(key), _given(variables)
        self._resolve(token)
        stepping.throw(token, BpmnError(code, message, given))

    def trigger(self, key: Key, index: int, variables: Mapping[str, Json] | None = None) -> None:
        """A timer is due, or a message or signal has come. Raises `AlreadyCompleted` where nothing waits for it."""
        token = self._waiting(key, index)
        stepping.checked(self._execution, partial(token.spec.trigger, token, index, _given(variables)), token)

    def missed(self, key: Key, index: int) -> int:
        """How many turns of a cycle have passed beside the one that is due: firing once makes up for them all.

        Raises `AlreadyCompleted` where no such timer is armed.
        """
        memory = self._waiting(key, index).internal_data["wait"][str(index)]
        return schedule_of(memory).missed(self._execution.services.now())

    def put_off(self, key: Key, index: int, due: datetime) -> None:
        """Let an armed timer fire at `due` (aware) instead. Raises `AlreadyCompleted` where it is not armed."""
        waits.put_off(self._waiting(key, index), index, due)
        self._done()

    def give_up(self, key: Key, index: int) -> None:
        """Disarm a timer. Raises `AlreadyCompleted` where it is not armed, `Refused` where nothing else is awaited."""
        waits.give_up(self._waiting(key, index), index)
        self._done()

    def signal(self, name: str, variables: Mapping[str, Json] | None = None) -> int:
        """A signal was broadcast by somebody else. Gives how many waits there were for it."""
        count = delivery.signal(self._execution, name, _given(variables))
        self._done()
        return count

    def retry(self, key: Key) -> None:
        """Run the step of an element with an incident again. Raises `NotFound` where there is none."""
        execution = self._execution
        token = execution.top.root if key == execution.key else execution.tokens.get(key)
        if token is None or "incident" not in token.internal_data:
            raise NotFound(f"element instance {key} has no incident")
        self._resolve(token)
        stepping.retry(token)

    def set_variables(self, scope_key: Key, variables: Mapping[str, Json], *, local: bool = False) -> None:
        """Set variables as seen from an element instance (or the instance's own key); `local`: in just that scope.

        Raises `NotFound` where there is no such scope, `AlreadyCompleted` when the instance is over.
        """
        self._running()
        execution = self._execution
        token = execution.tokens.get(scope_key)
        if token is None and scope_key != execution.key:
            raise NotFound(f"no element instance {scope_key} is active")
        for name, value in _given(variables).items():
            if token is None:
                put(execution, (execution.key, execution.top.data), name, value)
            elif local:
                inner = execution.scopes.get(scope_key)
                put(execution, (scope_key, token.data if inner is None else inner.data), name, value)
            else:
                assign(token, name, value)
        self._done()

    def visible(self, key: Key) -> Mapping[str, Json]:
        """All variables that an element instance sees. Raises `NotFound`."""
        if key == self.key:
            return self.variables
        token = self._execution.tokens.get(key)
        if token is None:
            raise NotFound(f"no element instance {key} is active")
        seen: dict[str, Json] = {}
        for _, data in reversed(frames(token)):
            seen |= data
        return seen

    def follow(self, names: Iterable[str]) -> None:
        """What expressions read under these names has changed: waiting timers whose date comes from it move with it."""
        delivery.follow(self._execution, frozenset(names))
        self._done()

    def cancel(self) -> None:
        """End the instance; everything in it is terminated. Raises `AlreadyCompleted` when it is over."""
        self._running()
        self._execution.cancel_scope(self._execution.top)
        self._execution.end("TERMINATED")
        self._done()

    def cancel_element(self, key: Key) -> None:
        """Terminate one element instance and what is in it; no token leaves it. Raises `NotFound`."""
        token = self._execution.tokens.get(key)
        if token is None:
            raise NotFound(f"no element instance {key} is active")
        self._execution.take_away(token)
        self._done()

    # -- operations by hand

    def migrate(self, targets: Mapping[Key, ProcessModel], mapping: Mapping[str, str]) -> Migrated:
        """Go on with other versions of its processes, named by the definition keys that they replace; see `migrate`.

        Raises `MigrationRefused`, and is then as it was.
        """
        self._running()
        migrated = migrate.migrate(self._execution, targets, mapping)
        self._execution = migrated.execution
        return migrated

    def modify(self, wanted: Modification) -> None:
        """Put, move and take away tokens; see `modify`. After an error throw the instance away."""
        self._running()
        modify.modify(self._execution, wanted)

    def reset(self, element_id: str) -> None:
        """Go back to an element; see `modify.reset`. After an error throw the instance away."""
        self._running()
        modify.reset(self._execution, element_id)

    def begin_at(self, elements: Sequence[Activate]) -> None:
        """Begin a new instance, which has not run yet, at these elements instead of its start events."""
        modify.begin_at(self._execution, elements)

    def tell_waits(self, shift: timedelta = timedelta(0)) -> None:
        """Tell once more what is waited for; durations and cycles are put off by `shift`, dates stay dates."""
        waits.tell_again(self._execution, shift)
        self._done()

    # -- state

    def take_events(self) -> list[Event]:
        """What happened since the last call."""
        events, self._execution.events = self._execution.events, []
        return events

    def dump(self) -> bytes:
        """The state without specs and without finished elements."""
        return codec.dump(self._execution)

    # -- inside

    def _opened(self, key: Key) -> Token:
        token = self._execution.tokens.get(key)
        if (
            self.state != "ACTIVE"
            or token is None
            or token.state != TaskState.STARTED
            or "open" not in token.internal_data
        ):
            raise AlreadyCompleted(f"no user task or job is open at element instance {key}")
        return token

    def _waiting(self, key: Key, index: int) -> Token:
        token = self._execution.waiting.get(key)
        armed = {} if token is None else token.internal_data.get("wait", {})
        if self.state != "ACTIVE" or token is None or "over" in armed.get(str(index), {"over": True}):
            raise AlreadyCompleted(f"nothing waits for event {index} of {key}")
        return token

    def _running(self) -> None:
        if self.state != "ACTIVE":
            raise AlreadyCompleted(f"process instance {self.key} is over")

    def _resolve(self, token: Token) -> None:
        if "incident" in token.internal_data:
            token.forget("incident")
            self._execution.emit(IncidentResolved(key=token.id))

    def _done(self) -> None:
        self._execution.journal.clear()


def _handed(execution: Execution, start: str, given: dict[str, Json]) -> dict[str, Json]:
    """The variables of the instance: none where the start event maps what its event has brought."""
    spec = execution.top.spec
    if not spec.node(start).outputs_map or all(entry.node != start for entry in spec.entries):
        return given
    execution.top.remember("brought", given)
    return {}


def _given(variables: Mapping[str, Json] | None) -> dict[str, Json]:
    try:
        return storable_all(variables)
    except ValueError as error:
        raise Malformed(str(error)) from error
