"""Version tags of decisions: `zeebe:versionTag` among the extension elements of a decision."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn.xml import kid, kids, read


def version_tags(resource_name: str, content: bytes) -> Mapping[str, str]:
    """The tags of the decisions of a DMN file, by decision id. Raises `DeploymentRefused` for what is no DMN."""
    found: dict[str, str] = {}
    for decision in kids(read(resource_name, content), "decision"):
        said = kid(kid(decision, "extensionElements"), "versionTag")
        tag = "" if said is None else (said.get("value") or "").strip()
        if tag:
            found[decision.get("id", "")] = tag
    return found
