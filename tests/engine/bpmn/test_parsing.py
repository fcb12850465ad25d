"""What is refused, with file, element, rule and cure; and what a diagram says besides."""

from __future__ import annotations

import pytest

from engine.bpmn import parse_diagram
from engine.errors import DeploymentRefused
from tests.engine.bpmn.drawing import draw, each, ext, job, mapping, script


def refused(xml):
    with pytest.raises(DeploymentRefused) as caught:
        parse_diagram("test.bpmn", xml)
    return [(finding.rule, finding.element_id) for finding in caught.value.findings]


BOMB = b"""<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&b;</definitions>"""
OUTSIDE = b"""<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" name="&a;"/></definitions>"""
PRIORITY = ext('<zeebe:priorityDefinition priority="NaN"/>')
SCHEDULE = ext('<zeebe:taskSchedule dueDate="soon"/>')
DEEP = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">' + b"<subProcess>" * 2_000


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "xml"),
        (b"no xml", "xml"),
        (b"<definitions>", "xml"),
        (b"\x00\x01", "xml"),
        (DEEP, "xml"),
        (BOMB, "doctype"),
        (OUTSIDE, "xml"),
        (b"<html/>", "no-bpmn"),
        (b"<definitions/>", "no-bpmn"),
        (b"<!--" + b" " * 10_000_000 + b"-->", "too-large"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "nothing-to-run"),
    ],
)
def test_files_that_are_no_diagram(content, rule):
    assert [found for found, _ in refused(content)] == [rule]


@pytest.mark.parametrize(
    ("text", "rule", "element"),
    [
        ("start s\nstart s", "duplicate-id", "s"),
        ("start s\nuser u\ns -> nowhere", "broken-reference", "f1"),
        ("start s\nuser u default=f9\ns -> u", "broken-reference", "u"),
        ("start s\nbound b attachedToRef=x @message:m", "broken-reference", "b"),
        ("start s\nreceive r messageRef=m\ns -> r", "broken-reference", "r"),
        ("start s\nthrow w @compensate:x\ns -> w", "broken-reference", "w"),
        ("start s\nthrow w | <eventDefinitionRef>x</eventDefinitionRef>\ns -> w", "broken-reference", "w"),
        ("start s\nsub a {\nuser u\n}\ns -> u", "broken-reference", "f1"),
        ("start s\nchoreographyTask x\ns -> x", "unsupported-element", "x"),
        ("start s\nevt g eventGatewayType=Parallel\ncatch c @message:m\ns -> g -> c", "unsupported-element", "g"),
        ("start s\nend e\nuser u\ns -> e -> u", "flow-end", "e"),
        ("start s\nuser u\nu -> s", "flow-end", "s"),
        ("start s\nuser u isForCompensation=true\ns -> u", "flow-end", "u"),
        ("start s\nxor g\nuser u\nuser v\ns -> g\ng -> u\ng -> v : default", "flow-without-condition", "f2"),
        ("start s\ncatch c\ns -> c", "event-trigger", "c"),
        ("start s\ncatch c @error:e\ns -> c", "event-trigger", "c"),
        ("start s @error:e", "event-trigger", "s"),
        ("start s\nsub a {\nstart t @message:m\n}\ns -> a", "event-trigger", "t"),
        ("start s\nend e @timer:x\ns -> e", "event-trigger", "e"),
        ("start s\nend e @error:x @message:m\ns -> e", "multiple-triggers", "e"),
        ("start s\ncatch c @cycle:R/P1D\ns -> c", "timer-kind", "c"),
        ("start s @duration:P1D", "timer-kind", "s"),
        ("start s\ncatch c @link:L\nuser u\nc -> u", "link-without-end", "c"),
        ("start s\nesp h {\nstart k\n}", "event-sub-process-start", "h"),
        ("start s\nesp h {\nstart k @message:m\nstart l @signal:x\n}", "event-sub-process-start", "h"),
        ("start s\nesp h {\nstart k @compensate\n}", "compensation-sub-process", "h"),
        ("start s\nevt g\nuser u\ncatch c @message:m\ns -> g\ng -> u\ng -> c", "event-gateway-target", "g"),
        ("start s\nevt g\ncatch c @message:m\ns -> g -> c\ns -> c", "event-gateway-target", "c"),
        ("start s\nend e @cancel\ns -> e", "cancel-event", "e"),
        ("start s\ntransaction a {\nend e @cancel\n}\ns -> a", "cancel-event", "e"),
        ("start s\nsub a {\nuser u\n}\nbound b attachedToRef=a @cancel\ns -> a", "cancel-event", "b"),
        ("start s\nuser u\nbound b attachedToRef=u @compensate\ns -> u", "compensation-handler", "b"),
        ("start s\nuser u\nbound b attachedToRef=u cancelActivity=false @error:e\ns -> u", "always-interrupting", "b"),
        ("start s\nstart t\nuser u\ns -> u\nt -> u", "several-none-starts", "t"),
        ("user u\nuser v\nu -> v -> u", "empty-scope", "p"),
        ("start s @date:=later", "timer-value", "s"),
        ("start s @signal:=name", "start-name", "s"),
        ("start s\nservice j\ns -> j", "job-type", "j"),
        ("start s\nthrow w @message:m\ns -> w", "job-type", "w"),
        ("start s\ncall c\ns -> c", "called-element", "c"),
        ("start s\ncatch c @message\ns -> c", "message-name", "c"),
        ("start s\ncatch c @signal\ns -> c", "signal-name", "c"),
        ("start s\nend e @error\ns -> e", "error-code", "e"),
        ("start s\ncatch c @duration:tomorrow\ns -> c", "timer-value", "c"),
        ("start s\ncatch c @duration:\ns -> c", "timer-value", "c"),
        ("start s\nxor g\nuser u\ns -> g\ng -> u : n = 1", "expression-expected", "f2"),
        ("start s\nxor g\nuser u\ns -> g\ng -> u : =n = = 1", "feel-syntax", "f2"),
        (f"start s\nscript x | {script('=1 +', 'a')}\ns -> x", "feel-syntax", "x"),
        (f"start s\nscript x | {script('=1', '')}\ns -> x", "result-variable", "x"),
        (f"start s\nuser u | {each('1')}\ns -> u", "expression-expected", "u"),
        ("start s\nuser u | <multiInstanceLoopCharacteristics/>\ns -> u", "loop-characteristics", "u"),
        ("start s\nuser u | <standardLoopCharacteristics/>\ns -> u", "endless-loop", "u"),
        ("start s\nuser u startQuantity=0\ns -> u", "quantity", "u"),
        (f"start s\nuser u startQuantity={'9' * 5_000}\ns -> u", "quantity", "u"),
        (f"start s\nuser u | {PRIORITY}\ns -> u", "task-priority", "u"),
        (f"start s\nuser u | {SCHEDULE}\ns -> u", "task-schedule", "u"),
        (f"start s\nuser u\nbound c attachedToRef=u @cycle:R{'9' * 5_000}/P1D\ns -> u", "timer-value", "c"),
        (f"start s\ncatch c @duration:P{'9' * 500}Y\ns -> c", "timer-value", "c"),
        (f"start s\nuser u | {ext('<zeebe:taskListeners/>')}\ns -> u", "unsupported-extension", "u"),
        (f"start s\nservice j | {job('x', mapping(inputs={'a.b': '=1'}))}\ns -> j", "mapping-target", "j"),
    ],
)  # fmt: skip
def test_what_would_not_run_right_is_refused(text, rule, element):
    assert (rule, element) in refused(draw(text))


