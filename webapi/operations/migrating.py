"""Running instances go over to another version: first a look at what would change for each, then it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.bpmn import Change
from engine.errors import Malformed, MigrationRefused
from engine.permissions import Permission
from engine.processes import InstanceMigration, MigrationPlan
from engine.processes.overview import VersionCounts
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.context import engine
from webapi.operations import view
from webapi.operations.base import blueprint
from webapi.operations.words import REASON, RENEWED
from webapi.pages.i18n import gettext, ngettext
from webapi.pages.words import word

BATCH = 100
"""Instances of one look, and of one step."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was entered: the version to go to, and elements with another id there, a line each."""

    target: int
    text: str
    mapping: Mapping[str, str]

    @property
    def plan(self) -> MigrationPlan:
        """As the engine takes it."""
        return MigrationPlan(process_definition_key=self.target, mapping=self.mapping)


def _wish() -> Wish | None:
    """What was posted; None where a line cannot be read or no version is chosen."""
    target, text = request.form.get("target", ""), request.form.get("mapping", "")[:10_000]
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    whole = all(sign and old.strip() and new.strip() for old, sign, new in lines)
    if not (target.isascii() and target.isdigit() and len(target) <= 19 and whole):
        return None
    return Wish(target=int(target), text=text, mapping={old.strip(): new.strip() for old, _, new in lines})


@blueprint.get("/instances/<key:key>/migration")
@needs(Permission.PROCESS_OPERATE)
def plan_one(key: int) -> ResponseReturnValue:
    """Where one instance may go."""
    return _page(engine().instances.get(actor(), key).process_definition_key, key, None)


@blueprint.post("/instances/<key:key>/migration")
@needs(Permission.PROCESS_OPERATE)
def migrate_one(key: int) -> ResponseReturnValue:
    """Look at one instance; or, when that was seen, let it go."""
    who, wish = actor(), _wish()
    version = engine().instances.get(who, key).process_definition_key
    sure = request.form.get("sure") == "yes"
    if wish is None:
        return _page(version, key, wish)
    try:
        told = engine().migrations.migrate(who, key, wish.plan, dry_run=not sure)
    except MigrationRefused as refusal:
        return _page(version, key, wish, [_refused(key, refusal)])
    if not sure:
        return _page(version, key, wish, [told])
    flash(gettext("The instance has gone over."), "good")
    return redirect(url_for("operations.instance", key=key), 303)


@blueprint.get("/processes/<key:key>/migration")
@needs(Permission.PROCESS_OPERATE)
def plan_many(key: int) -> ResponseReturnValue:
    """Where the running instances of a version may go."""
    return _page(key, None, None)


@blueprint.post("/processes/<key:key>/migration")
@needs(Permission.PROCESS_OPERATE)
def migrate_many(key: int) -> ResponseReturnValue:
    """Look at the running instances; or, when that was seen, let them go, so many at a time."""
    wish, sure = _wish(), request.form.get("sure") == "yes"
    if wish is None:
        return _page(key, None, wish)
    after = request.form.get("after") or None
    wanted = SearchRequest(filter={"process_definition_key": key}, limit=BATCH, after=after)
    page = engine().migrations.migrate_all(actor(), wanted, wish.plan, dry_run=not sure)
    more = page.end_cursor if len(page.items) == BATCH else None
    if sure:
        went = sum(item.state == "MIGRATED" for item in page.items)
        flash(ngettext("%(num)s instance has gone over.", "%(num)s instances have gone over.", went), "good")
    return _page(key, None, wish, page.items, more=more, done=sure)


def _refused(key: int, refusal: MigrationRefused) -> InstanceMigration:
    instance = engine().instances.get(actor(), key)
    return InstanceMigration(
        process_instance_key=key,
        state="REFUSED",
        source_process_definition_key=instance.process_definition_key,
        source_process_definition_version=instance.process_definition_version,
        reason=refusal.message,
        findings=refusal.findings,
    )


def _page(  # noqa: PLR0913 - what the page shows
    version: int,
    key: int | None,
    wish: Wish | None,
    looked: Sequence[InstanceMigration] = (),
    *,
    more: str | None = None,
    done: bool = False,
) -> ResponseReturnValue:
    process = view.process_of(actor(), version)
    wrong = request.method == "POST" and wish is None
    refused = [item for item in looked if item.state == "REFUSED"]
    answer = render_template(
        "operations/migration.html",
        process=process,
        version=process.version(version),
        others=[one for one in process.versions if one.process_definition_key != version],
        target=_target(process, wish),
        instance_key=key,
        wish=wish,
        entered=request.form,
        looked=[*refused, *(item for item in looked if item.state != "REFUSED")],
        able=len(looked) - len(refused),
        names=view.steps(version),
        names_there=view.steps(wish.target) if wish else {},
        references=_references(looked),
        renewed=_renewed,
        reasons=_reasons,
        more=more,
        done=done,
        wrong=wrong,
    )
    return answer, 422 if wrong else 200


def _references(looked: Sequence[InstanceMigration]) -> Mapping[int, str | None]:
    """What the instances are about, by their keys."""
    keys = [item.process_instance_key for item in looked]
    if not keys:
        return {}
    wanted = SearchRequest(filter={"process_instance_key": {"$in": keys}}, limit=len(keys))
    found = engine().instances.search(actor(), wanted).items
    return {one.process_instance_key: one.business_id for one in found}


def _target(process: view.Process, wish: Wish | None) -> VersionCounts | None:
    if wish is None:
        return None
    if not any(one.process_definition_key == wish.target for one in process.versions):
        raise Malformed
    return process.version(wish.target)


def _renewed(change: Change) -> str:
    """What a task or job takes from the other version, in words."""
    return ", ".join(
        f"{word(RENEWED, name)} {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in change.renewed.items()
    )


def _reasons(item: InstanceMigration) -> list[tuple[str, str]]:
    """Why an instance stays: the element and the reason."""
    if item.findings:
        return [(finding.element_id or "", word(REASON, finding.rule)) for finding in item.findings]
    return [("", item.reason or "")]
