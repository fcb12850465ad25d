"""Soundness: whatever is decided, the process can end, no token is left behind, and every element can be reached.

After van der Aalst's notion of sound workflow nets, for BPMN: a process is over when no token is left, wherever they
went. Data are not looked at: every condition may hold or not. A deadlock is therefore a warning, and where it takes two
decisions or more, while other runs end, a remark: the data may exclude it. Tokens that multiply are an error.
A process that is tagged as complaint handling may not leave anybody waiting: there a deadlock is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml import etree

from engine.bpmn.dialect.document import Document
from engine.bpmn.lint.rule import Rule, Violation
from engine.bpmn.lint.soundness.exploring import Explored, explore
from engine.bpmn.lint.soundness.moves import Items
from engine.bpmn.lint.soundness.net import Net, build
from engine.errors import Finding

_LONG = 14


def check_soundness(document: Document, strict: Callable[[etree._Element], bool] = lambda _: False) -> list[Finding]:
    """All findings about the tokens of the executable processes, whose references are known to be in order.

    In the processes that `strict` says yes to, a deadlock is an error.
    """
    found: list[Finding] = []
    for process in document.processes:
        net = build(document, process)
        explored = explore(net)
        for rule, violations in _violations(net, explored):
            severe = rule in (DEADLOCK, LEFT) and strict(process)
            found += (replace(rule, severity="error") if severe else rule).findings(document, violations)
    return found


def _violations(net: Net, explored: Explored) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    yield from _stuck(net, explored)
    yield UNBOUNDED, _growing(net, explored)
    yield DEAD, _dead(net, explored)
    if not explored.complete:
        text = f"{net.process.get('id')} has too many states: only some of them were looked at"
        yield UNEXPLORED, iter([(net.process, text)])


def _stuck(net: Net, explored: Explored) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """One finding for each element that waits in vain, with the shortest way to it."""
    said: set[str] = set()
    for state in sorted(explored.stuck, key=explored.decisions):
        for name in waiting(net, state):
            if name in said:
                continue
            said.add(name)
            path = explored.path(state)
            ended = any(net.nodes[at].kind == "endEvent" for at in path if at in net.nodes)
            doubtful = explored.ends and explored.decisions(state) > 1
            rule = (LEFT_MAYBE if doubtful else LEFT) if ended else (DEADLOCK_MAYBE if doubtful else DEADLOCK)
            text = f"a token waits at {name} for ever, after {_told(path)}"
            yield rule, iter([(net.elements.get(name), text)])


def waiting(net: Net, items: Items) -> Iterator[str]:
    """The nodes at which the tokens of a state are."""
    for _, kind, name, inside in items:
        if kind in ("sub", "handler"):
            yield from waiting(net, inside)
        else:
            yield net.target[name] if kind == "flow" else name


def _growing(net: Net, explored: Explored) -> Iterator[Violation]:
    said: set[str] = set()
    for state in explored.growing:
        for item in state:
            name = net.target.get(item[2], item[2])
            if state.count(item) > 1 and name not in said:
                said.add(name)
                yield net.elements.get(name), f"tokens pile up at {name} without end: {_told(explored.path(state))}"


def _dead(net: Net, explored: Explored) -> Iterator[Violation]:
    """What comes behind a deadlock, or was not looked at, is not said to be dead as well."""
    excused = bool(explored.stuck) or not explored.complete or bool(explored.growing)
    drawn = (
        _drawn(net)
        if excused
        else explored.reached | {name for name, node in net.nodes.items() if node.kind == "startEvent"}
    )
    for name, node in net.nodes.items():
        handler = any(name == handler.id for scope in net.scopes.values() for handler in scope.handlers)
        if name not in drawn and name not in net.apart and not handler:
            yield net.elements[name], f"the {node.kind} {name} can never be reached"


def _drawn(net: Net) -> set[str]:
    """Everything to which some way leads, whatever joins would say to it."""
    todo = [name for scope in net.scopes.values() for entry in scope.entries for name in entry]
    todo += [name for name, node in net.nodes.items() if node.kind == "boundaryEvent"]
    seen = set(todo)
    while todo:
        for _, target in net.successors[todo.pop()]:
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def _told(path: list[str]) -> str:
    shown = path if len(path) <= _LONG else [*path[:4], "...", *path[4 - _LONG :]]
    return " -> ".join(shown) or "the start"


def _nowhere(document: Document) -> Iterator[Violation]:  # noqa: ARG001  # these rules are asked all at once
    return iter(())


_JOIN = "Join flows with the kind of gateway that split them, so that a token comes on every flow that is waited for."
DEADLOCK = Rule(id="deadlock", cure=_JOIN, find=_nowhere, severity="warning")
DEADLOCK_MAYBE = Rule(id="possible-deadlock", cure=_JOIN, find=_nowhere, severity="info")
LEFT = Rule(id="token-left-behind", cure=_JOIN, find=_nowhere, severity="warning")
LEFT_MAYBE = Rule(id="possible-token-left", cure=_JOIN, find=_nowhere, severity="info")
UNBOUNDED = Rule(id="unbounded-tokens", cure="Let one token leave the loop for each that enters it.", find=_nowhere)
DEAD = Rule(
    id="dead-element", cure="Lead a flow to it from the start, or remove it.", find=_nowhere, severity="warning"
)
UNEXPLORED = Rule(
    id="not-explored", cure="Put parts of it into sub-processes of their own.", find=_nowhere, severity="info"
)
RULES = (DEADLOCK, DEADLOCK_MAYBE, LEFT, LEFT_MAYBE, UNBOUNDED, DEAD, UNEXPLORED)