def test_a_finding_says_where_and_how_to_mend_it():
    with pytest.raises(DeploymentRefused) as caught:
        parse_diagram("broken.bpmn", b"\n\n" + draw("start s\nchoreographyTask x\ns -> x"))
    (finding,) = caught.value.findings
    assert (finding.file, finding.element_id, finding.line, finding.severity) == ("broken.bpmn", "x", 3, "error")
    assert finding.cure


def test_all_findings_come_at_once():
    found = refused(draw("start s\nservice j\ncatch c @duration:x\nend e @error\ns -> j -> c -> e"))
    assert {rule for rule, _ in found} == {"job-type", "timer-value", "error-code"}


def test_only_executable_processes_are_read():
    drawn = b'<process id="other" isExecutable="false"><choreographyTask id="x"/></process></definitions>'
    diagram = parse_diagram("two.bpmn", draw("start s").replace(b"</definitions>", drawn))
    assert [process.process_id for process in diagram.processes] == ["p"]


def test_references_name_what_is_outside():
    form = ext('<zeebe:formDefinition formId="f"/><zeebe:assignmentDefinition candidateGroups="a,b"/>')
    rule = ext('<zeebe:calledDecision decisionId="d" resultVariable="r"/>')
    call = ext('<zeebe:calledElement processId="q"/>')
    xml = draw(
        f"start s\nuser u | {form}\nrule r | {rule}\ncall c | {call}\nservice j | {job('w')}\ns -> u -> r -> c -> j"
    )
    (process,) = parse_diagram("x.bpmn", xml).processes
    assert {(r.kind, r.name, r.element_id) for r in process.references} == {
        ("form", "f", "u"),
        ("candidate-group", "a", "u"),
        ("candidate-group", "b", "u"),
        ("decision", "d", "r"),
        ("process", "q", "c"),
        ("job-type", "w", "j"),
    }


def test_starts_tell_how_a_process_begins():
    (process,) = parse_diagram(
        "x.bpmn", draw("start a\nstart b @message:m\nstart c @cycle:R/P1D\nstart d @signal:g")
    ).processes
    assert [(s.element_id, s.kind, s.name) for s in process.starts][:2] == [("a", "none", None), ("b", "message", "m")]
    assert [s.kind for s in process.starts] == ["none", "message", "timer", "signal"]
