"""`python -m webapi.cli`: the same as `amends`."""

from __future__ import annotations

from webapi.cli import main

main()
