"""What staff fill in, by element: wishes that the form of the task is then filled with."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from engine.types import Json
from webapi.cli.replay.choices import Script, weighted
from webapi.cli.replay.reader import Row

NO_MONEY = ("apology", "give-information", "correct-assessment", "keep-commitment", "repair")


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One task in one person's hands: the complaint, its script and the generator of this very task."""

    row: Row
    script: Script
    rng: Random


def wishes(element_id: str, turn: Turn) -> dict[str, Json]:
    """What staff want to fill in, by field; the form decides which of these fields exist and which values they take."""
    answers = _WISHES.get(element_id)
    return {} if answers is None else answers(turn)


def _assess(turn: Turn) -> dict[str, Json]:
    return {
        "severity": turn.script.severity,
        "safety": turn.script.severity == "critical" or turn.rng.random() < 0.02,
        "complexity": weighted(turn.rng, [("simple", 45), ("normal", 40), ("complex", 15)]),
        "impact": weighted(turn.rng, [("one", 80), ("few", 14), ("many", 6)]),
        "immediateAction": weighted(turn.rng, [("none", 85), ("possible", 10), ("not-possible", 5)]),
        "inScope": "yes" if turn.script.in_scope else "no",
        "note": f"{turn.row.product or 'No product named'}: {turn.row.issue or 'no issue named'}.",
    }


def _refer(turn: Turn) -> dict[str, Json]:
    return {
        "referralBody": f"The body for {turn.row.product}"
        if turn.row.product
        else "The body that handles this product",
        "explanation": "We do not offer what this is about.",
    }


def _plan(turn: Turn) -> dict[str, Json]:
    depth = {"low": "light", "critical": "thorough"}.get(turn.script.severity, "normal")
    return {"depth": depth, "plan": "Read the file, ask the department, compare with the terms that applied."}


def _find(turn: Turn) -> dict[str, Json]:
    missing = turn.rng.random() < 0.18
    found: dict[str, Json] = {
        "needInformation": "yes" if missing else "no",
        "findings": "File and terms were compared.",
    }
    return found | ({"question": "On which day did this happen, and what were you told?"} if missing else {})


def _decide(turn: Turn) -> dict[str, Json]:
    texts: dict[str, Json] = {"reasons": "The findings bear this out.", "response": "This is what we decided, and why."}
    return {"outcome": turn.script.outcome, **_remedy(turn), **texts}


def _remedy(turn: Turn) -> dict[str, Json]:
    if turn.script.outcome == "rejected":
        return {}
    if turn.script.amount is None:
        return {"remedy": turn.rng.choice(NO_MONEY)}
    return {"remedy": "compensation", "remedyAmount": turn.script.amount}


def _approve(turn: Turn) -> dict[str, Json]:
    agreed = turn.rng.random() < 0.92
    return {"approved": "yes" if agreed else "no", "remark": "Agreed." if agreed else "Please give better reasons."}


def _review(turn: Turn) -> dict[str, Json]:
    texts: dict[str, Json] = {"reviewReasons": "The file was read again by somebody who had no part in it."}
    if turn.rng.random() < 0.7:
        return {"reviewOutcome": "confirmed", **texts}
    changed: dict[str, Json] = {"outcome": "partly-upheld", "remedy": "compensation"}
    return {"reviewOutcome": "changed", "remedyAmount": round(turn.rng.uniform(25, 400), 2), **changed, **texts}


def _carry_out(turn: Turn) -> dict[str, Json]:
    return {"remedyCost": turn.script.amount or round(turn.rng.uniform(0, 80), 2), "remedyRemark": "Done as promised."}


def _verify(turn: Turn) -> dict[str, Json]:
    done = turn.rng.random() < 0.95
    return {"verified": "yes" if done else "no", "remark": "Seen." if done else "Nothing has arrived yet."}


def _close(turn: Turn) -> dict[str, Json]:
    systemic = weighted(turn.rng, [("single", 75), ("recurring", 19), ("systemic", 6)])
    return {
        "systemic": systemic,
        "actionNeeded": "no" if systemic == "single" else "yes",
        "lesson": "Say earlier what will happen and when.",
    }


_WISHES = {
    "assess": _assess,
    "explain-and-refer": _refer,
    "plan-investigation": _plan,
    "find-facts": _find,
    "decide": _decide,
    "approve": _approve,
    "review": _review,
    "carry-out-remedy": _carry_out,
    "verify-remedy": _verify,
    "close": _close,
}
