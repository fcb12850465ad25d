"""Golden states: each shipped process, in each of its versions and formats of the state, at each of its waits.

`golden/<process>-<version>/` holds the diagrams as they were, without their drawing, and `states-v<format>.json`: the
state before each step of a way through the process. `python -m tests.engine.bpmn.golden_states` writes what is missing
for the present version and format; what is there is never written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import orjson
from lxml import etree

from engine.bootstrap.expressions import functions
from engine.bpmn import Instance, parse_diagram
from engine.bpmn.codec import VERSION
from engine.bpmn.specs.user_task import UserTask
from engine.settings import Settings
from tests.engine.bpmn.conftest import START, Case, Host

FOLDER = Path(__file__).parent / "golden"
WORKFLOWS = Path(__file__).parents[3] / "workflows" / "complaint_handling"
FACTS = [
    ("plan-investigation", {"depth": "normal"}),
    ("find-facts", {"needInformation": "yes"}),
    ("complainant-answer", {}),
    ("find-facts", {"needInformation": "no"}),
]
WAYS = {
    "investigation": FACTS,
    "complaint-handling": [
        ("assess", {"inScope": "yes", "category": "delivery", "severity": "high"}),
        *FACTS,
        ("decide", {"outcome": "upheld", "remedy": "refund", "remedyAmount": 250}),
        ("approve", {"approved": "yes"}),
        ("complainant-response", {"response": "refused"}),
        ("review", {"reviewOutcome": "confirmed", "outcome": "upheld", "remedy": "refund"}),
        ("complainant-response", {"response": "accepted"}),
        ("carry-out-remedy", {"remedyCost": 250}),
        ("verify-remedy", {"verified": "yes"}),
        ("close", {"cause": "carrier", "systemic": "single"}),
        ("a week", {}),
    ],
}
"""Process -> what is done at each wait: a user task is completed, a message comes, a week goes by."""
FILES = {"investigation": ("investigation",), "complaint-handling": ("complaint_handling", "investigation")}
DECIDED = {
    "priority": "high",
    "deadlines": {"responseDays": 20, "level1Days": 15, "level3Days": 25, "replyDays": 14, "updateEvery": "P90D"},
    "team": "case-handlers",
    "authority": {"approval": "manager"},
}


def host_of(diagrams: list[bytes]) -> Host:
    """Where the process runs: operations do nothing, decisions say always the same, no deadline comes."""
    host = Host()
    due = dict.fromkeys(
        ("acknowledgement", "level_1", "final_response", "level_3", "complainant_reply", "progress_update"),
        datetime(2030, 1, 1, tzinfo=UTC),
    )
    host.names["complaint"] = {"reference": "C-1", "status": "deciding", "receivedAt": START, "deadlines": due}
    host.decisions = {name: lambda _, value=value: value for name, value in DECIDED.items()}
    known = functions(Settings())
    for number, diagram in enumerate(diagrams):
        for parsed in parse_diagram(f"golden-{number}.bpmn", diagram, functions=known).processes:
            model = parsed.at(host.new_key())
            host.models[model.process_id] = host.by_key[model.definition_key] = model
    for model in host.by_key.values():
        host.operations |= {r.name: lambda _: {} for r in model.references if r.kind == "job-type"}
    return host


def begin(process: str, diagrams: list[bytes]) -> tuple[Host, Case]:
    """A new instance, at its first wait."""
    host = host_of(diagrams)
    return host, host.start(process, reference="C-1", channel="web-form", language="en", team="case-handlers")


def act(host: Host, case: Case, step: tuple[str, dict[str, object]]) -> None:
    """One step of a way."""
    name, values = step
    if name == "a week":
        host.advance(days=7)
    elif name in case.tasks:
        host.complete(case, name, **values)
    else:
        host.publish(name, "C-1", values)


def loaded(state: bytes, diagrams: list[bytes]) -> tuple[Host, Case]:
    """An instance out of its state alone, with what it has open."""
    host = host_of(diagrams)
    found = orjson.loads(state)
    largest = max(token[0] for scope in found["scopes"] for token in scope[8])
    host.keys = iter(range(largest + 1, largest + 10_000))
    inst = Instance.load(state, key=found["scopes"][0][0], models=host.by_key.__getitem__, services=host)
    case = Case(inst)
    host.cases.append(case)
    inst.tell_waits()
    host.run(case)
    for token in inst._execution.tokens.values():
        if "open" in token.internal_data and isinstance(token.spec, UserTask):
            case.open.tasks[token.id] = SimpleNamespace(element=token.spec.element)
    return host, case


def states_of(process: str, diagrams: list[bytes]) -> Iterator[bytes]:
    """The state before each step of the way."""
    host, case = begin(process, diagrams)
    for step in WAYS[process]:
        yield case.inst.dump()
        act(host, case, step)
    assert case.state == "COMPLETED", (case.state, case.incidents, case.tasks)


def present() -> Iterator[tuple[str, Path, list[bytes]]]:
    """The shipped processes: id, the folder of their golden states, and the diagrams without their drawing."""
    for process, names in FILES.items():
        diagrams = [bare((WORKFLOWS / f"{name}.bpmn").read_bytes()) for name in names]
        model = parse_diagram(names[0], diagrams[0], functions=functions(Settings())).processes[0]
        yield process, FOLDER / f"{process}-{model.version_tag}", diagrams


def bare(diagram: bytes) -> bytes:
    """A diagram without its drawing, documentation and blanks: what runs."""
    root = etree.fromstring(diagram, etree.XMLParser(remove_blank_text=True, remove_comments=True))
    for told in [*root.findall("{*}BPMNDiagram"), *root.findall(".//{*}documentation")]:
        told.getparent().remove(told)
    return etree.tostring(root)


def kept(folder: Path) -> list[bytes]:
    """The diagrams that lie beside golden states, in the order of their deployment."""
    return [path.read_bytes() for path in sorted(folder.glob("*.bpmn"))]


def main() -> None:
    """Write what is missing."""
    for process, folder, diagrams in present():
        path = folder / f"states-v{VERSION}.json"
        if path.exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        for number, diagram in enumerate(diagrams):
            (folder / f"{number}.bpmn").write_bytes(diagram)
        states = [orjson.loads(state) for state in states_of(process, diagrams)]
        path.write_bytes(b"[\n" + b",\n".join(orjson.dumps(state) for state in states) + b"\n]\n")


if __name__ == "__main__":
    main()
