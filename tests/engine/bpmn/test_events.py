"""Catching and throwing: messages, signals, conditions, errors, escalations, links, multiple events."""

from __future__ import annotations

from tests.engine.bpmn.drawing import draw, ext, job, mapping, message, script


def go(host, text, process_id="p", **variables):
    host.deploy(draw(text, process_id))
    return host.start(process_id, trace=[], **variables)


def test_non_interrupting_message_boundary_fires_each_time(host):
    case = go(host, "start s\nuser u\nbound b attachedToRef=u cancelActivity=false @message:m\nt x\ns -> u\nb -> x")
    for _ in range(3):
        host.publish("m")
    host.complete(case, "u")
    host.publish("m")
    assert (case.trace, case.state) == (["x"] * 3, "COMPLETED")


def test_a_boundary_event_maps_what_its_event_brings(host):
    mapped = ext(mapping(outputs={"kept": "=said"}))
    case = go(host, f"start s\nuser u\nbound b attachedToRef=u @message:m | {mapped}\nuser v\ns -> u\nb -> v")
    host.publish("m", None, {"said": "yes"})
    assert case.inst.variables["kept"] == "yes"
    assert "said" not in case.inst.variables


def test_messages_correlate_by_key(host):
    host.deploy(draw("start s\ncatch c @message:m/=id\nt x\ns -> c -> x"))
    a, b = host.start(trace=[], id="A"), host.start(trace=[], id=7)
    host.publish("m", "7", {"answer": 42})
    assert (a.state, b.state, b.inst.variables["answer"]) == ("ACTIVE", "COMPLETED", 42)


def test_a_correlation_key_that_is_null_is_an_incident_until_it_is_set(host):
    case = go(host, "start s\ncatch c @message:m/=id\ns -> c")
    assert case.incidents == [("c", "EXTRACT_VALUE_ERROR")]
    case.inst.set_variables(case.inst.key, {"id": "A"})
    host.retry(case)
    host.publish("m", "A")
    assert (case.state, case.incidents) == ("COMPLETED", [])


def test_a_broken_boundary_is_an_incident_of_its_activity(host):
    case = go(host, "start s\nuser u\nbound b attachedToRef=u @message:m/=id\ns -> u")
    assert (case.incidents, case.tasks) == ([("u", "EXTRACT_VALUE_ERROR")], [])
    case.inst.set_variables(case.inst.key, {"id": "A"})
    host.retry(case)
    assert (case.tasks, case.activated()["u"]) == (["u"], 1)


def test_event_gateway_takes_the_first_event_only(host):
    case = go(
        host,
        "start s\nevt g\ncatch a @message:m\ncatch b @duration:PT5S\nt x\nt y\ns -> g\ng -> a -> x\ng -> b -> y",
    )
    assert len(case.open.timers) == len(case.open.messages) == 1
    host.publish("m", None, {"said": "yes"})
    host.advance(seconds=9)
    assert (case.trace, case.state, case.inst.variables["said"]) == (["x"], "COMPLETED", "yes")
    assert (case.activated()["a"], case.activated()["b"]) == (1, 0)
    assert not case.open.timers
    assert not case.open.messages


def test_two_timers_on_a_gateway_keep_apart(host):
    case = go(
        host,
        "start s\nevt g\ncatch a @duration:PT9S\ncatch b @duration:PT5S\nt x\nt y\ns -> g\ng -> a -> x\ng -> b -> y",
    )
    host.advance(seconds=6)
    assert (case.trace, case.state) == (["y"], "COMPLETED")


def test_receive_task_behind_a_gateway_and_alone(host):
    text = "start s\nevt g\nreceive a messageRef=message-m\ncatch b @duration:P1D\nt x\ns -> g\ng -> a -> x\ng -> b"
    host.deploy(draw(text, extra=message("m")))
    case = host.start(trace=[])
    host.publish("m")
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_interrupting_event_sub_process_gets_the_message(host):
    case = go(host, "start s\nuser u\ns -> u\nesp h {\nstart k @message:m\nt x\nk -> x\n}")
    host.publish("m", None, {"why": "late"})
    assert (case.trace, case.state, case.inst.variables["why"], case.tasks) == (["x"], "COMPLETED", "late", [])


def test_start_event_of_an_event_sub_process_may_map_what_came(host):
    start = f"start k @message:m | {ext(mapping(outputs={'reason': '=why'}))}"
    case = go(host, f"start s\nuser u\ns -> u\nesp h {{\n{start}\nt x\nk -> x\n}}")
    host.publish("m", None, {"why": "late"})
    assert case.inst.variables["reason"] == "late"
    assert "why" not in case.inst.variables


