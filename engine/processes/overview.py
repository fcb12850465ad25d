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


def version_counts(session: Session, process_id: str | None = None) -> tuple[VersionCounts, ...]:
    """All versions (of one process), processes by their ids, the latest version first."""
    rows = session.execute(_COUNTS, {"process": process_id})
    return tuple(VersionCounts(**row._mapping) for row in rows)


_COUNTS = text("""
    WITH wanted AS MATERIALIZED (
        SELECT * FROM process_definition WHERE process_id = COALESCE(CAST(:process AS text), process_id)
    ), counted AS (
        SELECT definition_key, count(*) FILTER (WHERE state = 'ACTIVE') AS running,
               count(*) FILTER (WHERE state = 'SUSPENDED') AS suspended
          FROM process_instance
         WHERE definition_key IN (SELECT key FROM wanted) AND state IN ('ACTIVE', 'SUSPENDED')
         GROUP BY definition_key
    ), held AS (
        SELECT i.definition_key, count(DISTINCT i.key) AS stuck
          FROM incident AS x JOIN process_instance AS i ON i.key = x.instance_key
         WHERE x.state = 'ACTIVE' GROUP BY i.definition_key
    )
    SELECT d.key AS process_definition_key, d.process_id AS process_definition_id, d.name, d.version, d.version_tag,
           COALESCE(c.running, 0) AS running, COALESCE(c.suspended, 0) AS suspended, COALESCE(h.stuck, 0) AS stuck
      FROM wanted AS d
      LEFT JOIN counted AS c ON c.definition_key = d.key
      LEFT JOIN held AS h ON h.definition_key = d.key
     ORDER BY d.process_id, d.version DESC
""")
