"""Whatever a file of tests holds: it is read and run to a report, or refused with findings that have a line."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import AmendsError
from engine.processes import Resource
from engine.trials import How, Trials
from engine.trials.reading import _GIVEN, _SCENARIO, _SUITE
from engine.trials.reading_expected import _EXPECT, _TASK
from engine.trials.reading_steps import _MORE, _RESULTS
from engine.trials.register import RECEIPT_FIELDS
from tests.engine.processes.diagrams import one_job, reminded, waiting

SHELF = (reminded(), one_job(), waiting())
WORDS = ("work", "late", "remind", "wait", "answer", "paint", "P2D", "2026-03-09", "2026-03-09T09:00:00Z", "deadline")
PLACES = ("reminded", "robot", "waiting", "start", "end", "work_end", "active", "withdraws", "r", "anna", "")
KEYS = (*_SUITE, *_SCENARIO, *_GIVEN, *_EXPECT, *_TASK, *_MORE, *_RESULTS, *WORDS, *PLACES, "with", "by", "key")
SCALARS = st.sampled_from([*WORDS, *PLACES, None, True, False, 0, -1, 10**30, 1.5, "\u0000", "x" * 300])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
STEP = st.dictionaries(st.sampled_from([*_MORE, "with", "by", "key", "complete", "fail", "error"]), VALUES, max_size=3)
GIVEN = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(_GIVEN, VALUES) | {"variables": st.just({"deadline": "P2D", "reference": "r"})}
)
RECEIPT = st.dictionaries(st.sampled_from(RECEIPT_FIELDS), VALUES, max_size=3)
SCENARIO = st.fixed_dictionaries(
    {"name": SCALARS, "process": st.sampled_from(["reminded", "robot", "waiting"])},
    optional={
        "given": GIVEN | st.fixed_dictionaries({"complaint": RECEIPT}),
        "answers": VALUES,
        "steps": st.lists(STEP, max_size=5) | VALUES,
        "expect": st.dictionaries(st.sampled_from(_EXPECT), VALUES, max_size=4) | VALUES,
    },
)
SUITES = st.fixed_dictionaries(
    {"scenarios": st.lists(SCENARIO, max_size=2) | VALUES},
    optional={"process": SCALARS, "given": GIVEN, "answers": VALUES, "uncovered": VALUES},
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SUITES)
def test_it_is_run_or_refused(trials: Trials, suite: object) -> None:
    shelf = trials.shelf(trials.read(SHELF))
    content = json.dumps(suite, ensure_ascii=True).encode()
    try:
        report = trials.run(shelf, [Resource(name="t", content=content)], How(within=5))
        findings = [finding for outcome in report.outcomes for finding in outcome.findings]
    except AmendsError as refused:
        findings = list(refused.findings)
        assert findings
    assert all(finding.line and finding.message and finding.file == "t" for finding in findings)
