"""Are these answers right? What is shown decides what is asked; one finding for each field that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from marshmallow import Schema, ValidationError

from engine.errors import Finding, FormInvalid
from engine.feel import STANDARD, Functions, compile_expression, to_json
from engine.tasks.forms.model import SEVERAL, Answers, Component, Form, Option, Rules
from engine.types import Json

Context = Mapping[str, object]
Now = Callable[[], datetime]


@dataclass(frozen=True)
class Speech:
    """The clock of expressions in forms, with the functions that they may call."""

    now: Now
    functions: Functions

    def __call__(self) -> datetime:
        """The moment."""
        return self.now()


SENTENCES = {
    "required": "This must be answered.",
    "type": "This answer is of the wrong kind.",
    "null-byte": "This text contains a character that cannot be kept.",
    "min": "This number is too small: the least is {minimum}.",
    "max": "This number is too large: the most is {maximum}.",
    "decimals": "This number has too many decimals.",
    "min-length": "This text is too short: at least {min_length} characters.",
    "max-length": "This text is too long: at most {longest} characters.",
    "pattern": "This text does not have the form that is asked for.",
    "email": "This is no e-mail address.",
    "phone": "This is no telephone number.",
    "options": "This is none of the choices.",
    "unknown-field": "The form has no such field.",
}


def hidden_fields(form: Form, context: Context, answers: Mapping[str, Json], now: Now) -> frozenset[str]:
    """Ids of the components that are not shown with these answers, everything inside a hidden group included.

    Conditions see `context` (process variables, `complaint`, `catalogue`) below the answers; a hidden field's answer
    is seen as null by what comes after it.
    """
    hidden: set[str] = set()
    seen: dict[str, object] = {**context, **dict.fromkeys(form.fields)}
    seen.update({key: context[key] for key in form.fields if key in context})
    seen.update(answers)
    _hide(form.components, seen, hidden, now)
    return frozenset(hidden)


def _hide(components: Iterable[Component], seen: dict[str, object], hidden: set[str], now: Now) -> None:
    for component in components:
        if component.hide is not None and evaluate(component.hide, seen, now) is True:
            _hide_all(component, seen, hidden)
        else:
            _hide(component.components, seen, hidden, now)


def _hide_all(component: Component, seen: dict[str, object], hidden: set[str]) -> None:
    hidden.add(component.id)
    if component.key is not None:
        seen[component.key] = None
    for inner in component.components:
        _hide_all(inner, seen, hidden)


def options_of(component: Component, context: Context, now: Now) -> tuple[Option, ...]:
    """What can be chosen: the component's own options, or what its expression gives (texts, or label and value)."""
    if component.options_from is None:
        return component.options
    found = to_json(evaluate(component.options_from, context, now))
    items = found if isinstance(found, Sequence) and not isinstance(found, str) else ()
    return tuple(_option(item) for item in items if item is not None)


def _option(item: Json) -> Option:
    if isinstance(item, Mapping):
        return Option(value=str(item.get("value")), label=str(item.get("label", item.get("value"))))
    return Option(value=str(item), label=str(item))


def check_answers(form: Form, schema: Schema, answers: Mapping[str, Json], context: Context, now: Now) -> Answers:
    """The right answers, split into process variables and fields of the case; FormInvalid with a finding per field.

    Fields that are not shown are left out; a shown one without an answer is null, false or empty by its type.
    Answers to fields that can only be read are ignored: pages send them back.
    """
    fields = form.fields
    given = {key: _tidy(value) for key, value in answers.items() if key not in fields or fields[key].is_input}
    told = {key: value for key, value in given.items() if not _is_blank(fields.get(key), value)}
    broken = _rules_broken(schema, told)
    # What is wrong is seen as null by conditions: one wrong answer must not ask for others, and be told as theirs.
    sound = {key: None if key in broken else value for key, value in given.items() if key in fields}
    hidden = hidden_fields(form, context, sound, now)
    shown = {key: c for key, c in fields.items() if c.is_input and c.id not in hidden}
    wrong = {key: rule for key, rule in broken.items() if key in shown or key not in fields}
    seen = {**context, **dict.fromkeys(fields), **sound}
    for key, component in shown.items():
        limits = limits_of(component, seen, now)
        if key not in told and limits.required:
            wrong[key] = "required"
        elif key in told and key not in wrong and (beyond := _beyond(limits, told[key])) is not None:
            wrong[key] = beyond
        elif key in told and key not in wrong and not _is_choice(component, told[key], context, now):
            wrong[key] = "options"
    if wrong:
        raise FormInvalid(findings=_findings(form, wrong, seen, now))
    return Answers(
        variables={key: told.get(key, _unanswered(c)) for key, c in shown.items() if c.register is None},
        register={c.register: told.get(key) for key, c in shown.items() if c.register is not None},
    )


