"""Which flows lie on a cycle: where tokens can multiply without end."""

from __future__ import annotations

from collections.abc import Mapping


def in_cycles(graph: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """The flows inside strongly connected parts. `graph`: node -> flow -> target. Tarjan's algorithm, iterative."""
    part = _parts({node: list(flows.values()) for node, flows in graph.items()})
    return frozenset(
        flow for node, flows in graph.items() for flow, target in flows.items() if part[node] == part.get(target)
    )


def _parts(graph: Mapping[str, list[str]]) -> dict[str, int]:
    """For each node the number of its strongly connected part."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    part: dict[str, int] = {}
    stack: list[str] = []
    for root in graph:
        work = [] if root in index else [(root, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
            elif graph[node][at - 1] not in part:
                low[node] = min(low[node], low[graph[node][at - 1]])
            step = _next(graph, node, at, part)
            if step < len(graph[node]):
                target = graph[node][step]
                work.append((node, step + 1))
                if target not in index:
                    work.append((target, 0))
            elif low[node] == index[node]:
                _close(node, stack, part)
    return part


def _next(graph: Mapping[str, list[str]], node: str, at: int, part: dict[str, int]) -> int:
    """The next edge that matters: one to a node that is not finished."""
    edges = graph[node]
    while at < len(edges) and (edges[at] not in graph or edges[at] in part):
        at += 1
    return at


def _close(node: str, stack: list[str], part: dict[str, int]) -> None:
    number = len(part)
    while True:
        top = stack.pop()
        part[top] = number
        if top == node:
            return
