"""Random block-structured processes against an oracle that knows what each block leaves in the trace.

Every block has one way in and one way out: task, user task, sequence, exclusive and parallel and inclusive block,
sub-process, multi-instance, loop, a caught error, an interrupting and a non-interrupting boundary event.
"""

from __future__ import annotations

from collections import Counter
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bpmn.drawing import draw, each, script

BLOCKS = st.recursive(
    st.sampled_from([("t",), ("user",), ("timer",), ("signal",)]),
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.sampled_from(["xor", "and", "or"]), st.lists(inner, min_size=2, max_size=3), st.integers(0, 7)),
        st.tuples(st.sampled_from(["sub", "error", "interrupted", "beside"]), inner),
        st.tuples(st.sampled_from(["each", "one-by-one"]), inner, st.integers(0, 3)),
    ),
    max_leaves=10,
)


class Writer:
    """Writes a block as lines of a drawing and counts what it leaves in the trace."""

    def __init__(self):
        self.lines, self.numbers, self.flows = [], count(), []

    def name(self, prefix):
        return f"{prefix}{next(self.numbers)}"

    def write(self, block):
        """First node, last node, and the trace of one run through the block."""
        kind, *rest = block
        return getattr(self, f"write_{kind.replace('-', '_')}")(*rest)

    def node(self, kind, rest=""):
        name = self.name(kind)
        self.lines.append(f"{kind} {name}{rest}")
        return name

    def write_t(self):
        name = self.node("t")
        return name, name, Counter([name])

    def write_user(self):
        name = self.node("user")
        return name, name, Counter()

    def write_timer(self):
        name = self.node("catch", " @duration:PT5S")
        return name, name, Counter()

    def write_signal(self):
        name = self.node("throw", f" @signal:{self.name('unheard')}")
        return name, name, Counter()

    def write_seq(self, blocks):
        parts = [self.write(block) for block in blocks]
        self.lines += [f"{a[1]} -> {b[0]}" for a, b in pairwise(parts)]
        return parts[0][0], parts[-1][1], sum((part[2] for part in parts), Counter())

    def _branches(self, kind, blocks, chosen):
        split, join = self.node(kind), self.node(kind)
        trace = Counter()
        for index, block in enumerate(blocks):
            first, last, left = self.write(block)
            taken = index in chosen
            condition = "" if kind == "and" else f" : ={'true' if taken else 'false'}"
            self.lines += [f"{split} -> {first}{condition}", f"{last} -> {join}"]
            trace += left if taken else Counter()
        return split, join, trace

    def write_xor(self, blocks, number):
        return self._branches("xor", blocks, {number % len(blocks)})

    def write_and(self, blocks, _number):
        return self._branches("and", blocks, set(range(len(blocks))))

    def write_or(self, blocks, number):
        chosen = {i for i in range(len(blocks)) if number >> i & 1} or {0}
        return self._branches("or", blocks, chosen)

    def _scope(self, block, rest="", ending=""):
        name = self.name("sub")
        self.lines.append(f"sub {name}{rest} {{")
        _, last, trace = self.write(block)
        if ending:
            end = self.node("end", f" {ending}")
            self.lines.append(f"{last} -> {end}")
        self.lines.append("}")
        return name, trace

    def write_sub(self, block):
        name, trace = self._scope(block)
        return name, name, trace

    def _caught(self, block, ending, trigger):
        name, trace = self._scope(block, ending=ending)
        bound, caught, join = self.name("bound"), self.node("t"), self.node("xor")
        self.lines += [
            f"bound {bound} attachedToRef={name} {trigger}",
            f"{bound} -> {caught} -> {join}",
            f"{name} -> {join}",
        ]
        return name, join, trace + Counter([caught])

    def write_error(self, block):
        return self._caught(block, "@error:e", "@error:e")

    def write_interrupted(self, block):
        signal = self.name("signal")
        return self._caught(("seq", [block, ("loud", signal)]), "", f"@signal:{signal}")

    def write_loud(self, signal):
        name = self.node("throw", f" @signal:{signal}")
        return name, name, Counter()

    def write_beside(self, block):
        """A non-interrupting escalation: the handler runs beside, and ends by itself."""
        code = self.name("code")
        name, trace = self._scope(block, ending=f"@escalation:{code}")
        bound, caught = self.name("bound"), self.node("t")
        self.lines += [
            f"bound {bound} attachedToRef={name} cancelActivity=false @escalation:{code}",
            f"{bound} -> {caught}",
        ]
        return name, name, trace + Counter([caught])

    def _repeated(self, block, number, *, sequential):
        name, trace = self._scope(block, f" | {each(f'={list(range(number))}', sequential=sequential)}")
        return name, name, Counter({key: many * number for key, many in trace.items() if number})

    def write_each(self, block, number):
        """In parallel, unless a signal out of one instance would reach the others."""
        return self._repeated(block, number, sequential="interrupted" in str(block))

    def write_one_by_one(self, block, number):
        return self._repeated(block, number, sequential=True)


@given(BLOCKS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_processes_leave_the_expected_trace(new_host, block):
    writer = Writer()
    first, last, expected = writer.write(block)
    xml = draw(
        "start s\n" + "\n".join(writer.lines) + f"\nscript z | {script('=true', 'over')}\ns -> {first}\n{last} -> z"
    )
    for reload in (False, True):
        case = _play(new_host(reload=reload), xml)
        assert (case.state, case.incidents, case.inst.variables.get("over")) == ("COMPLETED", [], True)
        assert Counter(case.trace) == expected


def _play(host, xml):
    host.deploy(xml)
    case = host.start(trace=[])
    for _ in range(2_000):
        if case.state != "ACTIVE":
            break
        if case.tasks:
            host.complete(case, case.tasks[-1])
        else:
            host.advance(seconds=10)
    return case
