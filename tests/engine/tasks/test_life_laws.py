"""Whatever people try in whatever order: a task has one owner at most, ends once, and says no with a code."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import AlreadyClaimed, AlreadyCompleted, AmendsError, Forbidden
from engine.types import Actor
from tests.engine.complaints.desk import ASSESSMENT, FRONT, Desk, actor

FRIEDA = actor("frieda", "front-office")
MOVES = st.tuples(st.sampled_from(["claim", "release", "complete"]), st.sampled_from([FRONT, FRIEDA]))


def expected(owner: str | None, done: bool, move: str, who: Actor) -> tuple[str | None, bool, type[AmendsError] | None]:  # noqa: FBT001 - the state of the model
    """The model: owner and end after the move, and the error that it must meet."""
    others = owner not in {None, who.username}
    if done:
        return owner, done, Forbidden if move == "release" and others else AlreadyCompleted
    if move == "release":
        return (owner, done, Forbidden) if owner != who.username else (None, done, None)
    if others:
        return owner, done, AlreadyClaimed
    return who.username, move == "complete", None


@given(st.lists(MOVES, max_size=8))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_task_lives_as_the_model_says(desk: Desk, moves: list[tuple[str, Actor]]) -> None:
    key = desk.tasks(desk.file().reference)["assess"].user_task_key
    owner, done = None, False
    for move, who in moves:
        owner, done, refusal = expected(owner, done, move, who)
        met = None
        try:
            act = getattr(desk.engine.tasks, move)
            act(who, key, ASSESSMENT) if move == "complete" else act(who, key)
        except AmendsError as error:
            met = type(error)
        assert met is refusal
        seen = desk.engine.tasks.get(FRONT if owner == FRONT.username or not owner else FRIEDA, key)
        assert (seen.assignee, seen.state == "COMPLETED") == (owner, done)
