"""Process tests over the configuration of an installation, without its database."""

from __future__ import annotations

from engine.bootstrap.assembly import register_hooks
from engine.bootstrap.expressions import functions
from engine.complaints import make_register
from engine.permissions import load_roles
from engine.settings import Settings
from engine.trials import MemoryEscalation, MemoryUnits, Trials, Workbench

_SECRET = b"tracking codes of tests open nothing"


def make_trials(settings: Settings) -> Trials:
    """What runs process tests and single instances in memory. Raises `ConfigurationInvalid`, naming the file."""
    register = make_register(settings, MemoryUnits.idle(), secret=_SECRET, escalation=MemoryEscalation)
    known = functions(settings)
    hooks = register_hooks(register, load_roles(settings.config_file("roles.toml")), known)
    return Trials(Workbench(register=register, hooks=hooks, functions=known))
