"""Forms: form-js JSON read into typed components, shown in the reader's language, checked on the server."""

from __future__ import annotations

from engine.tasks.forms.catalogues import Catalogues, Entry, load_catalogues
from engine.tasks.forms.load import load_form
from engine.tasks.forms.model import Answers, Component, Form, FormView, Option, Rules, Shown
from engine.tasks.forms.service import Filling, Forms
from engine.tasks.forms.translations import Translations, load_translations

__all__ = [
    "Answers",
    "Catalogues",
    "Component",
    "Entry",
    "Filling",
    "Form",
    "FormView",
    "Forms",
    "Option",
    "Rules",
    "Shown",
    "Translations",
    "load_catalogues",
    "load_form",
    "load_translations",
]
