"""Sub-processes, call activities, repetition, compensation, transactions, ad-hoc."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.drawing import draw, each, ext, job, mapping, script


def go(host, text, more=(), **variables):
    for name, other in more:
        host.deploy(draw(other, name))
    host.deploy(draw(text))
    return host.start(trace=[], **variables)


def call(more="", inner=""):
    return ext(f'<zeebe:calledElement processId="q" {more}/>{inner}')


def test_a_call_activity_runs_in_the_same_instance_with_its_own_variables(host):
    called = f"start s\nscript n | {script('=a+1', 'result')}\nscript o | {script('=1', 'a')}\ns -> n -> o"
    more = 'propagateAllParentVariables="false"'
    case = go(
        host,
        f"start s\ncall c | {call(more, mapping(inputs={'a': '=b'}, outputs={'got': '=result'}))}\ns -> c",
        more=[("q", called)],
        b=41,
    )
    assert case.inst.variables == {"trace": [], "b": 41, "got": 42}


def test_all_variables_go_in_and_only_what_was_written_comes_back(host):
    called = f"start s\nuser u\nscript n | {script('=b+1', 'result')}\ns -> u -> n"
    case = go(host, f"start s\nand g\ncall c | {call()}\nuser w\ns -> g\ng -> c\ng -> w", more=[("q", called)], b=1)
    host.complete(case, "w", b=7)
    host.complete(case, "u")
    assert (case.state, case.inst.variables["b"], case.inst.variables["result"]) == ("COMPLETED", 7, 2)


def test_elements_of_a_called_process_carry_its_id(host):
    case = go(host, f"start s\ncall c | {call()}\ns -> c", more=[("q", "start s\nuser u\ns -> u")])
    activated = [e for e in case.open.events if getattr(e, "element_id", "") == "u" and hasattr(e, "scope_key")]
    assert [(e.process_id, e.scope_key) for e in activated] == [("q", case.key_of("c"))]


def test_a_missing_called_process_is_an_incident(host):
    case = go(host, f"start s\ncall c | {call()}\nt x\ns -> c -> x")
    assert case.incidents == [("c", "CALLED_ELEMENT_ERROR")]
    host.deploy(draw("start s", "q"))
    host.retry(case)
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_endless_calls_end_in_an_incident(host):
    host.deploy(draw(f"start s\ncall c | {call()}\ns -> c", "q"))
    case = host.start("q")
    assert case.incidents == [("c", "CALLED_ELEMENT_ERROR")]
    case.inst.cancel()


def test_escalation_and_error_of_a_called_process_reach_the_caller(host):
    case = go(
        host,
        f"start s\ncall c | {call()}\nbound b attachedToRef=c cancelActivity=false @escalation:x1\n"
        "bound d attachedToRef=c @error:e1\nt x\nt y\ns -> c\nb -> x\nd -> y",
        more=[("q", "start s\nthrow w @escalation:x1\nuser u\nend e @error:e1\ns -> w -> u -> e")],
    )
    host.complete(case, "u")
    assert (case.trace, case.state) == (["x", "y"], "COMPLETED")


@pytest.mark.parametrize("sequential", [True, False])
def test_multi_instance_sub_process_with_output_collection(host, sequential):
    inner = f"script d | {script('=item*10', 'q', mapping(outputs={'r': '=q'}))}"
    more = 'outputCollection="out" outputElement="=r"'
    case = go(
        host, f"start s\nsub a | {each('=[1,2,3]', more, sequential=sequential)} {{\n{inner}\n}}\nend z\ns -> a -> z"
    )
    assert (case.inst.variables["out"], case.state) == ([10, 20, 30], "COMPLETED")
    assert not {"item", "r", "q", "loopCounter"} & set(case.inst.variables) - {"q"}


def test_multi_instance_inputs_and_bodies_in_the_events(host):
    inside = ext(mapping(inputs={"who": "=item.name"}) + '<zeebe:assignmentDefinition assignee="=who"/>')
    case = go(
        host, f"start s\nuser u | {each('=people', inside=inside)}\ns -> u", people=[{"name": "ada"}, {"name": "bob"}]
    )
    assert [task.assignee for task in case.open.tasks.values()] == ["ada", "bob"]
    assert case.activated()["u"] == 3


def test_a_completion_condition_ends_the_rest(host):
    condition = "=numberOfCompletedInstances >= 2"
    case = go(host, f"start s\nuser u | {each('=[1,2,3]', condition=condition)}\nt x\ns -> u -> x")
    host.complete(case, "u")
    host.complete(case, "u")
    assert (case.trace, case.state, case.tasks) == (["x"], "COMPLETED", [])


def test_an_empty_collection_goes_on_and_no_list_is_an_incident(host):
    text = f"start s\nuser u | {each('=items')}\nt x\ns -> u -> x"
    assert go(host, text, items=[]).trace == ["x"]
    assert go(host, text, items=None).incidents == [("u", "EXTRACT_VALUE_ERROR")]


def test_interrupting_a_multi_instance_activity(host):
    case = go(
        host,
        f"start s\nsub a | {each('=[1,2,3]')} {{\nuser u\n}}\nbound b attachedToRef=a @message:m\n"
        "t x\nt no\ns -> a -> no\nb -> x",
    )
    host.complete(case, "u")
    host.publish("m")
    assert (case.trace, case.state, case.tasks) == (["x"], "COMPLETED", [])


def test_event_sub_process_in_each_instance(host):
    case = go(
        host,
        f"start s\nsub a | {each('=[1,2,3]')} {{\nuser u\nesp h {{\nstart k @signal:g\nt x\nk -> x\n"
        f"}}\n}}\nt z\ns -> a -> z",
    )
    host.complete(case, "u")
    host.broadcast("g")
    assert (case.trace, case.state) == (["x", "x", "z"], "COMPLETED")


@pytest.mark.parametrize(("n", "rounds"), [(0, 0), (1, 1)])
def test_a_loop_tested_before_may_have_no_round(host, n, rounds):
    tag = "standardLoopCharacteristics"
    loop = f'<{tag} testBefore="true"><loopCondition>=n=1</loopCondition></{tag}>'
    case = go(host, f"start s\nscript l | {script('=0', 'n')}{loop}\nt x\ns -> l -> x", n=n)
    assert (case.trace, case.state, case.activated()["l"]) == (["x"], "COMPLETED", 1 + rounds)


def test_nested_sub_process_with_boundary_in_a_loop(host):
    case = go(
        host,
        "start s\nxor m\nsub a {\nuser u\n}\nbound b attachedToRef=a @duration:PT5S\nxor q\n"
        f"script n | {script('=n+1', 'n')}\nend z\ns -> m -> a -> z\nb -> n -> q\nq -> z : default\nq -> m : =n < 3",
        n=0,
    )
    host.advance(seconds=60)
    assert (case.state, case.inst.variables["n"]) == ("COMPLETED", 3)


COMPENSATE = (
    "start s\nt a\nt b\nt ua isForCompensation=true\nt ub isForCompensation=true\n"
    "bound ca attachedToRef=a @compensate\nbound cb attachedToRef=b @compensate\ncomp ca -> ua\ncomp cb -> ub\n"
)


def test_compensation_runs_the_latest_first_and_once(host):
    case = go(
        host,
        COMPENSATE + "throw w @compensate\nuser u\nthrow w2 @compensate\nt done\ns -> a -> b -> w -> u -> w2 -> done",
    )
    host.complete(case, "u")
    assert (case.trace, case.state) == (["a", "b", "ub", "ua", "done"], "COMPLETED")


def test_compensation_of_one_activity(host):
    case = go(host, COMPENSATE + "throw w @compensate:a\ns -> a -> b -> w")
    assert (case.trace, case.state) == (["a", "b", "ua"], "COMPLETED")


def test_what_has_not_completed_is_not_compensated(host):
    case = go(
        host,
        "start s\nand g\nuser u\nt uu isForCompensation=true\nbound cu attachedToRef=u @compensate\ncomp cu -> uu\n"
        "throw w @compensate\nt done\ns -> g\ng -> u\ng -> w -> done",
    )
    assert (case.trace, case.state) == (["done"], "ACTIVE")


def test_a_completed_sub_process_is_compensated_from_outside(host):
    inner = COMPENSATE + "s -> a -> b"
    case = go(host, f"start s0\nsub c {{\n{inner}\n}}\nuser u\nend e @compensate\ns0 -> c -> u -> e")
    host.complete(case, "u")
    assert (case.trace, case.state) == (["a", "b", "ub", "ua"], "COMPLETED")


def test_a_compensation_handler_may_be_a_user_task(host):
    case = go(
        host,
        "start s\nt a\nuser ua isForCompensation=true\nbound ca attachedToRef=a @compensate\ncomp ca -> ua\n"
        "throw w @compensate\nt done\ns -> a -> w -> done",
    )
    assert (case.tasks, case.trace) == (["ua"], ["a"])
    host.complete(case, "ua")
    assert (case.trace, case.state) == (["a", "done"], "COMPLETED")


HANDLED = "start s\nt a\nuser ua isForCompensation=true{more}\nbound ca attachedToRef=a @compensate\ncomp ca -> ua\n"
THEN = "throw w @compensate\nt done\ns -> a -> w -> done"


def test_a_compensation_handler_may_be_repeated(host):
    case = go(host, HANDLED.format(more=f" | {each('=[1,2]')}") + THEN)
    host.complete(case, "ua")
    assert (case.trace, case.tasks) == (["a"], ["ua"])
    host.complete(case, "ua")
    assert (case.trace, case.state) == (["a", "done"], "COMPLETED")


def test_a_compensation_handler_may_have_boundary_events(host):
    boundaries = (
        "bound bt attachedToRef=ua @duration:PT5S\nt late\nbt -> late\n"
        "bound bn attachedToRef=ua cancelActivity=false @message:m\nt note\nbn -> note\n"
    )
    case = go(host, HANDLED.format(more="") + boundaries + THEN)
    host.publish("m")
    assert (case.trace, case.tasks) == (["a", "note"], ["ua"])
    host.advance(seconds=6)
    assert (sorted(case.trace[2:]), case.state, case.tasks) == (["done", "late"], "COMPLETED", [])


def test_what_a_handler_begins_keeps_its_sub_process_open(host):
    """The exception flow of a handler runs in a sub-process that is over; the process waits for it, or ends it."""
    inside = HANDLED.format(more="").replace("start s\n", "start i\n") + "bound bt attachedToRef=ua @duration:PT5S\n"
    inside += "user late\nbt -> late\ni -> a"
    case = go(host, f"start s\nsub b {{\n{inside}\n}}\nthrow w @compensate\nuser u\nt done\ns -> b -> w -> u -> done")
    host.advance(seconds=6)
    assert sorted(case.tasks) == ["late", "u"]
    host.complete(case, "u")
    assert (case.trace, case.tasks, case.state) == (["a", "done"], ["late"], "ACTIVE")
    host.complete(case, "late")
    assert (case.tasks, case.state, case.incidents) == ([], "COMPLETED", [])


def test_interrupting_compensation_takes_the_handler_away(host):
    case = go(host, HANDLED.format(more="") + "esp h {\nstart k @message:m\nt off\nk -> off\n}\n" + THEN)
    host.publish("m")
    assert (case.trace, case.tasks, case.state) == (["a", "off"], [], "COMPLETED")


def test_a_cancelled_transaction_compensates_and_goes_on_at_its_boundary(host):
    case = go(
        host,
        "start s\ntransaction a {\nt d\nbound cd attachedToRef=d @compensate\n"
        "t ud isForCompensation=true\ncomp cd -> ud\n"
        "and g\nuser u\nend w @cancel\nd -> g\ng -> u\ng -> w\n}\nbound b attachedToRef=a @cancel\nt y\nt no\n"
        "s -> a -> no\nb -> y",
    )
    assert (case.trace, case.state, case.tasks) == (["d", "ud", "y"], "COMPLETED", [])


def test_ad_hoc_sequential_and_parallel(host):
    for ordering, shown in (("Sequential", 1), ("Parallel", 2)):
        case = go(host, f"start s\nadHoc a ordering={ordering} {{\nuser u\nuser v\n}}\nt x\ns -> a -> x")
        assert len(case.tasks) == shown
        host.complete(case, "u")
        host.complete(case, "v")
        assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_ad_hoc_ends_when_its_condition_holds(host):
    condition = "<completionCondition>=count(trace)=2</completionCondition>"
    text = f"start s\nadHoc a ordering=Sequential | {condition} {{\nt u\nt v\nt w\n}}\nt x\ns -> a -> x"
    case = go(host, text)
    assert (case.trace, case.state) == (["u", "v", "x"], "COMPLETED")


def test_ad_hoc_whose_condition_never_holds_says_so(host):
    condition = "<completionCondition>=count(trace)=9</completionCondition>"
    case = go(host, f"start s\nadHoc a ordering=Sequential | {condition} {{\nt u\nt v\n}}\nt x\ns -> a -> x")
    assert case.incidents == [("a", "CONDITION_ERROR")]


def test_lanes_properties_and_headers_are_told(host):
    body = ext('<zeebe:properties><zeebe:property name="isoClause" value="7.5"/></zeebe:properties>') + (
        "<documentation>Look at it.</documentation>"
    )
    lanes = '<laneSet id="ls"><lane id="l1" name="Front office"><flowNodeRef>u</flowNodeRef></lane></laneSet>'
    headers = '<zeebe:taskHeaders><zeebe:header key="letter" value="closing"/></zeebe:taskHeaders>'
    xml = draw(f"start s\nuser u | {body}\nservice j | {job('send', headers)}\ns -> u -> j")
    host.deploy(xml.replace(b'isExecutable="true">', b'isExecutable="true">' + lanes.encode()))
    elements = host.models["p"].elements
    assert (elements["u"].lane, elements["u"].properties["isoClause"]) == ("Front office", "7.5")
    assert (elements["u"].documentation, elements["u"].type, elements["u"].scope_id) == (
        "Look at it.",
        "USER_TASK",
        "p",
    )
    assert elements["j"].headers == {"letter": "closing"}


def test_a_scope_ends_with_a_sub_process_that_is_kept_for_compensation(host):
    inside = (
        "and f\nuser u\nt a\nt x isForCompensation=true\nbound b attachedToRef=a @compensate\ncomp b -> x\nand j\n"
        "f -> u -> j\nf -> a -> j"
    )
    case = go(host, f"start s\nsub o {{\nsub i {{\n{inside}\n}}\n}}\nthrow w @compensate\ns -> o -> w")
    host.complete(case, "u")
    assert (case.trace, case.state, case.incidents) == (["a", "x"], "COMPLETED", [])
