"""The list of tasks: whose, which, in what order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from flask import render_template, request

from engine.permissions import Permission
from engine.tasks.inbox import FOR
from engine.tasks.views import AbsentCount, TaskCounts
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.context import engine
from webapi.pages.i18n import Lazy, gettext
from webapi.pages.i18n import lazy as _l
from webapi.tasklist.base import blueprint

PAGE = 25
Filter = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Pile:
    """One of the ways to look at the tasks: the engine's name for it, its title, and how many lie in it."""

    code: str
    title: Lazy | str
    count: Callable[[TaskCounts], int]


def piles_of(counts: TaskCounts) -> tuple[Pile, ...]:
    """All piles, one for each absent colleague whom one stands in for included."""
    return (*PILES, *(_of_absent(one) for one in counts.absent))


def _of_absent(one: AbsentCount) -> Pile:
    title = gettext("For %(name)s", name=one.name)
    return Pile(code=f"{FOR}{one.username}", title=title, count=lambda _: one.tasks)


PILES = (
    Pile(code="mine", title=_l("Mine"), count=lambda c: c.mine),
    Pile(code="my-groups", title=_l("My groups"), count=lambda c: c.my_groups),
    Pile(code="unclaimed", title=_l("Unclaimed"), count=lambda c: c.unclaimed),
    Pile(code="overdue", title=_l("Overdue"), count=lambda c: c.overdue),
    Pile(code="due-today", title=_l("Due today"), count=lambda c: c.due_today),
)

SORTS: Mapping[str, tuple[Lazy, tuple[tuple[str, Literal["asc", "desc"]], ...]]] = {
    "due": (_l("Due first"), (("due_date", "asc"), ("priority", "desc"))),
    "priority": (_l("Most urgent first"), (("priority", "desc"), ("due_date", "asc"))),
    "newest": (_l("Newest first"), (("creation_date", "desc"),)),
    "oldest": (_l("Oldest first"), (("creation_date", "asc"),)),
    "name": (_l("By kind of task"), (("name", "asc"),)),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the address asks for; whatever it does not say, or says wrongly, is the ordinary."""

    pile: Pile
    sort: str
    text: str
    after: str | None

    @classmethod
    def of_request(cls, counts: TaskCounts) -> Choice:
        """The choice of this request; the first pile with something in it where none is named."""
        named = {pile.code: pile for pile in piles_of(counts)}
        first = next((pile for pile in PILES[:2] if pile.count(counts)), PILES[1])
        sort = request.args.get("sort", "due")
        return cls(
            pile=named.get(request.args.get("pile", ""), first),
            sort=sort if sort in SORTS else "due",
            text=request.args.get("q", "").replace("\0", "").strip()[:100],
            after=request.args.get("after") or None,
        )

    def search(self) -> SearchRequest:
        """The search of the engine for this choice."""
        found = {"inbox": self.pile.code, **by_text(self.text)}
        return SearchRequest(filter=found, sort=SORTS[self.sort][1], limit=PAGE, after=self.after)


def by_text(text: str) -> Filter:
    """A filter for what was typed: a reference (or part of one) where digits stand in it, else a kind of task."""
    plain = text.replace("*", "").replace("?", "")
    if not plain:
        return {}
    if any(character.isdigit() for character in plain):
        return {"business_id": {"$like": f"*{plain.upper()}*"}}
    # The search minds capitals. Only the first letter of a word may be one: there, any letter will do.
    words = (f"?{word[1:].lower()}" for word in plain.split())
    return {"name": {"$like": f"*{' '.join(words)}*"}}


@blueprint.get("/tasks")
@needs(Permission.TASK_WORK, Permission.TASK_READ_ALL)
def inbox() -> str:
    """The tasks of whoever is logged in, one pile at a time."""
    who = actor()
    counts = engine().tasks.counts(who)
    choice = Choice.of_request(counts)
    page = engine().tasks.search(who, choice.search())
    shown = {"choice": choice, "page": page, "piles": [(p, p.count(counts)) for p in piles_of(counts)], "sorts": SORTS}
    full = len(page.items) == PAGE
    return render_template("tasklist/inbox.html", more=page.end_cursor if full else None, **shown)
