"""Which release this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The version of the installed distribution; `0+unknown` in a checkout that was never installed."""
    try:
        return version("amends")
    except PackageNotFoundError:
        return "0+unknown"
