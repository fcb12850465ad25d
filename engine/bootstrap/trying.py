"""Process tests over the configuration of an installation, without its database."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from engine.bootstrap.expressions import functions
from engine.bootstrap.plugging import register_hooks
from engine.complaints import make_register
from engine.errors import Finding
from engine.permissions import load_roles
from engine.processes import InForce, Resource, TryOut
from engine.settings import Settings
from engine.trials import Gate, MemoryEscalation, MemoryUnits, Trials, Workbench

_SECRET = b"tracking codes of tests open nothing"


def make_trials(settings: Settings) -> Trials:
    """What runs process tests and single instances in memory. Raises `ConfigurationInvalid`, naming the file."""
    register = make_register(settings, MemoryUnits.idle(), secret=_SECRET, escalation=MemoryEscalation)
    known = functions(settings)
    hooks = register_hooks(register, load_roles(settings.config_file("roles.toml")), known)
    return Trials(Workbench(register=register, hooks=hooks, functions=known))


def lazy_gate(settings: Settings) -> TryOut:
    """What runs the process tests of deployments; the configuration is read when the first ones come."""

    @cache
    def gate() -> Gate:
        return Gate(make_trials(settings), functions(settings), settings.require_process_tests)

    def try_out(files: Sequence[Resource], tests: Sequence[Resource], in_force: InForce, /) -> list[Finding]:
        return gate()(files, tests, in_force) if tests or settings.require_process_tests == "all" else []

    return try_out
