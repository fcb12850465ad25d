"""SpiffWorkflow is used by a few private names: a new version has to keep them, or this room has to change."""

from __future__ import annotations

from importlib.metadata import version

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow


def test_the_version_is_pinned():
    assert version("SpiffWorkflow") == "3.2.0"


def test_the_private_names_are_there():
    assert all(hasattr(Task, name) for name in ("_set_state", "_ready", "_child_added_notify"))
    names = ("_update", "_update_hook", "_run", "_run_hook", "_on_ready", "_on_complete", "_on_error", "_predict")
    assert all(hasattr(TaskSpec, name) for name in names)
    assert "deserializing" in Workflow.__init__.__code__.co_varnames


def test_the_numbers_of_states_stand_in_saved_states():
    states = (TaskState.FUTURE, TaskState.WAITING, TaskState.READY, TaskState.STARTED, TaskState.COMPLETED)
    assert states == (4, 8, 16, 32, 64)
