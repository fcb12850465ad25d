"""User tasks, jobs, operations, decisions, scripts, mappings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.bpmn import BpmnError, DecisionEvaluated, VariableSet
from engine.errors import AlreadyCompleted, Conflict, Malformed, NotFound
from tests.engine.bpmn.drawing import draw, ext, job, mapping, script


def go(host, text, **variables):
    host.deploy(draw(text))
    return host.start(trace=[], **variables)


def user(assignment="", schedule="", more=""):
    return ext(
        f"<zeebe:userTask/><zeebe:assignmentDefinition {assignment}/><zeebe:taskSchedule {schedule}/>{more}"
        '<zeebe:formDefinition formId="initial-assessment"/>'
    )


def test_a_user_task_tells_who_until_when_and_with_what(host):
    said = user(
        'assignee="=boss" candidateGroups="front-office, reviewers" candidateUsers=\'=[&quot;ada&quot;]\'',
        'dueDate="=now() + duration(&quot;P2D&quot;)" followUpDate="2026-01-02T00:00:00Z"',
        '<zeebe:priorityDefinition priority="=80"/>',
    )
    case = go(host, f"start s\nuser u | {said}\ns -> u", boss="grace")
    (task,) = case.open.tasks.values()
    assert (task.assignee, task.candidate_groups, task.candidate_users) == (
        "grace",
        ("front-office", "reviewers"),
        ("ada",),
    )
    assert (task.due_date, task.follow_up_date) == (datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    assert (task.priority, task.form_id, task.element.id) == (80, "initial-assessment", "u")


def test_nobody_named_is_fine_but_groups_must_be_there(host):
    first, second = user("assignee='=nobody'"), user("candidateGroups='=team'")
    case = go(host, f"start s\nuser u | {first}\nuser v | {second}\ns -> u -> v")
    assert [task.assignee for task in case.open.tasks.values()] == [None]
    host.complete(case, "u")
    assert case.incidents == [("v", "EXTRACT_VALUE_ERROR")]
    case.inst.set_variables(case.inst.key, {"team": ["managers"]})
    host.retry(case)
    assert [task.candidate_groups for task in case.open.tasks.values()] == [("managers",)]


def test_a_task_is_completed_once(host):
    case = go(host, "start s\nuser u\nuser v\ns -> u -> v")
    key = case.key_of("u")
    host.complete(case, "u", answer=42)
    assert (case.inst.variables["answer"], case.tasks) == (42, ["v"])
    with pytest.raises(AlreadyCompleted):
        case.inst.complete(key)


def test_output_mappings_take_only_what_they_name(host):
    case = go(host, f"start s\nuser u | {ext(mapping(outputs={'kept': '=answer + 1'}))}\nuser v\ns -> u -> v")
    host.complete(case, "u", answer=41, other=1)
    assert case.inst.variables == {"trace": [], "kept": 42}


def test_input_mappings_are_local_and_read_one_another(host):
    inside = job("work", mapping(inputs={"a": "=x", "b": "=a * 2", "c": "text"}))
    case = go(host, f"start s\nservice j | {inside}\nuser v\ns -> j -> v", x=21)
    assert case.inst.visible(case.key_of("j")) == {"trace": [], "x": 21, "a": 21, "b": 42, "c": "text"}
    host.complete(case, "j", a=0, d=1)
    assert case.inst.variables == {"trace": [], "x": 21, "d": 1}


def test_an_operation_runs_inline_with_inputs_and_headers(host):
    calls = []

    def send(call):
        calls.append((call.job_type, call.inputs["text"], dict(call.headers), call.element.id))
        return {"sent": True}

    host.operations["send-letter"] = send
    headers = '<zeebe:taskHeaders><zeebe:header key="letter" value="closing"/></zeebe:taskHeaders>'
    inside = job("send-letter", headers + mapping(inputs={"text": "=name"}))
    case = go(host, f"start s\nservice j | {inside}\ns -> j", name="Ada")
    assert calls == [("send-letter", "Ada", {"letter": "closing"}, "j")]
    assert (case.state, case.inst.variables["sent"], host.savepoints) == ("COMPLETED", True, ["begin", "release"])


def test_an_operation_that_fails_leaves_an_incident_and_runs_again(host):
    def fail(call):
        raise Conflict("the printer is out of paper")

    host.operations["print"] = fail
    case = go(
        host, f"start s\nservice j | {job('print', mapping(inputs={'size': '=wanted'}))}\nt x\ns -> j -> x", wanted="A4"
    )
    assert (case.incidents, host.savepoints) == ([("j", "OPERATION_FAILED")], ["begin", "rollback"])
    seen = []
    host.operations["print"] = lambda call: seen.append(call.inputs["size"]) or {}
    case.inst.set_variables(case.inst.key, {"wanted": "A5"})
    host.retry(case)
    assert (seen, case.trace, case.state, case.incidents) == (["A5"], ["x"], "COMPLETED", [])


def test_a_step_is_taken_back_with_its_operation(host):
    host.operations["work"] = lambda _call: {"done": True}
    inside = job("work", mapping(outputs={"result": "=done"}))
    case = go(host, f"start s\nservice j | {inside}\nt x\ns -> j\nj -> x : =result.wrong > 1")
    assert (case.incidents, host.savepoints) == ([("j", "CONDITION_ERROR")], ["begin", "rollback"])
    assert case.inst.variables == {"trace": []}
    assert not [e for e in case.open.events if isinstance(e, VariableSet) and e.name == "result"]


def test_a_business_error_of_an_operation_goes_to_its_boundary(host):
    def refuse(call):
        raise BpmnError("no-stock", "sold out", {"left": 0})

    host.operations["order"] = refuse
    case = go(
        host,
        f"start s\nservice j | {job('order')}\nbound b attachedToRef=j @error:no-stock\nt y\nt no\n"
        f"s -> j -> no\nb -> y",
    )
    assert (case.trace, case.state, case.inst.variables["left"]) == (["y"], "COMPLETED", 0)
    assert host.savepoints == ["begin", "rollback"]


def test_a_job_throws_an_error_that_is_caught_or_becomes_an_incident(host):
    text = f"start s\nservice j | {job('order')}\nbound b attachedToRef=j @error:e1\nt y\nt no\ns -> j -> no\nb -> y"
    case = go(host, text)
    host.fail(case, "j", "other")
    assert (case.incidents, list(case.open.jobs)) == ([("j", "UNHANDLED_ERROR_EVENT")], [case.key_of("j")])
    host.retry(case)
    assert case.incidents == []
    host.fail(case, "j", "e1")
    assert (case.trace, case.state, case.open.jobs) == (["y"], "COMPLETED", {})


def test_unexpected_exceptions_pass_through_and_change_nothing(host):
    def broken(call):
        raise ZeroDivisionError

    host.operations["work"] = broken
    host.deploy(draw(f"start s\nuser u\nservice j | {job('work')}\ns -> u -> j"))
    case = host.start(trace=[])
    with pytest.raises(ZeroDivisionError):
        host.complete(case, "u")


def test_a_decision_gives_its_result_and_its_trace(host):
    host.decisions["priority"] = lambda variables: {"level": variables["n"] * 2}
    inside = ext('<zeebe:calledDecision decisionId="priority" resultVariable="priority"/>')
    case = go(host, f"start s\nrule r | {inside}\ns -> r", n=2)
    assert (case.state, case.inst.variables["priority"]) == ("COMPLETED", {"level": 4})
    told = [e for e in case.open.events if isinstance(e, DecisionEvaluated)]
    assert [(e.decision_id, e.trace) for e in told] == [("priority", {"decision": "priority"})]


def test_a_missing_decision_is_an_incident(host):
    inside = ext('<zeebe:calledDecision decisionId="priority" resultVariable="priority"/>')
    case = go(host, f"start s\nrule r | {inside}\ns -> r")
    assert case.incidents == [("r", "DECISION_EVALUATION_ERROR")]


def test_plain_and_manual_tasks_pass(host):
    case = go(host, "start s\ntask a\nmanualTask b\ns -> a -> b")
    assert case.state == "COMPLETED"


def test_a_script_that_has_no_value_gives_null(host):
    case = go(host, f"start s\nscript x | {script('=missing.thing', 'got')}\ns -> x")
    assert (case.state, case.inst.variables["got"]) == ("COMPLETED", None)


def test_variables_of_one_element_instance(host):
    case = go(host, "start s\nsub a {\nuser u\n}\ns -> a")
    key = case.key_of("a")
    case.inst.set_variables(key, {"mine": 1}, local=True)
    case.inst.set_variables(key, {"mine": 2, "other": 3})
    assert (case.inst.visible(key)["mine"], case.inst.variables) == (2, {"trace": [], "other": 3})
    with pytest.raises(NotFound):
        case.inst.set_variables(10**9, {"a": 1})


def test_what_a_failed_step_had_undone_is_there_again(host):
    case = go(
        host,
        f"start s\nservice j | {job('w', mapping(outputs={'kept': '=1'}))}\nbound b attachedToRef=j @duration:P1D\n"
        "t x\nt y\ns -> j\nj -> x : =missing\nb -> y",
    )
    host.complete(case, "j")
    assert (case.incidents, case.inst.variables) == ([("j", "CONDITION_ERROR")], {"trace": []})
    host.advance(days=2)
    assert (case.trace, case.state, case.incidents) == (["y"], "COMPLETED", [])


def test_values_that_no_store_takes_are_made_storable_or_refused(host):
    case = go(host, f"start s\nuser u\nscript x | {script('=2**100', 'big')}\nuser v\ns -> u -> x -> v")
    deep = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(Malformed):
        case.inst.complete(case.key_of("u"), {"deep": deep})
    host.complete(case, "u", text="a\x00b\ud800", number=10**30)
    assert (case.tasks, case.inst.variables["big"], case.inst.variables["number"]) == (["v"], 2.0**100, 1e30)
    assert case.inst.variables["text"] == "a\N{REPLACEMENT CHARACTER}b?"


def test_a_value_that_grows_ever_deeper_is_an_incident(host):
    loop = "s -> a -> n -> b\nb -> z : =false\nb -> a : default"
    text = f"start s\nxor a\nscript n | {script('={n: n}', 'n')}\nxor b\nend z\n{loop}"
    assert go(host, text).incidents == [("n", "EXTRACT_VALUE_ERROR")]


LANES = (
    '<laneSet id="ls"><lane id="l1" name="Front office"><flowNodeRef>u</flowNodeRef></lane>'
    '<lane id="l2" name="Elsewhere">{said}<flowNodeRef>c</flowNodeRef></lane></laneSet>'
)
GROUPS = ext(
    '<zeebe:properties><zeebe:property name="candidateGroups" value="reviewers, managers"/></zeebe:properties>'
)


def groups_of(case):
    return {task.element.id: task.candidate_groups for task in case.open.tasks.values()}


def test_a_task_that_names_nobody_is_for_its_lane_also_in_a_called_process(host):
    named = ext('<zeebe:assignmentDefinition candidateGroups="case-handlers"/>')
    host.deploy(
        draw(f"start s\nand f\nuser v\nsub k {{\nuser w\n}}\nuser x | {named}\ns -> f\nf -> v\nf -> k\nf -> x", "q")
    )
    call = ext('<zeebe:calledElement processId="q"/>')
    drawn = draw(f"start s\nand f\nuser u\ncall c | {call}\nuser alone\ns -> f\nf -> u\nf -> c\nf -> alone")
    host.deploy(drawn.replace(b'isExecutable="true">', b'isExecutable="true">' + LANES.format(said=GROUPS).encode()))
    assert groups_of(host.start()) == {
        "u": ("front-office",),
        "v": ("reviewers", "managers"),
        "w": ("reviewers", "managers"),
        "x": ("case-handlers",),
        "alone": (),
    }
