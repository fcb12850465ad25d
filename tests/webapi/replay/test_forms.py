from __future__ import annotations

from engine.types import Json
from webapi.cli.replay.choices import dice
from webapi.cli.replay.forms import fill


def form(*components: dict[str, Json]) -> dict[str, Json]:
    return {"type": "default", "components": list(components)}


def options(*values: str) -> list[Json]:
    return [{"value": value, "label": value.replace("-", " ")} for value in values]


def test_wishes_are_kept_where_the_form_has_the_field() -> None:
    schema = form(
        {"type": "textfield", "key": "note"}, {"type": "group", "components": [{"type": "number", "key": "n"}]}
    )
    assert fill(schema, {"note": "seen", "n": 3, "elsewhere": 1}, dice(1)) == {"note": "seen", "n": 3}


def test_a_wish_that_the_form_does_not_offer_gives_way_to_what_it_offers() -> None:
    schema = form({"type": "select", "key": "remedy", "values": options("repair")})
    assert fill(schema, {"remedy": "apology"}, dice(1)) == {"remedy": "repair"}


def test_what_is_required_is_answered_and_the_rest_is_left() -> None:
    required: Json = {"required": True}
    schema = form(
        {"type": "textarea", "key": "why", "validate": required},
        {"type": "number", "key": "cost", "validate": {"required": True, "min": 5}},
        {"type": "checkbox", "key": "sure", "validate": required},
        {"type": "checklist", "key": "which", "validate": required, "values": options("a")},
        {"type": "textfield", "key": "optional"},
        {"type": "textfield", "key": "sometimes", "validate": required, "conditional": {"hide": "=sure"}},
        {"type": "textfield", "key": "shown", "readonly": True, "validate": required},
    )
    assert fill(schema, {}, dice(1)) == {"why": "Done as agreed.", "cost": 5, "sure": True, "which": ["a"]}


def test_the_option_that_the_complaint_speaks_of_is_chosen() -> None:
    schema = form(
        {"type": "select", "key": "category", "values": options("late-goods", "invoice-error", "poor-service")}
    )
    assert fill(schema, {}, dice(1), text="Your invoice has an error.") == {"category": "invoice-error"}
