"""Soundness findings agree with trying everything: in the net without reduction, and by running the process itself.

Random graphs of tasks and gateways; whoever completes the task before a decision says which flows are taken, so that
each time it can be decided afresh.
"""

from __future__ import annotations

import os
import re
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.bpmn.dialect.document import read
from engine.bpmn.lint.soundness import waiting
from engine.bpmn.lint.soundness.exploring import explore
from engine.bpmn.lint.soundness.net import build
from tests.engine.bpmn.drawing import draw

EXAMPLES = int(os.environ.get("RANDOM_EXAMPLES", "25"))


@st.composite
def drawings(pick, *, most=5, loops=False):
    """The lines of a drawing; each node leads to later ones, or to any where `loops`."""
    size = pick(st.integers(2, most))
    lines, reached = ["start s", "s -> n0", f"end n{size}"], {0}
    for number in range(size):
        kind = pick(st.sampled_from(["user", "and", "and", "xor", "or"]))
        ahead = [n for n in range(0 if loops else number + 1, size + 1) if n != number]
        count = 1 if kind == "user" else pick(st.integers(1, min(2, len(ahead))))
        targets = pick(st.lists(st.sampled_from(ahead), min_size=count, max_size=count, unique=True))
        if number + 1 < size and number + 1 not in {*reached, *targets}:
            targets[0] = number + 1
        reached.update(targets)
        lines += _node(kind, number, targets)
    return "\n".join(lines)


def _node(kind, number, targets):
    if kind in ("user", "and") or len(targets) == 1:
        return [f"{kind} n{number}", *(f"n{number} -> n{target}" for target in targets)]
    asked = [f"{kind} n{number}", f"user q{number}", f"{kind} d{number}", f"n{number} -> q{number} -> d{number}"]
    ways = [f"d{number} -> n{target} : =list contains(d{number}, {i})" for i, target in enumerate(targets)]
    return [*asked, *ways]


@st.composite
def nested(pick):
    """A drawing in which a task is a sub-process, which is itself a drawing, with an interrupting message."""
    outer, inner = pick(drawings(most=3)), pick(drawings(most=3))
    inside = re.sub(r"\b([nqd])(\d)\b", r"\g<1>1\2", inner).replace("start s\ns ->", "start t\nuser w\nt -> w ->")
    around = outer.replace("s -> n0", "s -> a -> n0")
    return f"{around}\nsub a {{\n{inside}\n}}\nbound b attachedToRef=a @message:go\nend e\nb -> e"


MESSAGES = ("go", "note", "join", "inside", "over", "around", "end")
"""Each comes at most once: what a non-interrupting event does again, it does as the first time."""
FEATURES = {
    "interrupted": ("bound b1 attachedToRef=a @message:go\nuser v1\nb1 -> v1", ""),
    "beside": ("bound b2 attachedToRef=a cancelActivity=false @message:note\nuser v2\nb2 -> v2", ""),
    "joined beside": ("bound b3 attachedToRef=a cancelActivity=false @message:join\nb3 -> n0", ""),
    "heard inside": ("", "esp h1 {\nstart k1 isInterrupting=false @message:inside\nuser v3\nk1 -> v3\n}"),
    "taken over": ("", "esp h2 {\nstart k2 @message:over\nuser v4\nk2 -> v4\n}"),
    "heard around": ("esp h3 {\nstart k3 isInterrupting=false @message:around\nuser v5\nk3 -> v5\n}", ""),
    "ended around": ("esp h4 {\nstart k4 @message:end\nend v6\nk4 -> v6\n}", ""),
}
THROWS = {
    "nothing": ("", "", ""),
    "error out": ("bound b5 attachedToRef=a @error:x\nuser v7\nb5 -> v7", "", "@error:x"),
    "error in": ("", "esp h6 {\nstart k6 @error:x\nuser v8\nk6 -> v8\n}", "@error:x"),
    "error around": ("esp h7 {\nstart k7 @error:x\nuser v9\nk7 -> v9\n}", "", "@error:x"),
    "told": ("bound b6 attachedToRef=a cancelActivity=false @escalation:x\nuser v10\nb6 -> v10", "", "@escalation:x"),
    "told, joined": ("bound b8 attachedToRef=a cancelActivity=false @escalation:x\nb8 -> n0", "", "@escalation:x"),
    "escalated": ("bound b7 attachedToRef=a @escalation:x\nuser v11\nb7 -> v11", "", "@escalation:x"),
    "told in": ("", "esp h8 {\nstart k8 isInterrupting=false @escalation:x\nuser v12\nk8 -> v12\n}", "@escalation:x"),
    "ended": ("", "", "@terminate"),
}


@st.composite
def eventful(pick):
    """A drawing with a sub-process, events around and inside it, and perhaps a throw at its end."""
    outer, inner = pick(drawings(most=3)), pick(drawings(most=3))
    around, within, end = THROWS[pick(st.sampled_from(sorted(THROWS)))]
    chosen = pick(st.lists(st.sampled_from(sorted(FEATURES)), max_size=2, unique=True))
    outside = [around, *(FEATURES[name][0] for name in chosen)]
    inside = [within, *(FEATURES[name][1] for name in chosen)]
    lines = re.sub(r"\b([nqd])(\d)\b", r"\g<1>1\2", inner).replace("start s\ns ->", "start t\nuser w\nt -> w ->")
    lines = re.sub(r"^end (\w+)$", rf"user \1\nend z {end}\n\1 -> z", lines, flags=re.MULTILINE)
    body = "\n".join(filter(None, [lines, *inside]))
    return "\n".join(filter(None, [outer.replace("s -> n0", "s -> a -> n0"), f"sub a {{\n{body}\n}}", *outside]))


