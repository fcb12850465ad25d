"""States of every version and format still load, and the cases that they hold still come to their end."""

from __future__ import annotations

import orjson
import pytest

from engine.bpmn.codec import VERSION
from tests.engine.bpmn.golden_states import FOLDER, WAYS, act, begin, kept, loaded, present

CURE = "run `python -m tests.engine.bpmn.golden_states` and commit what it writes"


def _kept():
    return [
        pytest.param(path, number, id=f"{path.parent.name}-{path.stem}-{number}")
        for path in sorted(FOLDER.glob("*/states-v*.json"))
        for number in range(len(orjson.loads(path.read_bytes())))
    ]


@pytest.mark.parametrize(("path", "number"), _kept())
def test_a_golden_state_loads_and_its_case_ends(path, number):
    process = path.parent.name.rpartition("-")[0]
    state = orjson.dumps(orjson.loads(path.read_bytes())[number])
    host, case = loaded(state, kept(path.parent))
    for step in WAYS[process][number:]:
        act(host, case, step)
    assert (case.state, case.incidents) == ("COMPLETED", [])


def test_a_loaded_case_is_dumped_as_it_was():
    for path in sorted(FOLDER.glob(f"*/states-v{VERSION}.json")):
        for state in orjson.loads(path.read_bytes()):
            _, case = loaded(orjson.dumps(state), kept(path.parent))
            assert orjson.loads(case.inst.dump()) == state


def test_each_shipped_version_has_golden_states_of_the_present_format():
    """When a process gets a new version tag, or the codec a new format, states of it are kept for ever."""
    missing = [folder.name for _, folder, _ in present() if not (folder / f"states-v{VERSION}.json").exists()]
    assert missing == [], CURE


@pytest.mark.parametrize("process", WAYS)
def test_the_way_waits_at_each_step(process):
    """A new version that waits elsewhere needs another way."""
    host, case = begin(process, next(diagrams for name, _, diagrams in present() if name == process))
    for step in WAYS[process]:
        assert (case.state, case.incidents) == ("ACTIVE", [])
        act(host, case, step)
    assert (case.state, case.incidents) == ("COMPLETED", [])