def test_non_interrupting_event_sub_process_runs_beside_and_again(host):
    case = go(
        host, "start s\nuser u\ns -> u\nesp h {\nstart k isInterrupting=false @message:m\nuser v\nt x\nk -> v -> x\n}"
    )
    host.publish("m")
    host.publish("m")
    assert sorted(case.tasks) == ["u", "v", "v"]
    host.complete(case, "u")
    host.complete(case, "v")
    assert case.state == "ACTIVE"
    host.complete(case, "v")
    assert (case.trace, case.state) == (["x", "x"], "COMPLETED")


def test_event_sub_process_in_event_sub_process(host):
    case = go(
        host,
        "start s\nuser u\ns -> u\nesp h {\nstart k isInterrupting=false @message:m\nuser v\nk -> v\n"
        "esp h2 {\nstart k2 @signal:g\nt x\nk2 -> x\n}\n}",
    )
    host.publish("m")
    assert case.tasks == ["u", "v"]
    host.broadcast("g")
    assert (case.trace, case.tasks) == (["x"], ["u"])


def test_conditional_event_sub_process_fires_on_each_rising_edge(host):
    case = go(
        host,
        "start s\nuser u\nuser v\nuser w\ns -> u -> v -> w\nesp h {\n"
        "start k isInterrupting=false @cond:=n=1\nt x\nk -> x\n}",
        n=0,
    )
    for element, n in (("u", 1), ("v", 0), ("w", 1)):
        host.complete(case, element, n=n)
    assert (case.trace, case.state) == (["x", "x"], "COMPLETED")


def test_conditional_boundary_looks_again_when_somebody_sets_a_variable(host):
    case = go(host, "start s\nuser v\nbound b attachedToRef=v @cond:=n=2\nt x\ns -> v\nb -> x")
    case.inst.set_variables(case.inst.key, {"n": 2})
    host.run(case)
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_signal_from_inside_interrupts_its_own_sub_process(host):
    case = go(
        host,
        "start s\nsub a {\nstart s2\nthrow w @signal:g\nt no\ns2 -> w -> no\n}\nbound b attachedToRef=a @signal:g\n"
        "t yes\nt after\ns -> a -> after\nb -> yes",
    )
    assert (case.trace, case.state) == (["yes"], "COMPLETED")


def test_signal_reaches_other_instances_and_starts_processes(host):
    host.deploy(draw("start s @signal:g\nuser x\ns -> x", "q"))
    host.deploy(draw("start s\ncatch c @signal:g\ns -> c", "r"))
    other = host.start("r")
    case = go(host, "start s\nthrow w @signal:g\ns -> w")
    assert (case.state, other.state, host.cases[-1].tasks) == ("COMPLETED", "COMPLETED", ["x"])


def test_error_end_caught_two_levels_up_by_a_catch_all(host):
    case = go(
        host,
        "start s\nsub a {\nsub c {\nend w @error:e1\n}\nbound q attachedToRef=c @error:e2\nt no\nq -> no\n}\n"
        "bound b attachedToRef=a @error\nt yes\ns -> a\nb -> yes",
    )
    assert (case.trace, case.state) == (["yes"], "COMPLETED")


def test_the_boundary_of_a_sibling_does_not_catch(host):
    case = go(
        host,
        "start s\nsub a {\nand g\nuser u\nbound q attachedToRef=u @error:e1\nt no\nend w @error:e1\n"
        "g -> u\ng -> w\nq -> no\n}\n"
        "bound b attachedToRef=a @error:e1\nt yes\ns -> a\nb -> yes",
    )
    assert (case.trace, case.state) == (["yes"], "COMPLETED")


def test_the_exact_code_goes_before_the_catch_all(host):
    case = go(
        host,
        "start s\nsub a {\nend w @error:e1\n}\nbound q attachedToRef=a @error\nbound b attachedToRef=a @error:e1\n"
        "t no\nt yes\ns -> a\nq -> no\nb -> yes",
    )
    assert case.trace == ["yes"]


def test_error_out_of_an_event_sub_process_goes_outwards(host):
    case = go(
        host,
        "start s\nsub a {\nstart s2\nuser u\ns2 -> u\nesp h {\nstart k @error:e1\nt no\nk -> no\n}\n"
        "esp j {\nstart k3 @message:m\nend w @error:e1\nk3 -> w\n}\n}\n"
        "bound b attachedToRef=a @error:e1\nt yes\ns -> a\nb -> yes",
    )
    host.publish("m")
    assert (case.trace, case.state) == (["yes"], "COMPLETED")


