"""Diagrams in a few lines, for tests.

start s                     a node: kind, id, attributes a=b, triggers @kind:value, and after | raw XML inside
sub a { ... }               a scope; also transaction, adHoc, esp (event sub-process)
t x                         a script task that appends its id to `trace`
s -> a -> b                 flows;  a -> b : =x > 1  with a condition;  a -> b : default
comp b -> c                 an association from a compensation event to its handler
"""

from __future__ import annotations

from itertools import count, pairwise
from xml.sax.saxutils import escape, quoteattr

_KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "user": "userTask",
    "service": "serviceTask",
    "rule": "businessRuleTask",
    "script": "scriptTask",
    "receive": "receiveTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "complex": "complexGateway",
    "evt": "eventBasedGateway",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "bound": "boundaryEvent",
    "sub": "subProcess",
    "esp": "subProcess",
    "adHoc": "adHocSubProcess",
    "call": "callActivity",
}
_TIMERS = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}
_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="defs" targetNamespace="http://example.com">'
)


def ext(inner: str) -> str:
    """Extension elements."""
    return f"<extensionElements>{inner}</extensionElements>"


def script(expression: str, result: str, outputs: str = "") -> str:
    """The inside of a script task."""
    return ext(f"<zeebe:script expression={quoteattr(expression)} resultVariable={quoteattr(result)}/>{outputs}")


def job(job_type: str, more: str = "") -> str:
    """The inside of a service task."""
    return ext(f"<zeebe:taskDefinition type={quoteattr(job_type)}/>{more}")


def mapping(*, inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> str:
    """Input and output mappings: target -> source."""
    lines = [
        f"<zeebe:{kind} source={quoteattr(source)} target={quoteattr(target)}/>"
        for kind, pairs in (("input", inputs), ("output", outputs))
        for target, source in (pairs or {}).items()
    ]
    return f"<zeebe:ioMapping>{''.join(lines)}</zeebe:ioMapping>"


def each(collection: str, more: str = "", *, sequential: bool = False, condition: str = "", inside: str = "") -> str:
    """Multi-instance characteristics."""
    after = f"<completionCondition>{escape(condition)}</completionCondition>" if condition else ""
    said = f'<zeebe:loopCharacteristics inputCollection={quoteattr(collection)} inputElement="item" {more}/>'
    tag = "multiInstanceLoopCharacteristics"
    flag = "true" if sequential else "false"
    return f'{inside}<{tag} isSequential="{flag}">{ext(said)}{after}</{tag}>'


def draw(text: str, process_id: str = "p", *, extra: str = "") -> bytes:
    """The BPMN file of one executable process."""
    drawing = _Drawing()
    body = drawing.lines(text)
    top = "".join(drawing.top.values())
    xml = f'{_HEAD}{top}{extra}<process id="{process_id}" isExecutable="true">{body}</process></definitions>'
    return xml.encode()


class _Drawing:
    def __init__(self) -> None:
        self.top: dict[str, str] = {}
        self.numbers = count(1)
        self.defaults: dict[str, str] = {}

    def lines(self, text: str) -> str:
        out: list[str] = []
        closing: list[str] = []
        for raw in text.strip().splitlines():
            line = raw.strip()
            if line == "}":
                out.append(closing.pop())
            elif line.startswith("comp "):
                source, target = line[5:].split(" -> ")
                out.append(f'<association id="as{next(self.numbers)}" sourceRef="{source}" targetRef="{target}"/>')
            elif (" -> " in line and not line.split(" | ")[0].count("=")) or (
                " -> " in line and line.split()[1] == "->"
            ):
                out += self.flows(line)
            elif line:
                opened = line.endswith("{")
                head, tail = self.node(line.removesuffix("{").strip())
                out.append(head)
                if opened:
                    closing.append(tail)
                else:
                    out.append(tail)
        xml = "".join(out)
        for node, flow in self.defaults.items():
            xml = xml.replace(f' id="{node}"', f' id="{node}" default="{flow}"', 1)
        return xml

    def flows(self, line: str) -> list[str]:
        path, _, condition = line.partition(" : ")
        ids = path.split(" -> ")
        out = []
        for source, target in pairwise(part.strip() for part in ids):
            flow = f"f{next(self.numbers)}"
            inside = ""
            if condition == "default":
                self.defaults[source] = flow
            elif condition:
                inside = f"<conditionExpression>{escape(condition)}</conditionExpression>"
            ends = f'sourceRef="{source}" targetRef="{target}"'
            out.append(f'<sequenceFlow id="{flow}" {ends}>{inside}</sequenceFlow>')
        return out

    def node(self, line: str) -> tuple[str, str]:
        said, _, raw = line.partition(" | ")
        kind, name, *rest = said.split()
        attributes = dict(word.split("=", 1) for word in rest if not word.startswith("@"))
        triggers = [self.trigger(word[1:]) for word in rest if word.startswith("@")]
        if kind == "t":
            kind, raw = "script", raw or script(f'=append(trace, "{name}")', "trace")
        if kind == "esp":
            attributes["triggeredByEvent"] = "true"
        tag = _KINDS.get(kind, kind)
        shown = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        return f'<{tag} id="{name}"{shown}>{raw}{"".join(triggers)}', f"</{tag}>"

    def trigger(self, word: str) -> str:
        kind, _, value = word.partition(":")
        if kind in _TIMERS:
            form = _TIMERS[kind]
            return f"<timerEventDefinition><{form}>{escape(value)}</{form}></timerEventDefinition>"
        if kind == "cond":
            return f"<conditionalEventDefinition><condition>{escape(value)}</condition></conditionalEventDefinition>"
        if kind == "compensate":
            return f'<compensateEventDefinition activityRef="{value}"/>' if value else "<compensateEventDefinition/>"
        if kind == "link":
            return f'<linkEventDefinition name="{value}"/>'
        if kind in ("cancel", "terminate"):
            return f"<{kind}EventDefinition/>"
        return self.named(kind, value)

    def named(self, kind: str, value: str) -> str:
        if not value:
            return f"<{kind}EventDefinition/>"
        return f'<{kind}EventDefinition {kind}Ref="{self.declare(kind, value)}"/>'

    def declare(self, kind: str, value: str) -> str:
        """A message, signal, error or escalation; `name/=key` for a message with a correlation key."""
        name, _, key = value.partition("/")
        ref = f"{kind}-{name}"
        code = f' {kind}Code="{name}"' if kind in ("error", "escalation") else ""
        inside = ext(f"<zeebe:subscription correlationKey={quoteattr(key)}/>") if key else ""
        self.top[ref] = f'<{kind} id="{ref}" name="{name}"{code}>{inside}</{kind}>'
        return ref


def message(name: str) -> str:
    """A message for `extra`, to be named by a receive task."""
    return f'<message id="message-{name}" name="{name}"/>'
