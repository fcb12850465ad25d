"""What the register gives to the process side."""

from __future__ import annotations

from collections.abc import Iterable

from engine.communication import SEND_MAIL
from engine.complaints import Register
from engine.complaints.context import ENTRIES
from engine.feel import Functions
from engine.permissions import Roles
from engine.processes import FormFacts, FormText, Hooks
from engine.processes.signals import JOB_TYPE as SIGNAL
from engine.tasks.forms import Form, load_form

CONTEXT = "complaint"
"""The name under which expressions read the case."""
CATALOGUE = "catalogue"
"""The name under which forms read the organisation's lists."""


def register_hooks(register: Register, roles: Roles, known: Functions) -> Hooks:
    """The register's operations, context and ear, as the process side takes them."""
    return Hooks(
        operations=register.operations.by_type(),
        contexts={CONTEXT: register.context},
        listeners=(register.operations.follow_status,),
        check_form=lambda name, content: _form_facts(load_form(name, content, known), register.catalogues.lists),
        names=frozenset(f"{CONTEXT}.{entry}" for entry in ENTRIES),
        job_types=frozenset({SEND_MAIL, SIGNAL}),
        groups=frozenset(roles.groups),
    )


def _form_facts(form: Form, lists: Iterable[str]) -> FormFacts:
    fields = frozenset(key for key, component in form.fields.items() if component.register is None)
    names = frozenset({*form.fields, *(f"{CATALOGUE}.{name}" for name in lists)})
    texts = tuple(FormText(element_id=e.where, text=e.text, line=e.line, column=e.column) for e in form.expressions)
    return FormFacts(form_id=form.form_id, variables=fields, names=names, expressions=texts)
