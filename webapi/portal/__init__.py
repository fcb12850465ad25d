"""Pages for whoever complains: no account, only a tracking code. ISO 10002 clauses 4.4, 4.5, 7.1 to 7.4."""

from __future__ import annotations

from webapi.portal import acting, filing, following, home
from webapi.portal.base import blueprint

__all__ = ["acting", "blueprint", "filing", "following", "home"]
