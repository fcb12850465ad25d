"""The rows of an instance that has gone to another version: where everything that is open stands now."""

from __future__ import annotations

from collections.abc import Sequence

from engine.bpmn.migrate import Place
from engine.processes.opened import Opened
from engine.store.unit_of_work import UnitOfWork


def replace_places(uow: UnitOfWork, opened: Opened, places: Sequence[Place]) -> None:
    """One statement for all rows. History stays under the version in which it happened."""
    given = {
        "instance": opened.key,
        "definition": opened.definition_key,
        "process": opened.process_id,
        "version": opened.version,
        "keys": [place.key for place in places],
        "elements": [place.element_id for place in places],
        "names": [place.element_name for place in places],
        "waits": [place.waits_as for place in places],
        "processes": [place.process_id for place in places],
        "definitions": [place.definition_key for place in places],
    }
    uow.session.connection().exec_driver_sql(_REPLACE, given)


_REPLACE = """
    WITH place AS MATERIALIZED (
        SELECT * FROM unnest(%(keys)s::bigint[], %(elements)s::text[], %(names)s::text[], %(waits)s::text[],
                             %(processes)s::text[], %(definitions)s::bigint[])
                      AS p (key, element_id, element_name, waits_as, process_id, definition_key)
    ), elements AS (
        UPDATE element_instance AS x
           SET definition_key = p.definition_key, process_id = p.process_id,
               element_id = p.element_id, element_name = p.element_name
          FROM place AS p WHERE x.key = p.key AND x.state = 'ACTIVE'
    ), tasks AS (
        UPDATE user_task AS x
           SET definition_key = p.definition_key, process_id = p.process_id,
               element_id = p.element_id, name = p.element_name, rev = x.rev + 1
          FROM place AS p WHERE x.element_instance_key = p.key AND x.state = 'CREATED'
    ), jobs AS (
        UPDATE job AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.element_id
          FROM place AS p WHERE x.element_instance_key = p.key AND x.state IN ('CREATED', 'SUSPENDED')
    ), timers AS (
        UPDATE timer AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.waits_as
          FROM place AS p WHERE x.element_instance_key = p.key
    ), messages AS (
        UPDATE message_subscription AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.waits_as
          FROM place AS p WHERE x.element_instance_key = p.key
    ), signals AS (
        UPDATE signal_subscription AS x SET element_id = p.waits_as
          FROM place AS p WHERE x.element_instance_key = p.key
    ), incidents AS (
        UPDATE incident AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.element_id
          FROM place AS p WHERE x.element_instance_key = p.key AND x.state = 'ACTIVE'
    )
    UPDATE process_instance
       SET definition_key = %(definition)s, process_id = %(process)s, version = %(version)s
     WHERE key = %(instance)s
"""
