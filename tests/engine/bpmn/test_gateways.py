"""Splits and joins."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.drawing import draw, script


def go(host, text, **variables):
    host.deploy(draw(text))
    return host.start(trace=[], **variables)


def test_conditional_flows_out_of_an_activity_split(host):
    text = "start s\nt a\nt b\nt c\nt d\ns -> a\na -> b : =n > 1\na -> c : =n > 2\na -> d : default"
    assert sorted(go(host, text, n=3).trace) == ["a", "b", "c"]
    assert go(host, text, n=0).trace == ["a", "d"]


def test_surplus_tokens_stay_for_the_next_round(host):
    case = go(
        host,
        f"start s\nxor m\nand f\nt a\nt b\nand j\nscript n | {script('=n+1', 'n')}\nxor q\nend z\n"
        "s -> m -> f\nf -> a -> j\nf -> b -> j\nj -> n -> q\nq -> z : default\nq -> m : =n < 3",
        n=0,
    )
    assert (len(case.trace), case.state) == (6, "COMPLETED")


def test_inclusive_join_waits_for_whoever_can_come(host):
    case = go(
        host,
        "start s\nor g\nuser u\nbound b attachedToRef=u @duration:PT5S\nt a\nt c\nor j\nt z\n"
        "s -> g\ng -> u : =true\ng -> a : =true\nu -> j\na -> j\nb -> c -> j\nj -> z",
    )
    assert case.trace == ["a"]
    host.advance(seconds=6)
    assert (case.trace, case.state) == (["a", "c", "z"], "COMPLETED")


def test_inclusive_gateway_default_and_stuck(host):
    text = "start s\nor g\nt a\nt b\ns -> g\ng -> a : =n = 1\ng -> b : {}"
    assert go(host, text.format("default"), n=2).trace == ["b"]
    assert go(host, text.format("=n = 3"), n=2).incidents == [("g", "CONDITION_ERROR")]


@pytest.mark.parametrize(("condition", "fired"), [("=activationCount >= 2", 1), ("=activationCount >= 9", 0)])
def test_complex_gateway_fires_once_a_round(host, condition, fired):
    inside = f"<activationCondition>{condition.replace('>', '&gt;')}</activationCondition>"
    case = go(
        host,
        f"start s\nand f\nt a\nt b\nt c\ncomplex j | {inside}\nt z\ns -> f\nf -> a -> j\n"
        "f -> b -> j\nf -> c -> j\nj -> z",
    )
    assert case.trace.count("z") == fired
    assert bool(case.incidents) is not bool(fired)


def test_start_quantity_gathers_tokens(host):
    case = go(host, "start s\nand f\nt a\nt b\nt x startQuantity=2\ns -> f\nf -> a -> x\nf -> b -> x")
    assert (case.trace.count("x"), case.state) == (1, "COMPLETED")


def test_a_split_without_a_join_and_paths_without_an_end(host):
    case = go(host, "start s\nt a\nt b\nt c\ns -> a\na -> b\na -> c")
    assert (sorted(case.trace), case.state) == (["a", "b", "c"], "COMPLETED")
