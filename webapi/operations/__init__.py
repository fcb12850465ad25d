"""Pages on which process owners and administrators look after running processes: what runs, what is stuck, what to do.

Nothing of the complaint itself is shown: where somebody may read the case, a link leads there.
"""

from __future__ import annotations

from webapi.operations import acting, incidents, instance, migrating, processes
from webapi.operations.base import blueprint, register

__all__ = ["acting", "blueprint", "incidents", "instance", "migrating", "processes", "register"]
