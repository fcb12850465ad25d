"""The revisions of the tables in their order, each with its phase.

`expand`: adds what older code does not know and need not care for: new tables, columns that may be empty or have a
default, indexes. `contract`: takes away or tightens what only older code used. Old and new code work side by side
on expanded tables; a revision that contracts is run later, when no older code runs any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

ROOM = Path(__file__).parent
PHASES = ("expand", "contract")


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One step of the tables."""

    id: str
    phase: str


class Line:
    """The revisions in `versions`, a folder of Alembic's scripts. Raises ValueError for one without a phase."""

    def __init__(self, versions: Path = ROOM / "versions") -> None:
        self._versions = versions

    def config(self, connection: Connection | None = None) -> Config:
        """What Alembic's commands are told."""
        config = Config()
        config.set_main_option("script_location", str(ROOM).replace("%", "%%"))
        config.set_main_option("version_locations", str(self._versions).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.attributes["connection"] = connection
        return config

    @cached_property
    def revisions(self) -> tuple[Revision, ...]:
        """All that this code knows, the oldest first."""
        scripts = list(ScriptDirectory.from_config(self.config()).walk_revisions())
        found = [Revision(id=s.revision, phase=getattr(s.module, "phase", "")) for s in reversed(scripts)]
        if wrong := [revision.id for revision in found if revision.phase not in PHASES]:
            raise ValueError(f"revisions without a phase: {', '.join(wrong)}")
        return tuple(found)

    @property
    def newest(self) -> str:
        """The last revision that this code knows."""
        return self.revisions[-1].id

    @property
    def needed(self) -> str:
        """The revision without which this code cannot work: the last one that expands."""
        return next(revision.id for revision in reversed(self.revisions) if revision.phase == "expand")

    def place(self, revision: str | None) -> int | None:
        """How many revisions come before `revision`; -1 where there are no tables, None for one not known here."""
        if revision is None:
            return -1
        return next((place for place, known in enumerate(self.revisions) if known.id == revision), None)
