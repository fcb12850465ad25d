"""One process instance: where it stands, what happened, what it knows, what it waits for."""

from __future__ import annotations

from flask import render_template

from engine.permissions import Permission
from webapi.access import actor, holds, needs
from webapi.operations import view
from webapi.operations.base import READERS, blueprint
from webapi.operations.deeds import DEEDS


@blueprint.get("/instances/<key:key>")
@needs(*READERS)
def instance(key: int) -> str:
    """The instance with its diagram, its history, its variables and everything that can be done with it."""
    who = actor()
    found = view.dossier(who, key)
    may_operate = holds(who, Permission.PROCESS_OPERATE)
    return render_template(
        "operations/instance.html",
        it=found,
        deeds=[deed for deed in DEEDS.values() if may_operate and found.instance.state in deed.states],
        may_operate=may_operate,
        may_retry=holds(who, Permission.INCIDENT_RESOLVE),
        may_read_case=holds(who, Permission.COMPLAINT_READ),
        most=view.MOST,
    )
