"""Migration and modification of what has state of its own: gateways of events, repetition, compensation, handlers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.bpmn import Activate, Modification, Move, Terminate
from engine.errors import MigrationRefused, Refused
from tests.engine.bpmn.conftest import Case, Host
from tests.engine.bpmn.drawing import draw, each

ONE = "start s\nuser u\nt x\ns -> u -> x"
GATEWAY = "start s\nevt g\ncatch a @signal:m\ncatch b @duration:PT5S\nt x\nt y\ns -> g\ng -> a -> x\ng -> b -> y"
COMPENSATE = "start s\nt a\nt {undo} isForCompensation=true\nbound ca attachedToRef=a @compensate\ncomp ca -> {undo}\n"


def begin(text: str) -> tuple[Host, Case]:
    host = Host(reload=True)
    host.deploy(draw(text))
    return host, host.start(trace=[])


def migrate(host: Host, case: Case, text: str, mapping: Mapping[str, str] | None = None) -> set[tuple[str, str | None]]:
    old = case.inst.model.definition_key
    host.deploy(draw(text))
    migrated = case.inst.migrate({old: host.models["p"]}, mapping or {})
    host.run(case)
    return {(change.kind, change.target_element_id or change.source_element_id) for change in migrated.changes}


def modify(host: Host, case: Case, **what: object) -> None:
    case.inst.modify(Modification(**what))  # type: ignore[arg-type]
    host.run(case)


def test_events_behind_a_gateway_come_and_go() -> None:
    host, case = begin(GATEWAY)
    due = next(iter(case.open.timers.values())).due
    other = "start s\nevt g\ncatch c @signal:n\ncatch b @duration:PT9S\nt x\nt y\ns -> g\ng -> c -> x\ng -> b -> y"
    told = migrate(host, case, other)
    assert {("WAIT_REMOVED", "a"), ("WAIT_ADDED", "c"), ("WAIT_KEPT", "b"), ("STAYS", "g")} == told
    assert ([t.due for t in case.open.timers.values()], [s.name for s in case.open.signals.values()]) == ([due], ["n"])
    host.advance(seconds=6)
    assert (case.trace, case.state) == (["y"], "COMPLETED")


def test_a_repeated_activity_goes_on_with_its_items() -> None:
    text = "start s\nuser u | {}\nt x\ns -> u -> x"
    host, case = begin(text.format(each("=[1,2,3]")))
    host.complete(case, "u")
    renamed = text.format(each("=[1,2,3]")).replace("user u", "user v").replace("-> u", "-> v")
    with pytest.raises(MigrationRefused) as caught:
        migrate(host, case, text.format(each("=[1,2,3]", sequential=True)))
    assert [finding.rule for finding in caught.value.findings] == ["repetition-changed"]
    assert ("MOVES", "v") in migrate(host, case, renamed, {"u": "v"})
    for key in list(case.open.tasks):  # the host knows them under the former id
        case.inst.complete(key)
    host.run(case)
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_what_is_to_be_compensated_keeps_its_handler() -> None:
    rest = "user u\nend e @compensate\ns -> a -> u -> e"
    host, case = begin(COMPENSATE.format(undo="ua") + rest)
    with pytest.raises(MigrationRefused) as caught:
        migrate(host, case, "start s\nt a\nuser u\nend e\ns -> a -> u -> e")
    assert [finding.rule for finding in caught.value.findings] == ["compensation"]
    migrate(host, case, COMPENSATE.format(undo="back") + rest)
    host.complete(case, "u")
    assert (case.trace, case.state) == (["a", "back"], "COMPLETED")


def test_another_kind_of_event_begins_anew() -> None:
    bound = "\nbound b attachedToRef=u cancelActivity=false @{}\nt y\nb -> y"
    host, case = begin(ONE + bound.format("signal:m"))
    assert {("WAIT_REMOVED", "b"), ("WAIT_ADDED", "b")} < migrate(host, case, ONE + bound.format("duration:PT5S"))
    host.advance(seconds=6)
    assert case.trace == ["y"]


def test_a_handler_that_has_taken_over_is_not_armed_again() -> None:
    handler = "\nesp h {\nstart k @signal:m\nuser v\nk -> v\n}"
    more = "\nesp i {\nstart l @signal:n\nuser w\nl -> w\n}"
    host, case = begin(ONE + handler)
    case.inst.signal("m")
    host.run(case)
    migrate(host, case, ONE + handler + more)
    assert (case.tasks, case.open.signals) == (["v"], {})


def test_a_refused_migration_leaves_the_state_alone() -> None:
    host, case = begin(ONE)
    state = case.inst.dump()
    with pytest.raises(MigrationRefused):
        migrate(host, case, "start s\nuser other\ns -> other")
    assert case.inst.dump() == state
    host.complete(case, "u")
    assert case.state == "COMPLETED"


def test_a_repeated_activity_is_taken_away_as_a_whole() -> None:
    host, case = begin(f"start s\nuser u | {each('=[1,2]')}\nuser v\ns -> u -> v")
    modify(host, case, move=[Move(source=Terminate(element_id="u"), target_element_id="v")])
    assert case.tasks == ["v"]
    modify(host, case, activate=[Activate(element_id="u")])
    assert case.tasks == ["v", "u", "u"]


def test_one_instance_of_a_repeated_activity_may_be_taken_away() -> None:
    host, case = begin(f"start s\nuser u | {each('=[1,2]')}\nuser v\ns -> u -> v")
    modify(host, case, terminate=[Terminate(element_instance_key=next(iter(case.open.tasks)))])
    assert case.tasks == ["u"]
    host.complete(case, "u")
    assert case.tasks == ["v"]


def test_a_handler_may_be_entered_by_hand_and_its_scope_goes_on() -> None:
    host, case = begin(
        ONE + "\nesp h cancelActivity=false {\nstart k isInterrupting=false @signal:m\nuser v\nk -> v\n}"
    )
    modify(host, case, activate=[Activate(element_id="v")])
    assert (case.tasks, len(case.open.signals)) == (["u", "v"], 1)
    host.complete(case, "v")
    host.complete(case, "u")
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_behind_a_gateway_of_events_nothing_is_put() -> None:
    host, case = begin(GATEWAY)
    with pytest.raises(Refused):
        modify(host, case, activate=[Activate(element_id="a")])
    modify(host, case, move=[Move(source=Terminate(element_id="g"), target_element_id="x")])
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_a_join_may_get_an_input_while_a_token_waits_if_one_can_still_come_along_it() -> None:
    text = "start s\nand f\ntask a\nuser u\nand j\nt x\ns -> f\nf -> a -> j\nf -> u -> j\nj -> x"
    host, case = begin(text)
    behind = text.replace("user u", "user u\nand g\ntask b").replace("f -> u -> j", "f -> u -> g\ng -> b -> j\ng -> j")
    migrate(host, case, behind)
    host.complete(case, "u")
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_a_join_does_not_get_an_input_along_which_no_token_can_come() -> None:
    text = "start s\nand f\ntask a\nuser u\nand j\nt x\ns -> f\nf -> a -> j\nf -> u -> j\nj -> x"
    host, case = begin(text)
    with pytest.raises(MigrationRefused) as caught:
        migrate(host, case, text.replace("task a", "task a\nuser v") + "\nf -> v -> j")
    assert [finding.rule for finding in caught.value.findings] == ["join-input-added"]
