"""What an element costs, and what completing a user task costs as a case gets older: printed by `make bench`.

Three tables. First an element by itself, against bare SpiffWorkflow in the same run, from 10 to 10,000 of them in one
instance. Then a user task completed in a loop, in memory: load, step, save. Then the same through the whole engine on
PostgreSQL, for cases with 1, 50 and 1,000 earlier tasks. Nothing is asserted: machines differ, so look at the ratios.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from itertools import count

from lxml import etree
from rich.console import Console
from rich.table import Table
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bootstrap import Engine
from engine.bpmn import Instance, ProcessModel, ServiceCall, UserTaskCreated, parse_diagram
from engine.processes import Resource, StartInstance
from engine.store.process_instance import ProcessInstance
from engine.types import SYSTEM, Actor, Json, SearchRequest
from tests.benchmarks.run import ROUNDS, WARM_UP, Bench, installation

ELEMENTS = (10, 100, 300, 1_000, 10_000)
BARE_UP_TO = 300  # its parser goes down one level of recursion for each element, and its stepping grows with the square
AGES = (1, 50, 1_000)
CASES = 12
STAFF = Actor(username="bench", groups=frozenset({"case-handlers"}), permissions=frozenset({"*"}))
_NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'targetNamespace="urn:bench" id="definitions"'
)
_FEEL = '<extensionElements><zeebe:script expression="=n + 1" resultVariable="n"/></extensionElements>'
_PYTHON = "<script>n = n + 1</script>"
_LOOP = (
    '<startEvent id="start"/><exclusiveGateway id="again"/><userTask id="work"><extensionElements><zeebe:userTask/>'
    '<zeebe:assignmentDefinition candidateGroups="case-handlers"/></extensionElements></userTask>'
    '<exclusiveGateway id="done" default="on"/><endEvent id="end"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="again"/>'
    '<sequenceFlow id="f2" sourceRef="again" targetRef="work"/>'
    '<sequenceFlow id="f3" sourceRef="work" targetRef="done"/>'
    '<sequenceFlow id="on" sourceRef="done" targetRef="again"/>'
    '<sequenceFlow id="f4" sourceRef="done" targetRef="end">'
    "<conditionExpression>=stop</conditionExpression></sequenceFlow>"
)


class Host:
    """The least that an instance needs from outside."""

    def __init__(self) -> None:
        self._keys = count(1)
        self._now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """A fixed instant."""
        return self._now

    def new_key(self) -> int:
        """A key."""
        return next(self._keys)

    def process(self, process_id: str, binding: object = None, caller: int = 0) -> ProcessModel:  # noqa: ARG002
        """Nothing is called here."""
        raise LookupError(process_id)

    def decide(self, decision_id: str, variables: Mapping[str, object], *_: object) -> tuple[object, Json]:
        """Nothing is decided here."""
        raise LookupError(f"{decision_id} of {sorted(variables)}")

    def context(self) -> Mapping[str, object]:
        """No names but the variables."""
        return {}

    def operate(self, call: ServiceCall) -> Mapping[str, Json] | None:
        """No operations."""
        raise LookupError(call.job_type)

    def atomic(self) -> AbstractContextManager[None]:
        """Nothing outside to take back."""
        return nullcontext()


def process(body: str) -> bytes:
    """A diagram with one process."""
    return f'<definitions {_NAMESPACES}><process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def scripts(number: int, inside: str) -> bytes:
    """That many script tasks one after the other."""
    nodes = "".join(f'<scriptTask id="k{k}">{inside}</scriptTask>' for k in range(number))
    flows = "".join(f'<sequenceFlow id="f{k}" sourceRef="k{k}" targetRef="k{k + 1}"/>' for k in range(number - 1))
    first = '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="k0"/>'
    last = f'<endEvent id="e"/><sequenceFlow id="z" sourceRef="k{number - 1}" targetRef="e"/>'
    return process(first + nodes + flows + last)


def median(call: Callable[[], object], rounds: int, *, calls: int = 1) -> float:
    """Processor seconds of a call: the median of some rounds of `calls`, with no collection of garbage within one."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        began = time.process_time()
        for _ in range(calls):
            call()
        taken.append((time.process_time() - began) / calls)
        gc.enable()
    return statistics.median(taken)


