"""Where a case stands, as steps and plain sentences for the complainant (ISO 10002 clause 7.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from webapi.pages.i18n import Lazy
from webapi.pages.i18n import lazy as _l

State = Literal["done", "now", "later"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the way from receipt to end."""

    title: Lazy
    text: Lazy
    state: State


@dataclass(frozen=True, kw_only=True)
class _Stage:
    title: Lazy
    text: Lazy
    statuses: frozenset[str]
    optional: bool = False


_STAGES = (
    _Stage(
        title=_l("Received"),
        text=_l("We have your complaint and confirm that at once, with a reference and a code to follow it."),
        statuses=frozenset({"received", "acknowledged"}),
    ),
    _Stage(
        title=_l("First look"),
        text=_l("We judge how serious and how urgent it is, and who is best placed to deal with it."),
        statuses=frozenset({"assessing"}),
    ),
    _Stage(
        title=_l("Looking into it"),
        text=_l("We find out what happened. If we need something from you, we ask for it here."),
        statuses=frozenset({"investigating", "waiting-for-you"}),
    ),
    _Stage(
        title=_l("Our answer"),
        text=_l("We tell you what we decided, why, and what we will do. You may accept the answer or refuse it."),
        statuses=frozenset({"deciding", "answered"}),
    ),
    _Stage(
        title=_l("Review"),
        text=_l("Somebody who had no part in the first answer looks at your case again."),
        statuses=frozenset({"reviewing", "review-answered"}),
        optional=True,
    ),
    _Stage(
        title=_l("Putting it right"),
        text=_l("We carry out what was agreed, check that it was done, and close the case."),
        statuses=frozenset({"carrying-out", "closing"}),
    ),
)

STATUS_TEXT: Mapping[str, Lazy] = {
    "received": _l("We have received your complaint."),
    "acknowledged": _l("We have received your complaint and will look at it shortly."),
    "assessing": _l("We are taking a first look at your complaint."),
    "investigating": _l("We are finding out what happened."),
    "waiting-for-you": _l("We need something from you before we can go on. Please see our question below."),
    "deciding": _l("We know what happened and are preparing our answer."),
    "answered": _l("We have answered. Please tell us whether you accept our answer."),
    "reviewing": _l("You did not accept our answer. Somebody else is looking at your case again."),
    "review-answered": _l("The review is done. Please tell us whether you accept its outcome."),
    "carrying-out": _l("We are carrying out what was agreed."),
    "closing": _l("Everything has been done. We are closing the case."),
    "closed": _l("This case is closed."),
}

OUTCOME_TEXT: Mapping[str, Lazy] = {
    "resolved": _l("You accepted our answer."),
    "resolved-by-silence": _l("We heard nothing from you in time, so we took our answer as accepted."),
    "resolved-after-review": _l("The case was resolved after the review."),
    "external-body": _l("We could not agree. You can take your complaint to an independent body; our letter says how."),
    "out-of-scope": _l("We could not decide on this ourselves; our letter says where you can go."),
    "withdrawn": _l("You withdrew your complaint."),
}


def steps_of(status: str) -> Sequence[Step]:
    """The steps of a case in `status`; the review stands there only where there is one."""
    closed = status == "closed"
    at = next((i for i, stage in enumerate(_STAGES) if status in stage.statuses), len(_STAGES) if closed else 0)
    shown = [(i, s) for i, s in enumerate(_STAGES) if not s.optional or i == at]
    return tuple(Step(title=s.title, text=s.text, state=_state(i, at)) for i, s in shown)


def all_steps() -> Sequence[Step]:
    """The steps as the front page explains them."""
    return tuple(Step(title=s.title, text=s.text, state="later") for s in _STAGES)


def _state(index: int, at: int) -> State:
    return "done" if index < at else "now" if index == at else "later"