def test_uncaught_error_is_an_incident_and_nothing_is_lost(host):
    case = go(host, "start s\nsub a {\nuser u\nend w @error:e1\nu -> w\n}\ns -> a")
    host.complete(case, "u")
    assert (case.incidents, case.state) == ([("w", "UNHANDLED_ERROR_EVENT")], "ACTIVE")


def test_escalation_interrupting_and_not(host):
    case = go(
        host,
        "start s\nsub a {\nand g\nuser u\nthrow w @escalation:x1\nthrow w2 @escalation:x2\nt no\n"
        "g -> u\ng -> w -> w2 -> no\n}\n"
        "bound b attachedToRef=a cancelActivity=false @escalation:x1\nbound c attachedToRef=a @escalation:x2\n"
        "t x\nt y\ns -> a\nb -> x\nc -> y",
    )
    assert (sorted(case.trace), case.state, case.tasks) == (["x", "y"], "COMPLETED", [])


def test_an_escalation_without_a_handler_goes_on(host):
    case = go(host, "start s\nthrow w @escalation:x1\nt x\ns -> w -> x")
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_links_join_the_two_ends(host):
    case = go(host, "start s\nthrow a @link:L\nt x\ncatch b @link:L\nt y\ns -> x -> a\nb -> y")
    assert (case.trace, case.state) == (["x", "y"], "COMPLETED")


def test_terminate_ends_only_its_scope(host):
    case = go(
        host,
        "start s\nsub a {\nand g\nuser u\nend w @terminate\ng -> u\ng -> w\n"
        "esp h {\nstart k isInterrupting=false @message:m\nuser v\nk -> v\n}\n}\nt x\ns -> a -> x",
    )
    assert (case.trace, case.state, case.tasks) == (["x"], "COMPLETED", [])


def test_parallel_multiple_waits_for_all_and_keeps_what_came(host):
    case = go(host, "start s\ncatch c parallelMultiple=true @message:m1 @message:m2\nt x\ns -> c -> x")
    host.publish("m2", None, {"b": 2})
    assert case.state == "ACTIVE"
    host.publish("m1", None, {"a": 1})
    assert (case.trace, case.inst.variables["a"], case.inst.variables["b"]) == (["x"], 1, 2)


def test_the_first_of_several_triggers_is_enough(host):
    case = go(host, "start s\ncatch c @message:m1 @duration:P1D\nt x\ns -> c -> x")
    host.advance(days=2)
    assert (case.trace, case.state, case.open.messages) == (["x"], "COMPLETED", {})


def test_an_event_waits_before_a_parallel_branch_throws_it(host):
    case = go(host, "start s\nand g\nthrow w @signal:g\ncatch c @signal:g\nt x\ns -> g\ng -> w\ng -> c -> x")
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_a_thrown_message_is_a_job(host):
    case = go(host, f"start s\nthrow w @message:m | {job('tell')}\nt x\ns -> w -> x")
    assert [j.job_type for j in case.open.jobs.values()] == ["tell"]
    host.complete(case, "w")
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_message_start_events_and_none_start_of_one_process(host):
    host.deploy(draw("start s\nuser a\ns -> a\nstart m @message:go\nuser b\nm -> b"))
    host.publish("go", None, {"trace": []})
    assert host.cases[0].tasks == ["b"]
    assert host.start().tasks == ["a"]


def test_instantiating_receive_task_and_event_gateways(host):
    body = f"receive r messageRef=message-m1 instantiate=true\nscript x | {script('=[1]', 'trace')}\nr -> x"
    host.deploy(draw(body, "a", extra=message("m1")))
    host.deploy(
        draw(
            "evt g instantiate=true\ncatch a @message:m2\ncatch b @message:m3\nuser x\nuser y\n"
            "g -> a -> x\ng -> b -> y",
            "q",
        )
    )
    host.publish("m1")
    host.publish("m3")
    assert [(c.state, c.tasks) for c in host.cases] == [("COMPLETED", []), ("ACTIVE", ["y"])]


def test_instantiating_parallel_gateway_waits_for_the_other_message(host):
    host.deploy(
        draw(
            "evt g instantiate=true eventGatewayType=Parallel\ncatch a @message:m1\n"
            "catch b @message:m2\nand j\nuser x\n"
            "g -> a -> j\ng -> b -> j\nj -> x"
        )
    )
    host.publish("m2")
    assert host.cases[0].tasks == []
    host.publish("m1")
    assert (len(host.cases), host.cases[0].tasks) == (1, ["x"])
