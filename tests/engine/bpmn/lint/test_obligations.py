"""The rules of ISO 10002, and those of a house, for processes that are tagged with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn import inspect_diagram, load_rulebook
from engine.errors import ConfigurationInvalid
from tests.engine.bpmn.drawing import draw, ext

ROOT = Path(__file__).parents[4]
TAG = ext('<zeebe:properties><zeebe:property name="handles" value="complaints"/></zeebe:properties>')
ISO = load_rulebook("iso10002", (ROOT / "config/lint/iso10002.toml").read_text("utf-8"))


def _job(job_type, **headers):
    said = "".join(f'<zeebe:header key="{key}" value="{value}"/>' for key, value in headers.items())
    return ext(f'<zeebe:taskDefinition type="{job_type}"/><zeebe:taskHeaders>{said}</zeebe:taskHeaders>')


def _task(form, more=""):
    date = '<zeebe:taskSchedule dueDate="=now()"/>'
    return ext(f'<zeebe:userTask/><zeebe:formDefinition formId="{form}"/>{date}{more}')


def _apart(tasks):
    return f'<zeebe:properties><zeebe:property name="separateFrom" value="{tasks}"/></zeebe:properties>'


GOOD = f"""start s
service ack | {_job("send-letter", letter="acknowledgement")}
user decide | {_task("decision")}
bound late attachedToRef=decide cancelActivity=false @duration:P5D
service escalate | {_job("escalate", level="1")}
end told
user approve | {_task("approval", _apart("decide"))}
service answer | {_job("send-letter", letter="response")}
user cause | {_task("closing")}
service close | {_job("close-complaint")}
end e
s -> ack -> decide -> approve -> answer -> cause -> close -> e
late -> escalate -> told"""


def rules(lines, *, books=(ISO,), tag=TAG):
    xml = draw(lines).replace(b'isExecutable="true">', b'isExecutable="true">' + tag.encode(), 1)
    found = inspect_diagram("case.bpmn", xml, rulebooks=books).findings
    return {finding.rule: finding for finding in found}


def test_a_process_that_does_what_is_owed_has_no_finding():
    assert rules(GOOD) == {}


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("acknowledged", "s -> ack -> decide", "xor x\ns -> x\nx -> ack : =a\nx -> decide : default\nack -> decide"),
        ("acknowledged-first", "s -> ack -> decide -> approve -> answer", "s -> decide -> approve -> answer -> ack"),
        ("told-before-closing", "approve -> answer -> cause", "approve -> cause"),
        ("every-wait-has-a-deadline", _task("closing"), ext('<zeebe:formDefinition formId="closing"/>')),
        ("escalation", _job("escalate", level="1"), _job("other")),
        ("nobody-approves-their-own", _apart("decide"), _apart("cause")),
        ("closing-records-cause", "answer -> cause -> close", "answer -> close"),
        ("closed", "cause -> close -> e", "cause -> e"),
    ],
)
def test_each_rule_finds_what_breaks_it(rule, old, new):
    assert old in GOOD
    finding = rules(GOOD.replace(old, new))[f"iso10002-{rule}"]
    assert (finding.severity, "clause" in finding.message) == ("error", True)
    assert rule in {one.id.removeprefix("iso10002-") for one in ISO.rules}


def test_every_rule_of_the_book_is_tried():
    tried = test_each_rule_finds_what_breaks_it.pytestmark[0].args[1]
    assert {f"iso10002-{case[0]}" for case in tried} == {rule.id for rule in ISO.rules}


def test_the_way_that_breaks_a_rule_is_told():
    broken = GOOD.replace("s -> ack -> decide", "xor x\ns -> x\nx -> ack : =a\nx -> decide : default\nack -> decide")
    assert "s -> x -> decide -> approve" in rules(broken)["iso10002-acknowledged"].message


def test_both_branches_of_a_parallel_gateway_count_behind_the_join():
    nodes = f"and a\nand j\nuser u | {_task('note')}\n"
    flows = "\na -> answer -> j\na -> u -> j\nj -> cause"
    lines = nodes + GOOD.replace("approve -> answer -> cause", "approve -> a\ncause") + flows
    assert rules(lines) == {}


def test_processes_without_the_tag_owe_nothing():
    assert rules("start s\nuser u\nend e\ns -> u -> e", tag="") == {}


def test_a_deadlock_of_a_complaint_is_an_error():
    lines = (
        "start s\nxor x\nand j\nend e\nuser u\nuser v\ns -> x\nx -> u : =a\nx -> v : default\nu -> j\nv -> j\nj -> e"
    )
    assert rules(lines)["deadlock"].severity == "error"
    assert rules(lines, tag="")["deadlock"].severity == "warning"


def test_a_house_adds_rules_of_its_own():
    text = """
        title = "House rules"
        applies_to = { handles = "complaints" }
        [rules.named]
        kind = "exists"
        of = [{ id = ["greeting"] }]
        message = "nobody is greeted"
        cure = "Greet."
        severity = "warning"
    """
    assert rules(GOOD, books=[load_rulebook("house", text)])["house-named"].severity == "warning"


@pytest.mark.parametrize(
    "text",
    ["title = ", "title = 'x'", "title='x'\napplies_to={a='b'}\n[rules.r]\nkind='perhaps'\nof=[{id='x'}]"],
)
def test_rules_that_cannot_be_read_are_refused(text):
    with pytest.raises(ConfigurationInvalid):
        load_rulebook("house", text)


def test_our_own_complaint_process_owes_nothing():
    for path in (ROOT / "workflows").rglob("*.bpmn"):
        assert inspect_diagram(path.name, path.read_bytes(), rulebooks=[ISO]).findings == ()