def limits_of(component: Component, context: Context, now: Now) -> Rules:
    """The rules of a field with these answers: limits in FEEL are numbers here, or none where FEEL gives none."""
    computed = component.rules.computed
    if not computed:
        return component.rules
    values = {rule: to_json(evaluate(text, context, now)) for rule, text in computed.items()}
    numbers = {rule: _limit(value) for rule, value in values.items() if rule != "required"}
    required = values.get("required") is True if "required" in computed else component.rules.required
    return replace(component.rules, required=required, **cast("dict[str, Any]", numbers))


def _limit(value: Json) -> float | None:
    return None if isinstance(value, bool) or not isinstance(value, int | float) else value


def _beyond(limits: Rules, value: Json) -> str | None:
    """Which of the computed limits an answer breaks; fixed ones are in the schema."""
    computed = limits.computed
    size = len(value) if isinstance(value, str) else None
    number = None if isinstance(value, bool) or not isinstance(value, int | float) else value
    broken = {
        "min": ("minimum", number is not None and limits.minimum is not None and number < limits.minimum),
        "max": ("maximum", number is not None and limits.maximum is not None and number > limits.maximum),
        "min-length": ("min_length", size is not None and limits.min_length is not None and size < limits.min_length),
        "max-length": ("max_length", size is not None and limits.max_length is not None and size > limits.max_length),
    }
    return next((rule for rule, (name, is_so) in broken.items() if is_so and name in computed), None)


def _rules_broken(schema: Schema, told: Mapping[str, Json]) -> dict[str, str]:
    try:
        schema.load(dict(told), partial=True)
    except ValidationError as error:
        messages = cast("Mapping[str, list[str]]", error.messages)
        return {key: _rule(texts) for key, texts in messages.items()}
    return {}


def _rule(texts: Sequence[str]) -> str:
    return texts[0] if texts[0] in SENTENCES else "unknown-field"


def _tidy(value: Json) -> Json:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _is_blank(component: Component | None, value: Json) -> bool:
    if component is None:
        return False
    if isinstance(value, str):
        return not value.strip()
    # A box that must be ticked counts as unanswered while it is not, as in form-js.
    unticked = value is False and component.type == "checkbox" and component.rules.required
    return value is None or value == [] or unticked


def _unanswered(component: Component) -> Json:
    """What an open question is: a box that is not ticked says no, a list of ticks is empty, all else is null."""
    if component.type == "checkbox":
        return False
    return [] if component.type in SEVERAL else None


def _is_choice(component: Component, value: Json, context: Context, now: Now) -> bool:
    options = {option.value for option in options_of(component, context, now)}
    if not component.options and component.options_from is None:
        return True
    chosen = cast("list[Json]", value) if component.type in SEVERAL else [value]
    return all(item in options for item in chosen)


def _findings(form: Form, wrong: Mapping[str, str], seen: Context, now: Now) -> list[Finding]:
    """In the order of the form; unknown fields last."""
    order = {key: number for number, key in enumerate(form.fields)}
    keys = sorted(wrong, key=lambda key: (order.get(key, len(order)), key))
    return [
        Finding(rule=wrong[key], message=_sentence(form, key, wrong[key], seen, now), element_id=key) for key in keys
    ]


def _sentence(form: Form, key: str, rule: str, seen: Context, now: Now) -> str:
    component = form.fields.get(key)
    if component is None:
        return SENTENCES[rule]
    rules = limits_of(component, seen, now)
    longest = rules.max_length or component.longest
    return SENTENCES[rule].format(
        minimum=rules.minimum, maximum=rules.maximum, min_length=rules.min_length, longest=longest
    )


def evaluate(text: str, context: Context, now: Now) -> object:
    """What the FEEL expression gives over `context`."""
    functions = now.functions if isinstance(now, Speech) else STANDARD
    return compile_expression(text, names=context, functions=functions).evaluate(context, now=now).value
