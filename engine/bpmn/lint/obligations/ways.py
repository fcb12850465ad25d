"""Where a process can get to from its start without passing certain elements."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from engine.bpmn.lint.soundness.net import Net, Node


class Ways:
    """All nodes that are reached while the elements of `avoid` let nobody pass, each with the node before it.

    A parallel join is passed only where every branch gets there: what one branch has done holds behind the join.
    Without `aside`, what only runs beside the case (after non-interrupting events) is left out.
    """

    def __init__(self, net: Net, avoid: Callable[[str], bool], *, aside: bool = True) -> None:
        self.net, self.avoid, self.aside = net, avoid, aside
        self.before: dict[str, str | None] = {}
        self._left: set[str] = set()
        self._came: dict[str, set[str]] = {}
        self._todo: deque[str] = deque()
        self._scope(net.process.get("id", ""), None)
        while self._todo:
            self._pass(net.nodes[self._todo.popleft()])

    def path(self, node: str) -> list[str]:
        """The nodes on a way to one that is reached."""
        found: list[str] = []
        at: str | None = node
        while at is not None and at not in found:
            found.append(at)
            at = self.before[at]
        return found[::-1]

    def _reach(self, name: str, before: str | None) -> None:
        if name not in self.before:
            self.before[name] = before
            self._todo.append(name)

    def _scope(self, scope_id: str, before: str | None) -> None:
        scope = self.net.scopes[scope_id]
        for entry in scope.entries:
            for name in entry:
                self._reach(name, before)
        for handler in scope.handlers:
            if self.aside or handler.interrupts:
                self._reach(handler.id, before)

    def _pass(self, node: Node) -> None:
        caught = [name for name, _, interrupts in node.catches if self.aside or interrupts]
        for event in dict.fromkeys((*node.interrupting, *(node.beside if self.aside else ()), *caught)):
            if not self._thrown_inside(node, event):
                self._reach(event, node.id)
        if self.avoid(node.id):
            return
        if node.inner is not None and not self.net.scopes[node.inner].opaque:
            self._scope(node.inner, node.id)
            return
        if node.throws is not None:
            self._throw(node)
        if node.throws is None or node.kind != "endEvent" or node.throws.kind == "escalation":
            self._leave(node, node.id)

    def _leave(self, node: Node, before: str) -> None:
        if node.id in self._left:
            return
        self._left.add(node.id)
        flows = {flow for option in node.leaves for flow in option}
        for flow in flows:
            target = self.net.nodes[self.net.target[flow]]
            came = self._came.setdefault(target.id, set())
            came.add(flow)
            if target.join != "and" or came >= set(target.into):
                self._reach(target.id, before)
        if not flows:
            self._end(node, before)

    def _end(self, node: Node, before: str) -> None:
        """The scope around it can end here."""
        around = self._around(node)
        if around is not None:
            self._leave(around, before)

    def _around(self, node: Node) -> Node | None:
        parent = self.net.elements[node.id].getparent()
        return None if parent is None else self.net.nodes.get(parent.get("id", ""))

    def _throw(self, node: Node) -> None:
        at, thrown = self._around(node), node.throws
        while at is not None and thrown is not None:
            for event, wanted, _ in at.catches:
                if wanted.kind == thrown.kind and (None in (wanted.code, thrown.code) or wanted.code == thrown.code):
                    self._reach(event, node.id)
                    return
            at = self._around(at)

    def _thrown_inside(self, host: Node, event: str) -> bool:
        """An error event of a sub-process in which errors are thrown by end events is reached from those."""
        kinds = {thrown.kind for name, thrown, _ in host.catches if name == event}
        if host.inner is None or not kinds:
            return False
        inside = {e.get("id", "") for e in self.net.elements[host.id].iter()}
        return any(n.throws is not None and n.throws.kind in kinds for n in map(self.net.nodes.get, inside) if n)