def _net(lines):
    document = read("random.bpmn", draw(lines))
    return build(document, document.processes[0])


def _explored(lines, **options):
    return explore(_net(lines), **options)


@given(drawings(most=7))
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_by_making_local_moves_first(lines):
    quick, slow = _explored(lines), _explored(lines, reduced=False)
    assert (set(quick.stuck), quick.ends) == (set(slow.stuck), slow.ends)
    assert quick.reached == slow.reached


@given(drawings(loops=True))
@settings(max_examples=100, deadline=None)
def test_nothing_is_lost_in_loops(lines):
    quick, slow = _explored(lines), _explored(lines, reduced=False, states=3000)
    assume(quick.complete and slow.complete and not slow.growing and not quick.growing)
    assert (set(quick.stuck), quick.ends) == (set(slow.stuck), slow.ends)
    assert quick.reached == slow.reached


class Runs:
    """Every order of tasks and every decision, each tried on an instance of its own."""

    def __init__(self, new_host, lines, budget=400):
        self.new_host, self.xml, self.left = new_host, draw(lines), budget
        self.stuck, self.ends, self.seen = False, False, set()
        self.decisions = {name: kind for kind, name in re.findall(r"^(xor|or) (d\d+)$", lines, re.MULTILINE)}

    def all(self):
        todo = [()]
        while todo:
            assume(self.left)
            self.left -= 1
            steps = todo.pop()
            todo += [(*steps, step) for step in self.after(steps)]

    def after(self, steps):
        """What can be done after some steps."""
        host = self.new_host()
        host.deploy(self.xml)
        case = host.start(**{key: [] for key in self.decisions})
        for task, chosen in steps:
            if task in MESSAGES:
                host.publish(task)
                continue
            host.complete(case, task, **({} if chosen is None else {f"d{task[1:]}": list(chosen)}))
        self.seen.update(case.activated())
        self.stuck |= any(code == "DEADLOCK" for _, code in case.incidents)
        self.ends |= case.state == "COMPLETED"
        open_ = sorted({wait.name for wait in case.open.messages.values()} - {task for task, _ in steps})
        return [(name, None) for name in open_] + [
            (task, chosen) for task in sorted(set(case.tasks)) for chosen in self.options(task)
        ]

    def options(self, task):
        if task[0] != "q":
            return [None]
        kind = self.decisions[f"d{task[1:]}"]
        return [(0,), (1,)] if kind == "xor" else [c for n in (1, 2) for c in combinations((0, 1), n)]


@given(drawings(most=5))
@settings(max_examples=EXAMPLES, deadline=None)
def test_findings_are_what_running_it_shows(new_host, lines):
    net = _net(lines)
    explored, runs = explore(net), Runs(new_host, lines)
    runs.all()
    assert bool(explored.stuck) == runs.stuck
    assert explored.ends == runs.ends
    in_vain = {net.target[item[2]] for state in explored.stuck for item in state}
    assert runs.seen - {"p"} - in_vain == explored.reached - in_vain  # an incident shows the gateway that waits


@given(nested())
@settings(max_examples=EXAMPLES, deadline=None)
def test_sub_processes_and_interruptions_too(new_host, lines):
    """While a message can still come the engine raises no incident; the lint tells what waits for nothing else."""
    net = _net(lines)
    explored, slow, runs = explore(net), explore(net, reduced=False), Runs(new_host, lines)
    assert (set(explored.stuck), explored.reached) == (set(slow.stuck), slow.reached)
    runs.all()
    assert explored.stuck or not runs.stuck
    assert explored.ends == runs.ends
    in_vain = {name for state in explored.stuck for name in waiting(net, state)}
    assert runs.seen - {"p"} - in_vain == explored.reached - in_vain


@given(eventful())
@settings(max_examples=EXAMPLES, deadline=None)
def test_events_and_throws_too(new_host, lines):
    net = _net(lines)
    explored, slow, runs = explore(net), explore(net, reduced=False), Runs(new_host, lines)
    assume(explored.complete and slow.complete)
    assert (bool(explored.stuck), explored.reached) == (bool(slow.stuck), slow.reached)
    runs.all()
    assert explored.stuck or not runs.stuck
    assert explored.ends == runs.ends
    in_vain = {name for state in explored.stuck for name in waiting(net, state)}
    assert runs.seen - {"p"} - in_vain == explored.reached - in_vain


def test_what_was_thrown_stays_when_the_sub_process_is_interrupted_later():
    inside = "start t\nuser w\nand n\nthrow z @escalation:x\nend y\nuser v\nt -> w -> n\nn -> z -> y\nn -> v -> y"
    around = (
        "bound b attachedToRef=a cancelActivity=false @escalation:x\nbound c attachedToRef=a @message:go\nand j\nend e"
    )
    lines = f"start s\nsub a {{\n{inside}\n}}\n{around}\nend f\ns -> a -> j\nb -> j -> e\nc -> f"
    explored = _explored(lines)
    assert [explored.path(state)[-3:] for state in explored.stuck] == [["b", "c", "f"]]


def _chain(length):
    steps = "\n".join(f"user n{i}" for i in range(length))
    return f"start s\nend e\n{steps}\ns -> " + " -> ".join(f"n{i}" for i in range(length)) + " -> e"


@pytest.mark.parametrize("lines", [_chain(2000)])
def test_long_processes_are_looked_at_to_the_end(lines):
    explored = _explored(lines)
    assert explored.complete
    assert explored.ends
