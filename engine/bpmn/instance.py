"""One process instance: creating it, stepping it, and the commands on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.bpmn.events import Event, State
from engine.bpmn.model import ProcessModel
from engine.bpmn.services import Services
from engine.types import Json, Key


class Instance:
    """A running process instance in memory. Not thread-safe: whoever steps it holds the lock of its row."""

    key: Key
    state: State
    model: ProcessModel

    @classmethod
    def create(
        cls,
        *,
        key: Key,
        model: ProcessModel,
        services: Services,
        variables: Mapping[str, Json],
        start_element_id: str | None = None,
    ) -> Instance:
        """A new instance with a token at its none start event, or at `start_element_id`; `run()` moves it."""
        raise NotImplementedError

    @classmethod
    def load(cls, state: bytes, *, key: Key, models: Callable[[Key], ProcessModel], services: Services) -> Instance:
        """The instance as it was dumped. `models` gives the process of a definition key."""
        raise NotImplementedError

    def bind(self, services: Services) -> None:
        """Use these services from now on (a live instance comes out of the cache into another transaction)."""
        raise NotImplementedError

    def run(self, limit: int = 10_000) -> None:
        """Step until nothing can run; at most `limit` steps, then an incident says so."""
        raise NotImplementedError

    def complete(self, key: Key, variables: Mapping[str, Json] | None = None) -> None:
        """A user task or job is done. Raises `AlreadyCompleted` where nothing waits under this key."""
        raise NotImplementedError

    def throw_error(self, key: Key, code: str, message: str = "", variables: Mapping[str, Json] | None = None) -> None:
        """A job ends with a business error; without a matching error event an incident is raised at it."""
        raise NotImplementedError

    def trigger(self, key: Key, index: int, variables: Mapping[str, Json] | None = None) -> None:
        """A timer is due, or a message or signal has come. Raises `AlreadyCompleted` where nothing waits for it."""
        raise NotImplementedError

    def signal(self, name: str, variables: Mapping[str, Json] | None = None) -> None:
        """A signal was broadcast by somebody else."""
        raise NotImplementedError

    def retry(self, key: Key) -> None:
        """Run the step of an element with an incident again. Raises `NotFound` where there is none."""
        raise NotImplementedError

    def set_variables(self, scope_key: Key, variables: Mapping[str, Json], *, local: bool = False) -> None:
        """Set variables as seen from an element instance (or the instance's own key); `local`: in just that scope."""
        raise NotImplementedError

    def visible(self, key: Key) -> Mapping[str, Json]:
        """All variables that an element instance sees, innermost scope first."""
        raise NotImplementedError

    def cancel(self) -> None:
        """End the instance; everything in it is terminated."""
        raise NotImplementedError

    def cancel_element(self, key: Key) -> None:
        """Terminate one element instance and what is in it; no token leaves it."""
        raise NotImplementedError

    @property
    def variables(self) -> Mapping[str, Json]:
        """The variables of the process instance itself."""
        raise NotImplementedError

    def take_events(self) -> list[Event]:
        """What happened since the last call."""
        raise NotImplementedError

    def dump(self) -> bytes:
        """The state without specs and without finished elements."""
        raise NotImplementedError
