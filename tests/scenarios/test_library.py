"""The library as a whole on the engine: it deploys without a finding, and keeps people out of the process."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import pytest

from engine.processes.drafts import Resource
from engine.types import SYSTEM, SearchRequest
from tests.scenarios.case import ANSWERS, Case


def test_it_deploys_without_a_finding_and_again_without_a_new_version(
    case: Case, resources: Sequence[Resource]
) -> None:
    again = case.engine.deployments.deploy(SYSTEM, resources)
    assert again.findings == ()
    found = case.engine.deployments.search_processes(SYSTEM, SearchRequest()).items
    assert {(process.process_definition_id, process.version) for process in found} == {
        ("complaint-handling", 1),
        ("investigation", 1),
    }


def test_no_free_text_and_no_person_in_the_process(case: Case) -> None:
    case.until("close")
    case.do("close", lesson="Pack earlier in the week.")
    request = SearchRequest(filter={"process_instance_key": case.received.process_instance_key}, limit=500)
    kept = " ".join(str(row.value) for row in case.engine.instances.search_variables(SYSTEM, request).items)
    assert "example.org" not in kept
    written = [text for text in chain(*(a.values() for a in ANSWERS.values())) if isinstance(text, str) and " " in text]
    assert written
    assert [text for text in written if text in kept] == []
    assert case.receipt.description not in kept


@pytest.mark.parametrize("element_id", ["assess", "decide", "carry-out-remedy", "verify-remedy", "close"])
def test_forms_are_shown_in_dutch(case: Case, element_id: str) -> None:
    case.until(element_id)
    key = case.tasks[element_id].user_task_key
    english, dutch = (case.engine.tasks.form(SYSTEM, key, language) for language in ("en", "nl"))
    assert english.title != dutch.title


def test_the_words_of_the_answer_reach_the_complainant(case: Case) -> None:
    case.until("decide")
    case.do("decide")
    letter = next(m.body for m in case.status.messages if m.kind == "response")
    assert "You are right: the parcel left late." in letter
    assert "The parcel left late." in letter


def test_what_a_complainant_reads_is_in_the_language_of_the_complaint(case: Case) -> None:
    assert {message.language for message in case.status.messages} == {"en"}
