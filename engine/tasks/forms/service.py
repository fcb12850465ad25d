"""Deployed forms: the latest version of each, read once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import Schema
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.feel import STANDARD, Functions
from engine.store.deployment import FormDefinition, Resource
from engine.store.unit_of_work import UnitsOfWork
from engine.tasks.forms.answers import Context, Speech, check_answers
from engine.tasks.forms.catalogues import ENGLISH, Catalogues
from engine.tasks.forms.load import load_form
from engine.tasks.forms.model import Answers, Form, FormView
from engine.tasks.forms.schema import schema_of
from engine.tasks.forms.translations import Translations
from engine.tasks.forms.view import resolved_schema, show, values_of
from engine.types import Json


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One version of a form, ready for use."""

    form_key: int
    version: int
    form: Form
    schema: Schema


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What surrounds one filling-in of a form: the reader's language, what conditions may read, the answers so far.

    `context`: process variables and lazy names such as `complaint`. `notes`: the case's own fields by name.
    """

    language: str = ENGLISH
    context: Context
    answers: Mapping[str, Json]
    notes: Mapping[str, Json]


class Forms:
    """Finds, shows and checks forms. Shared by threads."""

    def __init__(
        self,
        units: UnitsOfWork,
        catalogues: Catalogues,
        translations: Translations,
        functions: Functions = STANDARD,
    ) -> None:
        self.catalogues = catalogues
        self._units, self._translations, self._functions = units, translations, functions
        self._now = Speech(units.clock.now, functions)
        self._read: dict[int, Deployed] = {}
        self._lock = threading.Lock()

    def latest(self, session: Session, form_id: str) -> Deployed:
        """The latest version of a form. Raises NotFound."""
        row = session.execute(
            select(FormDefinition.key, FormDefinition.version, FormDefinition.resource_key)
            .where(FormDefinition.form_id == form_id)
            .order_by(FormDefinition.version.desc())
            .limit(1)
        ).first()
        if row is None:
            raise NotFound(f"There is no form {form_id!r}.")
        return self.deployed(session, row.key, row.version, row.resource_key)

    def deployed(self, session: Session, form_key: int, version: int, resource_key: int) -> Deployed:
        """One version of a form; read from the database once, since it never changes."""
        known = self._read.get(form_key)
        if known is not None:
            return known
        resource = session.execute(select(Resource.name, Resource.content).where(Resource.key == resource_key)).one()
        form = load_form(resource.name, resource.content, self._functions)
        read = Deployed(form_key=form_key, version=version, form=form, schema=schema_of(form))
        with self._lock:
            self._read[form_key] = read
        return read

    def view(self, form_id: str, *, language: str = ENGLISH, answers: Mapping[str, Json] | None = None) -> FormView:
        """The latest version of a form that belongs to no task, such as the one that complaints are filed with.

        `answers` are what was entered so far. Raises NotFound.
        """
        with self._units() as uow:
            deployed = self.latest(uow.session, form_id)
        return self.shown(deployed, Filling(language=language, context={}, answers=answers or {}, notes={}))

    def check(self, form_id: str, answers: Mapping[str, Json], *, language: str = ENGLISH) -> Answers:
        """The answers to a form that belongs to no task, found right; raises FormInvalid with a finding per field."""
        with self._units() as uow:
            deployed = self.latest(uow.session, form_id)
        return self.checked(deployed, Filling(language=language, context={}, answers=answers, notes={}))

    def shown(self, deployed: Deployed, filling: Filling) -> FormView:
        """The form as one reader sees it, hidden parts marked."""
        form, context = deployed.form, self._context(filling)
        texts = self._translations.of(form, filling.language)
        values = values_of(form, filling.context, filling.answers, filling.notes)
        shown = show(form, texts, context, values, self._now)
        title = texts.get("title") or form.schema.get("title")
        return FormView(
            form_id=form.form_id,
            form_key=deployed.form_key,
            version=deployed.version,
            language=filling.language,
            title=None if title is None else str(title),
            schema=resolved_schema(form, shown, texts),
            components=shown,
            values=values,
        )

    def checked(self, deployed: Deployed, filling: Filling) -> Answers:
        """The answers of `filling`, found right and split; raises FormInvalid with one finding per wrong field."""
        return check_answers(deployed.form, deployed.schema, filling.answers, self._context(filling), self._now)

    def _context(self, filling: Filling) -> dict[str, object]:
        return {**filling.context, "catalogue": self.catalogues.context(filling.language)}
