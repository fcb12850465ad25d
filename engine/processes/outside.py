"""The outside of one running instance for one command: `engine.bpmn.Services` over the unit of work and the hooks."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from engine.bpmn import LATEST, Binding, ProcessModel, ServiceCall
from engine.processes.catalogue import Catalogue
from engine.processes.hooks import Hooks, InstanceRef, OperationCall
from engine.store.attempt import Attempt
from engine.store.unit_of_work import UnitOfWork
from engine.types import Json, Key


class Outside:
    """Implements `Services`. `between_steps` is called before each step, when what happened so far is settled."""

    def __init__(self, uow: UnitOfWork, instance: InstanceRef, catalogue: Catalogue, hooks: Hooks) -> None:
        self.uow, self.instance, self._catalogue, self._hooks = uow, instance, catalogue, hooks
        self.models: dict[str, ProcessModel] = {}
        """The processes that run in the instance, by id; a called one is noted here."""
        self.between_steps: Callable[[], None] = _nothing
        self.heard: set[Key] = set()
        """Element instances that the listeners have been told of already."""
        self._attempt: Attempt | None = None
        self._context: dict[str, object] | None = None

    def now(self) -> datetime:
        """The instant of the command."""
        return self.uow.now()

    def new_key(self) -> Key:
        """A fresh key."""
        return self.uow.new_key()

    def process(self, process_id: str, binding: Binding = LATEST, caller: Key = 0) -> ProcessModel:
        """The version of a called process that is bound to; raises `NotFound`."""
        if binding.kind == "latest":
            model = self._catalogue.latest_process(self.uow, process_id)
        else:
            model = self._catalogue.bound_process(self.uow, process_id, binding, caller)
        self.models.setdefault(process_id, model)
        return model

    def model_at(self, key: Key) -> ProcessModel:
        """The process of a definition key."""
        return self._catalogue.process(self.uow, key)

    def form(self, form_id: str, binding: Binding, caller: Key) -> Key:
        """The version of a form that is bound to; raises `NotFound`."""
        return self._catalogue.bound_form(self.uow, form_id, binding, caller)

    def decide(
        self, decision_id: str, variables: Mapping[str, object], binding: Binding = LATEST, caller: Key = 0
    ) -> tuple[object, Json]:
        """Evaluate the version of a decision that is bound to; raises `NotFound` or what the evaluation raises."""
        if binding.kind == "latest":
            definition, model = self._catalogue.decision(self.uow, decision_id)
        else:
            definition, model = self._catalogue.bound_decision(self.uow, decision_id, binding, caller)
        names = ChainMap(dict(variables), dict(self.context()))
        result = model.evaluate(decision_id, names, now=self.uow.now)
        trace: Json = {"decisionKey": str(definition.key), "version": definition.version, "trace": result.to_json()}
        return result.value, trace

    def context(self) -> Mapping[str, object]:
        """Names of the registers, made once per command and only when an expression is evaluated."""
        if self._context is None:
            given = self._hooks.contexts.items()
            self._context = {name: provide(self.uow, self.instance.business_id) for name, provide in given}
        return self._context

    def operate(self, call: ServiceCall) -> Mapping[str, Json] | None:
        """Run an operation of ours as an attempt; None where the type is nobody's here, so it becomes a job."""
        operation = self._hooks.operations.get(call.job_type)
        if operation is None:
            return None
        if self._attempt is None:
            self._attempt = self.uow.attempt()
        self._tell(call.element_instance_key, call)
        self._context = None  # the operation is about to change what expressions read
        return operation(OperationCall(uow=self.uow, instance=self.instance, call=call)) or {}

    def _tell(self, key: Key, call: ServiceCall) -> None:
        """Let the listeners hear of the element before its operation runs: it may change what they have written."""
        self.heard.add(key)
        for listen in self._hooks.listeners:
            listen(self.uow, self.instance, call.element)

    def look_again(self) -> None:
        """What expressions read has changed."""
        self._context = None

    def rest(self) -> None:
        """The command is done; a live instance in the cache must not hold on to it."""
        self.between_steps = _nothing
        self._context = None

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Undo what an operation wrote if its step fails. An attempt is made only when there is an operation:
        all else that a step does is in memory, and a round trip per element would cost more than the step."""
        self.between_steps()
        heard = set(self.heard)
        try:
            yield
        except BaseException:
            if self._attempt is not None:
                self._attempt.undo()
                self._context = None
            self.heard = heard
            raise
        else:
            if self._attempt is not None:
                self._attempt.keep()
        finally:
            self._attempt = None


def _nothing() -> None:
    pass
