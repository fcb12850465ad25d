"""Work for people: the inbox, the life of a user task, and the forms that it is done with."""

from __future__ import annotations

from engine.tasks.register import CaseRegister
from engine.tasks.service import Tasks
from engine.tasks.views import TaskChanges, TaskCounts, UserTaskView

__all__ = ["CaseRegister", "TaskChanges", "TaskCounts", "Tasks", "UserTaskView"]
