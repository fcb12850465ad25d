"""Random block-structured processes, with what each block leaves in the trace.

Every block has one way in and one way out. What comes from outside is decided by the player (player.py): a block that
is interrupted or told something from outside waits, at its end, at a user task `hold<n>`; the player does everything
else first and then what the hold with the lowest number asks for. Numbers are given from the inside out, so the trace
is known beforehand whatever runs beside. Tasks `never<n>` are completed by nobody: only an interruption ends them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count, pairwise

from hypothesis import strategies as st

from tests.engine.bpmn.drawing import each, job
from tests.engine.bpmn.player import Hold

KINDS = [("t",), ("user",), ("timer",), ("signal",), ("message",), ("service",), ("failing",), ("undone",)]
LEAVES = st.sampled_from(KINDS)
FROM_OUTSIDE = st.sampled_from(["message", "signal", "cond", "date"])
INSIDE = [
    "sub",
    "error",
    "interrupted",
    "beside",
    "deep",
    "handled",
    "escalated",
    "told",
    "undo",
    "cancelled",
    "terminated",
]
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(
            st.sampled_from(["xor", "and", "or", "choice"]), st.lists(inner, min_size=2, max_size=3), st.integers(0, 7)
        ),
        st.tuples(st.sampled_from(INSIDE), inner),
        st.tuples(st.sampled_from(["each", "one-by-one", "loop"]), inner, st.integers(0, 3)),
        st.tuples(st.sampled_from(["outside", "taken-over"]), inner, FROM_OUTSIDE),
        st.tuples(st.sampled_from(["noted", "noted-inside"]), inner, FROM_OUTSIDE, st.integers(0, 2)),
    ),
    max_leaves=10,
)


def random_block(pick, size):
    """A block of about `size` parts, made with a `random.Random`: larger ones than Hypothesis makes."""
    if size <= 1:
        return pick.choice(KINDS)
    kind = pick.choice(["seq", "seq", "xor", "and", "and", "or", "choice", "repeated", "outside", "noted", *INSIDE])
    kinds = ["message", "signal", "cond", "date"]
    if kind in ("seq", "xor", "and", "or", "choice"):
        parts = pick.randint(2, 3)
        inner = [random_block(pick, (size - 1) // parts) for _ in range(parts)]
        return (kind, inner) if kind == "seq" else (kind, inner, pick.randint(0, 7))
    inner = random_block(pick, size - 2)
    if kind == "repeated":
        return (pick.choice(["each", "one-by-one", "loop"]), inner, pick.randint(0, 3))
    if kind == "outside":
        return (pick.choice(["outside", "taken-over"]), inner, pick.choice(kinds))
    if kind == "noted":
        return (pick.choice(["noted", "noted-inside"]), inner, pick.choice(kinds), pick.randint(0, 2))
    return (kind, inner)


@dataclass
class Part:
    """A written block: its first and last node, what a run leaves, and what compensating it later would leave."""

    first: str
    last: str
    trace: Counter = field(default_factory=Counter)
    undo: Counter = field(default_factory=Counter)


class Writer:
    """Writes a block as lines of a drawing.

    `holds` says what the player does at each hold: the kind of event, and how often; `order` lists pairs of tasks of
    which the first leaves its trace before the second.
    """

    def __init__(self):
        self.lines, self.numbers, self.holds, self.order = [], count(), {}, []
        self.repeated = False

    def name(self, prefix):
        return f"{prefix}{next(self.numbers)}"

    def node(self, kind, rest="", prefix=""):
        name = self.name(prefix or kind)
        self.lines.append(f"{kind} {name}{rest}")
        return name

    def leads(self, *names):
        self.lines.append(" -> ".join(names))

    def write(self, block):
        kind, *rest = block
        return getattr(self, f"write_{kind.replace('-', '_')}")(*rest)

    # -- leaves

    def _leaf(self, kind, rest="", prefix="", *, traced=False):
        name = self.node(kind, rest, prefix)
        return Part(name, name, Counter([name] if traced else []))

    def write_t(self):
        return self._leaf("t", traced=True)

    def write_user(self):
        return self._leaf("user")

    def write_timer(self):
        return self._leaf("catch", " @duration:PT5S")

    def write_signal(self):
        return self._leaf("throw", f" @signal:{self.name('unheard')}")

    def write_message(self):
        return self._leaf("catch", f" @message:{self.name('msg')}")

    def write_service(self):
        return self._leaf("service", f" | {job('w')}")

    def write_failing(self):
        """A job that ends with an error."""
        name, caught, join = self.node("service", f" | {job('w')}", "fails"), self.node("t"), self.node("xor")
        bound = self.node("bound", f" attachedToRef={name} @error:broken")
        self.leads(bound, caught, join)
        self.leads(name, join)
        return Part(name, join, Counter([caught]))

    def write_undone(self):
        """A task that can be compensated."""
        name, handler = self.node("t"), self.node("t", " isForCompensation=true", "undo")
        bound = self.node("bound", f" attachedToRef={name} @compensate")
        self.lines.append(f"comp {bound} -> {handler}")
        return Part(name, name, Counter([name]), Counter([handler]))

    # -- composed

    def write_seq(self, blocks):
        parts = [self.write(block) for block in blocks]
        for one, other in pairwise(parts):
            self.leads(one.last, other.first)
            if not self.repeated:  # what was done later is undone earlier
                self.order += [(b, a) for a in one.undo for b in other.undo]
        return Part(
            parts[0].first,
            parts[-1].last,
            sum((part.trace for part in parts), Counter()),
            sum((part.undo for part in parts), Counter()),
        )

    def _branches(self, kind, blocks, chosen):
        split, join = self.node(kind), self.node(kind)
        whole = Part(split, join)
        for index, block in enumerate(blocks):
            part = self.write(block)
            condition = "" if kind == "and" else f" : ={'true' if index in chosen else 'false'}"
            self.lines += [f"{split} -> {part.first}{condition}", f"{part.last} -> {join}"]
            if index in chosen:
                whole.trace += part.trace
                whole.undo += part.undo
        return whole

    def write_xor(self, blocks, number):
        return self._branches("xor", blocks, {number % len(blocks)})

    def write_and(self, blocks, _number):
        return self._branches("and", blocks, set(range(len(blocks))))

    def write_or(self, blocks, number):
        return self._branches("or", blocks, {i for i in range(len(blocks)) if number >> i & 1} or {0})

    def write_choice(self, blocks, number):
        """An event-based gateway: the chosen event comes, the others never do."""
        gateway, join, chosen = self.node("evt"), self.node("xor"), number % len(blocks)
        whole = Part(gateway, join)
        for index, block in enumerate(blocks):
            comes = [" @duration:PT7S", f" @message:{self.name('msg')}"][number & 1]
            never = [" @duration:P9999D", " @message:silence", " @signal:silence"][index]
            event = self.node("catch", comes if index == chosen else never)
            part = self.write(block)
            self.leads(gateway, event, part.first)
            self.leads(part.last, join)
            if index == chosen:
                whole.trace, whole.undo = part.trace, part.undo
        return whole

    # -- scopes

    def _scope(self, block, *, inside=(), ending="", kind="sub", rest="", beside=False):
        """A sub-process around a block; `beside`: with something in parallel that never ends by itself."""
        name = self.name(kind)
        self.lines += [f"{kind} {name}{rest} {{", *inside]
        part = self.write(("and", [block, ("never",)], 0) if beside else block)
        if ending:
            self.leads(part.last, self.node("end", f" {ending}"))
        self.lines.append("}")
        return Part(name, name, part.trace, part.undo)

    def write_never(self):
        """Somebody would have to act, and does not."""
        first, last = self.node("user", prefix="never"), self.node("t")
        self.leads(first, last)
        return Part(first, last)

    def write_sub(self, block):
        return self._scope(block)

    def _caught(self, scope, trigger):
        """An interrupting boundary event; what was done in the scope is not compensated any more."""
        caught, join = self.node("t"), self.node("xor")
        bound = self.node("bound", f" attachedToRef={scope.first} {trigger}")
        self.leads(bound, caught, join)
        self.leads(scope.first, join)
        return Part(scope.first, join, scope.trace + Counter([caught]))

    def _beside(self, scope, trigger, times):
        """A non-interrupting boundary event whose handler ends by itself."""
        caught = self.node("t")
        bound = self.node("bound", f" attachedToRef={scope.first} cancelActivity=false {trigger}")
        self.leads(bound, caught)
        return Part(scope.first, scope.first, scope.trace + _many(times, [caught]), scope.undo)

    def _handler(self, trigger, rest=""):
        """An event sub-process with one task; gives its lines and the task."""
        name, start, task = self.name("esp"), self.name("start"), self.name("t")
        return [f"esp {name} {{", f"start {start}{rest} {trigger}", f"t {task}", f"{start} -> {task}", "}"], task

    def write_error(self, block):
        return self._caught(self._scope(block, ending="@error:e"), "@error:e")

    def write_raises(self, block, code):
        return self._scope(block, ending=f"@error:{code}")

    def write_deep(self, block):
        """An error that passes through a sub-process and ends what runs beside it."""
        code = self.name("code")
        return self._caught(self._scope(("raises", block, code), beside=True), f"@error:{code}")

    def write_handled(self, block):
        """An error that is caught by an event sub-process; the scope completes with it."""
        code = self.name("code")
        lines, task = self._handler(f"@error:{code}")
        scope = self._scope(("raises", block, code), inside=lines, beside=True)
        return Part(scope.first, scope.last, scope.trace + Counter([task]))

    def write_interrupted(self, block):
        signal = self.name("signal")
        return self._caught(self._scope(("seq", [block, ("loud", signal)])), f"@signal:{signal}")

    def write_loud(self, signal):
        return self._leaf("throw", f" @signal:{signal}")

    def write_beside(self, block):
        code = self.name("code")
        return self._beside(self._scope(block, ending=f"@escalation:{code}"), f"@escalation:{code}", 1)

    def write_escalates(self, code):
        return self._leaf("throw", f" @escalation:{code}")

    def write_escalated(self, block):
        """An escalation that interrupts: nothing behind the throw runs."""
        code = self.name("code")
        scope = self._scope(("seq", [block, ("escalates", code), ("never",)]))
        return self._caught(scope, f"@escalation:{code}")

    def write_told(self, block):
        """An escalation that an event sub-process hears while the scope goes on."""
        code = self.name("code")
        lines, task = self._handler(f"@escalation:{code}", " isInterrupting=false")
        scope = self._scope(("seq", [block, ("escalates", code), ("t",)]), inside=lines)
        return Part(scope.first, scope.last, scope.trace + Counter([task]), scope.undo)

    # -- compensation

    def write_compensates(self):
        return self._leaf("throw", " @compensate")

    def write_undo(self, block):
        """A scope that undoes what it has done."""
        scope = self._scope(("seq", [block, ("compensates",)]))
        return Part(scope.first, scope.last, scope.trace + scope.undo)

    def write_cancelled(self, block):
        """A transaction that is cancelled."""
        scope = self._scope(block, ending="@cancel", kind="transaction")
        scope.trace += scope.undo
        return self._caught(scope, "@cancel")

    def write_terminated(self, block):
        """A terminate end event: what runs beside it ends, and the scope has completed."""
        name, split = self.name("sub"), self.name("and")
        self.lines += [f"sub {name} {{", f"and {split}"]
        part, never = self.write(block), self.write(("never",))
        self.lines += [f"{split} -> {part.first}", f"{split} -> {never.first}"]
        self.leads(part.last, self.node("end", " @terminate"))
        self.lines.append("}")
        return Part(name, name, part.trace, part.undo)

    # -- from outside

    def _held(self, block, kind, times):
        """The block with a hold behind it, and the trigger that the player lets happen there."""
        if self.repeated and kind in ("date", "cond"):  # a date does not come twice, a condition not fall by itself
            kind = "message"
        part = self.write(block)
        hold = Hold(number=next(self.numbers), kind=kind, times=times)
        self.holds[hold.task] = hold
        self.lines.append(f"user {hold.task}")
        self.leads(part.last, hold.task)
        return Part(part.first, hold.task, part.trace, part.undo), hold

    def write_held(self, block, kind, times, told):
        part, hold = self._held(block, kind, times)
        told.append(hold)
        return part

    def write_outside(self, block, kind):
        """Interrupted from outside, with something running beside."""
        told = []
        scope = self._scope(("held", block, kind, None, told), beside=True)
        return self._caught(scope, told[0].trigger)

    def write_noted(self, block, kind, times):
        told = []
        scope = self._scope(("held", block, kind, times, told))
        return self._beside(scope, told[0].trigger, told[0].happens)

    def write_heard(self, block, kind, times, told, rest):
        """As `held`, with an event sub-process that hears it."""
        part, hold = self._held(block, kind, times)
        lines, task = self._handler(hold.trigger, rest)
        self.lines += lines
        told += [hold, task]
        return part

    def write_taken_over(self, block, kind):
        """An interrupting event sub-process."""
        told = []
        scope = self._scope(("heard", block, kind, None, told, ""), beside=True)
        return Part(scope.first, scope.last, scope.trace + Counter([told[1]]), scope.undo)

    def write_noted_inside(self, block, kind, times):
        told = []
        scope = self._scope(("heard", block, kind, times, told, " isInterrupting=false"))
        hold, task = told
        return Part(scope.first, scope.last, scope.trace + _many(hold.happens, [task]), scope.undo)

    # -- repeated

    def _repeated(self, block, number, characteristics):
        before, self.repeated = self.repeated, True
        part = self._scope(block, rest=f" | {characteristics}")
        self.repeated = before
        return Part(part.first, part.last, _many(number, part.trace), _many(number, part.undo))

    def write_each(self, block, number):
        """In parallel, unless a signal out of one instance would reach the others."""
        alone = "interrupted" in str(block)
        return self._repeated(block, number, each(f"={list(range(number))}", sequential=alone))

    def write_one_by_one(self, block, number):
        return self._repeated(block, number, each(f"={list(range(number))}", sequential=True))

    def write_loop(self, block, number):
        rounds = max(number, 1)
        return self._repeated(block, rounds, f'<standardLoopCharacteristics loopMaximum="{rounds}"/>')


def _many(number, names):
    return Counter({name: many * number for name, many in Counter(names).items() if number})
