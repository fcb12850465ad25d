"""Staff and complainants at work, over HTTP: each function carries out one move and tells whether it came about."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import cast

import orjson

from engine.types import Json
from webapi.cli.replay.answers import Turn, wishes
from webapi.cli.replay.cases import Case, Move, instant
from webapi.cli.replay.choices import Reaction, dice
from webapi.cli.replay.client import Call, Object, Rejected, Service
from webapi.cli.replay.forms import fill
from webapi.cli.replay.people import Person, Team

OVERTAKEN = frozenset({404, 409})


class Staff:
    """Takes tasks, fills their forms and completes them, each as somebody who may."""

    def __init__(self, service: Service, team: Team, seed: int) -> None:
        self._service = service
        self._team = team
        self._seed = seed
        self._forms: dict[str, Mapping[str, Json]] = {}
        self._lock = threading.Lock()

    def work(self, move: Move) -> bool:
        """Complete the task of this move; False when it was gone by then. Raises Rejected when nobody may do it."""
        refusal: Rejected | None = None
        groups = cast("list[str]", move.task.get("candidateGroups") or [])
        for person in self._team.candidates(groups, move.case.reference):
            try:
                return self._as(person, move)
            except Rejected as error:
                if error.status != 403:
                    raise
                refusal = error
        raise refusal or ValueError("a replay needs somebody who works")

    def _as(self, person: Person, move: Move) -> bool:
        key = str(move.task["userTaskKey"])
        path = f"/v2/user-tasks/{key}"
        body: Object = {"variables": self._answers(person, move)}
        assignment: Object = {"assignee": person.username, "allowOverride": True}
        try:
            self._service.post(f"{path}/assignment", assignment, token=person.token)
            self._service.post(f"{path}/completion", body, token=person.token)
        except Rejected as error:
            if error.status in OVERTAKEN:
                return False
            raise
        return True

    def _answers(self, person: Person, move: Move) -> dict[str, Json]:
        element, case = str(move.task["elementId"]), move.case
        hours = case.hours(instant(move.task["creationDate"]))
        turn = Turn(row=case.row, script=case.script, rng=dice(self._seed, case.row.identity, element, hours))
        return fill(self._form(person, move), wishes(element, turn), turn.rng, case.row.text)

    def _form(self, person: Person, move: Move) -> Mapping[str, Json]:
        """The form of the task; read once for each element, because all tasks of an element show the same fields."""
        element = str(move.task["elementId"])
        with self._lock:
            known = self._forms.get(element)
        if known is None:
            call = Call(method="GET", path=f"/v2/user-tasks/{move.task['userTaskKey']}/form", token=person.token)
            known = _schema(self._service.call(call))
            with self._lock:
                self._forms[element] = known
        return known


def _schema(form: Json) -> Mapping[str, Json]:
    schema = form.get("schema") if isinstance(form, Mapping) else None
    return cast("Mapping[str, Json]", orjson.loads(schema) if isinstance(schema, str) else schema or {})


class Complainants:
    """Answer questions, accept or refuse, withdraw: by message, as an integrator's portal would.

    What they would write is left out: a message carries process variables, and there is no place for their words in it.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def react(self, move: Move) -> bool:
        """Carry out the reaction to the status for which the move was planned."""
        if move.status == "waiting-for-you":
            return self._publish(move.case, "complainant-answer", {})
        return self._publish(move.case, "complainant-response", {"response": reaction_to(move.status, move.case)})

    def withdraw(self, move: Move) -> bool:
        """Withdraw the complaint; without effect when it is closed by now."""
        return self._publish(move.case, "complainant-withdraws", {})

    def _publish(self, case: Case, name: str, variables: Object) -> bool:
        """Correlate now or not at all: False when the process does not wait for this message (any more)."""
        body: Object = {"name": name, "correlationKey": case.reference, "variables": variables}
        try:
            self._service.post("/v2/messages/correlation", body)
        except Rejected as error:
            if error.status in OVERTAKEN:
                return False
            raise
        return True


def reaction_to(status: str, case: Case) -> Reaction:
    """What this complainant does about an answer (status "answered") or about the answer to a review."""
    if status == "waiting-for-you":
        return "accepted" if case.script.answers_questions else "silent"
    return case.script.second_reaction if status == "review-answered" else case.script.first_reaction


REACTS_TO = frozenset({"waiting-for-you", "answered", "review-answered"})


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds, as the clock of the service is set."""
    return int(moment.timestamp() * 1000)
