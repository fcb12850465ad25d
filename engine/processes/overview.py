"""What runs where: every process version with how many instances run on it, rest, or are held up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.types import Key


@dataclass(frozen=True, kw_only=True)
class VersionCounts:
    """One version of a process; `stuck` counts its instances with an open incident."""

    process_definition_key: Key
    process_definition_id: str
    name: str | None
    version: int
    version_tag: str | None
    running: int
    suspended: int
    stuck: int


def version_counts(session: Session) -> tuple[VersionCounts, ...]:
    """All versions, processes by their ids, the latest version first."""
    return tuple(VersionCounts(**row._mapping) for row in session.execute(_COUNTS))


_COUNTS = text("""
    WITH open AS (
        SELECT i.definition_key, i.state,
               EXISTS (SELECT FROM incident AS x WHERE x.instance_key = i.key AND x.state = 'ACTIVE') AS stuck
          FROM process_instance AS i
         WHERE i.state IN ('ACTIVE', 'SUSPENDED')
    ), counted AS (
        SELECT definition_key, count(*) FILTER (WHERE state = 'ACTIVE') AS running,
               count(*) FILTER (WHERE state = 'SUSPENDED') AS suspended, count(*) FILTER (WHERE stuck) AS stuck
          FROM open GROUP BY definition_key
    )
    SELECT d.key AS process_definition_key, d.process_id AS process_definition_id, d.name, d.version, d.version_tag,
           COALESCE(c.running, 0) AS running, COALESCE(c.suspended, 0) AS suspended, COALESCE(c.stuck, 0) AS stuck
      FROM process_definition AS d LEFT JOIN counted AS c ON c.definition_key = d.key
     ORDER BY d.process_id, d.version DESC
""")
