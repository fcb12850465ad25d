"""What the scripted people decide, and how long they take: pure, seeded, the same in every run.

Everything that belongs to a complaint as a whole is drawn from the seed and the row's identity; what belongs to one
task is drawn from these, the element and the hours since receipt. So a run that was interrupted and goes on decides
as it would have decided, without keeping a file of its own, while a task that comes back a second time is decided anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Literal, TypeVar

from engine.types import Json
from webapi.cli.replay.reader import Row

Reaction = Literal["accepted", "refused", "silent"]
T = TypeVar("T")

CHANNELS = ("phone", "email", "in-person", "post")
AMOUNT = re.compile(r"\{?\$\s?([0-9][0-9,]*(?:\.[0-9]{1,2})?)\}?")
HIGHEST_AMOUNT = 5_000


def dice(seed: int, *parts: object) -> Random:
    """A generator of its own for these parts. Random hashes a text the same way on every machine and version."""
    return Random("/".join(map(str, (seed, *parts))))


def weighted(rng: Random, chances: Sequence[tuple[T, float]]) -> T:
    """One of the values, each with its weight."""
    return rng.choices([value for value, _ in chances], [weight for _, weight in chances])[0]


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is settled about a complaint before it is filed.

    `withdraws_after` counts from the receipt; `slowness` multiplies what staff need for their tasks: 1 is ordinary.
    """

    channel: str
    language: str
    anonymous: bool
    has_email: bool
    may_disclose: bool
    asks_remedy: bool
    in_scope: bool
    severity: str
    outcome: str
    amount: float | None
    answers_questions: bool
    withdraws_after: timedelta | None
    first_reaction: Reaction
    second_reaction: Reaction
    slowness: float


def script(row: Row, seed: int) -> Script:
    """The script of one complaint; depends on nothing but the row and the seed."""
    rng = dice(seed, row.identity)
    anonymous = rng.random() < 0.05
    severity = weighted(rng, [("low", 30), ("medium", 48), ("high", 17), ("critical", 5)])
    outcome = _outcome(rng, row)
    return Script(
        channel=_channel(rng, row),
        language=weighted(rng, [("en", 85), ("nl", 15)]),
        anonymous=anonymous,
        has_email=not anonymous and rng.random() < 0.85,
        may_disclose=rng.random() < 0.8,
        asks_remedy=rng.random() < 0.6,
        in_scope=rng.random() >= 0.06,
        severity=severity,
        outcome=outcome,
        amount=_amount(rng, row, outcome),
        answers_questions=rng.random() < 0.75,
        withdraws_after=timedelta(hours=rng.uniform(12, 25 * 24)) if rng.random() < 0.05 else None,
        first_reaction=_reaction(rng, outcome),
        second_reaction=weighted(rng, [("accepted", 50), ("refused", 35), ("silent", 15)]),
        slowness=_slowness(rng, row),
    )


def _channel(rng: Random, row: Row) -> str:
    drawn = rng.choice(CHANNELS)
    return "web" if (row.via or "").casefold() == "web" and rng.random() < 0.8 else drawn


def _outcome(rng: Random, row: Row) -> str:
    response = (row.response or "").casefold()
    if "non-monetary" in response:
        return weighted(rng, [("upheld", 40), ("partly-upheld", 60)])
    if "monetary" in response:
        return weighted(rng, [("upheld", 75), ("partly-upheld", 25)])
    return weighted(rng, [("rejected", 55), ("partly-upheld", 25), ("upheld", 20)])


def _amount(rng: Random, row: Row, outcome: str) -> float | None:
    """Money to be paid back, in the case's currency: what the complainant wrote of, within reason. None: no money."""
    wanted = outcome != "rejected" and ("Closed with monetary" in (row.response or "") or rng.random() < 0.45)
    if not wanted:
        return None
    named = [float(found.replace(",", "")) for found in AMOUNT.findall(row.text)]
    amount = rng.choice(named) if named else rng.uniform(25, 1_500)
    return round(min(max(amount, 10.0), HIGHEST_AMOUNT), 2)


def _reaction(rng: Random, outcome: str) -> Reaction:
    chances: dict[str, list[tuple[Reaction, float]]] = {
        "upheld": [("accepted", 80), ("refused", 4), ("silent", 16)],
        "partly-upheld": [("accepted", 62), ("refused", 18), ("silent", 20)],
        "rejected": [("accepted", 40), ("refused", 35), ("silent", 25)],
    }
    return weighted(rng, chances[outcome])


def _slowness(rng: Random, row: Row) -> float:
    late = row.timely is False or rng.random() < 0.07
    return rng.uniform(3, 9) if late else rng.uniform(0.4, 1.6)


STAFF_HOURS: dict[str, tuple[float, float]] = {
    "assess": (0, 20),
    "explain-and-refer": (0, 24),
    "plan-investigation": (0, 36),
    "find-facts": (12, 96),
    "decide": (6, 72),
    "approve": (0, 30),
    "review": (24, 120),
    "carry-out-remedy": (12, 120),
    "verify-remedy": (0, 72),
    "close": (0, 36),
}


def staff_delay(element_id: str, script: Script, rng: Random) -> timedelta:
    """Simulated time between the creation of a task and its completion; never less than nothing."""
    low, high = STAFF_HOURS.get(element_id, (0, 48))
    return timedelta(hours=rng.uniform(low, high) * script.slowness)


def complainant_delay(rng: Random) -> timedelta:
    """Simulated time until a complainant reacts, when there is a reaction: most within days, a few at the last."""
    return timedelta(hours=min(rng.expovariate(1 / 60), 8 * 24))


def receipt(row: Row, script: Script) -> dict[str, Json]:
    """The body of `POST /v2/complaints`: the same bytes in each run, because the idempotency key stands for them."""
    body: dict[str, Json] = {
        "description": row.text,
        "channel": script.channel,
        "language": script.language,
        "mayDisclose": script.may_disclose,
    }
    if row.product:
        body["productOrService"] = row.product
    if row.received:
        body["problemDate"] = row.received.isoformat()
    if script.asks_remedy:
        body["remedySought"] = row.issue or "Put it right"
    if script.anonymous:
        return body | {"anonymous": True}
    name = re.sub(r"[^0-9A-Za-z]+", "-", row.identity).strip("-")
    email: dict[str, Json] = {"email": f"complainant-{name.lower()}@example.org"} if script.has_email else {}
    return body | {"complainant": {"name": f"Complainant {name}", **email}}
