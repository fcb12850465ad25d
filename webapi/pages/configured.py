"""Names that the organisation chose itself: groups, entries of its lists, regimes; and the zone that it works in.

They are read from the configuration once an application is made: a change needs a restart, as every setting does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, current_app

from engine.complaints.regimes import Regime, Regimes, load_regimes
from engine.permissions import Roles, load_roles
from engine.settings import Settings
from engine.tasks.forms.catalogues import Catalogues, load_catalogues
from webapi.pages import language

_KEY = "amends.configured"


@dataclass(frozen=True, kw_only=True)
class Configured:
    """What stands in the configuration for people to read."""

    roles: Roles
    catalogues: Catalogues
    regimes: Regimes


def register(app: Flask, settings: Settings) -> None:
    """Read the configuration for `app`. Raises `ConfigurationInvalid`, naming the file."""
    found = Configured(
        roles=load_roles(settings.config_file("roles.toml")),
        catalogues=load_catalogues(settings.config_files("taxonomies")),
        regimes=load_regimes(settings.config_files("regimes"), settings.config_files("calendars")),
    )
    app.extensions[_KEY] = found
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", found.regimes.get(None).calendar.zone.key)


def _configured() -> Configured:
    found = current_app.extensions[_KEY]
    assert isinstance(found, Configured)  # noqa: S101 - put there by `register`
    return found


def _named(names: Mapping[str, str], otherwise: str) -> str:
    return names.get(language.current()) or names.get(language.SOURCE) or otherwise


def group_name(group_id: str) -> str:
    """What the group is called; its id where it is not configured."""
    group = _configured().roles.groups.get(group_id)
    return _named(group.names, group_id) if group else group_id


def entry(entry_id: str | None, catalogue: str) -> str:
    """The label of an entry of the list `catalogue`."""
    return _configured().catalogues.label(catalogue, entry_id, language.current()) or ""


def default_regime() -> Regime:
    """The regime that applies where nothing else is said."""
    return _configured().regimes.get(None)