def ours(number: int) -> Callable[[], None]:
    """Run a process of so many scripts with this engine."""
    host = Host()
    model = parse_diagram("bench.bpmn", scripts(number, _FEEL)).processes[0].at(1)

    def call() -> None:
        instance = Instance.create(key=host.new_key(), model=model, services=host, variables={"n": 0})
        instance.run(limit=number + 10)
        instance.take_events()
        if instance.state != "COMPLETED" or instance.variables["n"] != number:
            raise RuntimeError(f"{number} scripts left n at {instance.variables['n']}")

    return call


def bare(number: int) -> Callable[[], None]:
    """Run the same process with SpiffWorkflow alone, its scripts in Python."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(scripts(number, _PYTHON)))
    spec = parser.get_spec("p")

    def call() -> None:
        workflow = BpmnWorkflow(spec)
        workflow.task_tree.data["n"] = 0
        workflow.do_engine_steps()
        if not workflow.is_completed() or workflow.data["n"] != number:
            raise RuntimeError(f"{number} scripts left n at {workflow.data['n']}")

    return call


def elements() -> Table:
    """The cost of an element."""
    table = Table("elements", "us an element", "bare SpiffWorkflow", "times", title="An element", title_justify="left")
    for number in ELEMENTS:
        calls = max(1, 1_000 // number)
        mine = median(ours(number), 7, calls=calls) / (number + 2) * 1e6
        theirs = median(bare(number), 3, calls=calls) / (number + 2) * 1e6 if number <= BARE_UP_TO else None
        more = ("", "") if theirs is None else (f"{theirs:.0f}", f"{theirs / mine:.0f}")
        table.add_row(f"{number:,}", f"{mine:.1f}", *more)
    return table


class Round:
    """A case in memory that goes round a loop with a user task."""

    def __init__(self) -> None:
        self.host = Host()
        self.model = parse_diagram("loop.bpmn", process(_LOOP)).processes[0].at(1)
        self.instance = Instance.create(
            key=self.host.new_key(), model=self.model, services=self.host, variables={"stop": False}
        )
        self.waiting = self._ran()

    def _ran(self) -> int:
        self.instance.run()
        created = [event for event in self.instance.take_events() if isinstance(event, UserTaskCreated)]
        return created[-1].key

    def step(self) -> None:
        """Complete the task; the next one waits."""
        self.instance.complete(self.waiting, {"answer": self.waiting})
        self.waiting = self._ran()

    def stored_step(self) -> None:
        """The same for an instance that lies in the database: load, complete, save."""
        self.instance = Instance.load(
            self.instance.dump(), key=self.instance.key, models=lambda _: self.model, services=self.host
        )
        self.step()
        self.instance.dump()


class BareRound:
    """The same case with SpiffWorkflow alone, which keeps every task that ever was."""

    def __init__(self) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(process(_LOOP.replace("=stop", "stop"))))
        self.workflow = BpmnWorkflow(parser.get_spec("p"))
        self.workflow.task_tree.data["stop"] = False
        self.workflow.do_engine_steps()
        self.serializer = BpmnWorkflowSerializer()

    def step(self) -> None:
        """Complete the task; the next one waits."""
        self.workflow.get_next_task(state=TaskState.READY, manual=True).run()
        self.workflow.do_engine_steps()

    def stored_step(self) -> None:
        """The same for an instance that lies in the database."""
        self.workflow = self.serializer.deserialize_json(self.state())
        self.step()
        self.state()

    def state(self) -> str:
        """What would be saved."""
        return str(self.serializer.serialize_json(self.workflow))


def bare_rounds() -> dict[int, tuple[str, ...]]:
    """What a round costs the bare library, by the number of earlier ones; it is left alone with a thousand."""
    found: dict[int, tuple[str, ...]] = {}
    case, done = BareRound(), 0
    for age in AGES:
        if age > BARE_UP_TO:
            break
        while done < age:
            case.step()
            done += 1
        stored, live = median(case.stored_step, 3), median(case.step, 3)
        done += 6
        found[age] = (f"{live * 1e6:,.0f}", f"{stored * 1e6:,.0f}", f"{len(case.state()):,}")
    return found


def rounds_in_memory() -> Table:
    """What a round costs after so many earlier ones."""
    columns = ("live", "loaded and saved", "bytes")
    table = Table("earlier tasks", *columns, *(f"bare: {column}" for column in columns), title_justify="left")
    table.title = "A round of the loop, in us"
    theirs = bare_rounds()
    case, done = Round(), 0
    for age in (*AGES, 10_000):
        while done < age:
            case.step()
            done += 1
        live, stored = median(case.step, 7, calls=20), median(case.stored_step, 7, calls=20)
        done += 280
        ours_now = (f"{live * 1e6:.0f}", f"{stored * 1e6:.0f}", f"{len(case.instance.dump()):,}")
        table.add_row(f"{age:,}", *ours_now, *theirs.get(age, ()))
    return table


def on_the_database(bench: Bench) -> Table:
    """What a completion costs through the engine, on PostgreSQL, for younger and older cases in turn."""
    warm, cold = bench.engine(), bench.engine()
    warm.deployments.deploy(SYSTEM, [Resource(name="loop.bpmn", content=process(_LOOP))])
    calls: dict[str, Iterator[Callable[[], object]]] = {}
    oldest: dict[str, int] = {}
    for age in AGES:
        for what, engine in (("live", warm), ("loaded", cold)):
            keys = [grown(warm, age) for _ in range(CASES if age < 100 else 1)]
            oldest[f"{age:,} {what}"] = keys[0]
            calls[f"{age:,} {what}"] = rounds_of(engine, keys, forget=engine is cold)
    bench.measure(**calls)
    table = Table(
        "earlier tasks",
        "ms of this process",
        "ms",
        "statements",
        "bytes",
        title="Completing a user task",
        title_justify="left",
    )
    for what, (wall, cpu, sent) in bench.rows.items():
        table.add_row(what, f"{cpu:.2f}", f"{wall:.2f}", f"{sent:.0f}", f"{size(warm, oldest[what]):,}")
    return table


def grown(engine: Engine, age: int) -> int:
    """An instance with so many finished user tasks."""
    command = StartInstance(process_id="p", variables={"stop": False})
    key = engine.instances.start(SYSTEM, command).process_instance_key
    for _ in range(age):
        engine.tasks.complete(STAFF, waiting_task(engine, key), {})
    return key


def waiting_task(engine: Engine, instance_key: int) -> int:
    """The open task of an instance."""
    request = SearchRequest(filter={"process_instance_key": instance_key, "state": "CREATED"}, limit=1)
    return engine.tasks.search(SYSTEM, request).items[0].user_task_key


def rounds_of(engine: Engine, keys: list[int], *, forget: bool = False) -> Iterator[Callable[[], object]]:
    """Completions of the open task of each instance in turn; looking it up is not part of the figure."""
    for number in range(WARM_UP + ROUNDS):
        key = keys[number % len(keys)]
        task = waiting_task(engine, key)
        if forget:
            engine.advance.forget(key)
        yield lambda task=task: engine.tasks.complete(STAFF, task, {"answer": 1})  # type: ignore[misc]


def size(engine: Engine, key: int) -> int:
    """Bytes of the saved state."""
    with engine.units() as uow:
        row = uow.session.get_one(ProcessInstance, key)
        return len(row.snapshot or b"")


def main() -> None:
    """Measure and print."""
    console = Console()
    console.print(elements())
    console.print(rounds_in_memory())
    with installation() as bench:
        console.print(on_the_database(bench))


if __name__ == "__main__":
    main()
