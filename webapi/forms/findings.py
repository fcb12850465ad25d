"""The engine's findings about answers, in the reader's words. The engine speaks in rule codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.errors import Finding
from engine.tasks.forms.model import Component, FormView, Shown
from webapi.forms.model import Error
from webapi.pages.i18n import Lazy, gettext
from webapi.pages.i18n import lazy as _l

RULES: Mapping[str, Lazy] = {
    "required": _l("This must be answered."),
    "type": _l("This answer cannot be read. Check how it is written."),
    "null-byte": _l("This text contains a character that cannot be kept."),
    "decimals": _l("This number has too many decimals."),
    "pattern": _l("This does not have the form that is asked for."),
    "email": _l("This is no e-mail address. It should look like name@example.org."),
    "phone": _l("This is no telephone number."),
    "options": _l("This is none of the choices."),
    "date": _l("This day lies in the future."),
    "date-too-old": _l("This day is more than a year ago."),
    "unknown-field": _l("The form has changed. Load the page again."),
}


def errors_of(findings: Iterable[Finding], view: FormView) -> tuple[Error, ...]:
    """One error a finding, for the fields of `view`."""
    components = {c.key: c for c in _walk(view.components) if c.key}
    return tuple(
        Error(key=found.element_id or "", text=sentence(found, components.get(found.element_id or "")))
        for found in findings
    )


def _walk(components: Iterable[Shown]) -> Iterator[Component]:
    for shown in components:
        yield shown.component
        yield from _walk(shown.components)


def sentence(finding: Finding, component: Component | None) -> str:
    """What `finding` says about the answer to `component`; for a rule we have no words for, the engine's own."""
    if component is not None and finding.rule in {"min", "max", "min-length", "max-length"}:
        return _bound(finding.rule, component)
    known = RULES.get(finding.rule)
    return str(known) if known is not None else finding.message


def _bound(rule: str, component: Component) -> str:
    rules = component.rules
    if rule == "min":
        return gettext("This number is too small: the least is %(least)s.", least=_plain(rules.minimum))
    if rule == "max":
        return gettext("This number is too large: the most is %(most)s.", most=_plain(rules.maximum))
    if rule == "min-length":
        return gettext("This text is too short: at least %(count)s characters.", count=rules.min_length)
    return gettext("This text is too long: at most %(count)s characters.", count=component.longest)


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
