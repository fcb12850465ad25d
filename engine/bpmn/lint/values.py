"""Rules that hold while values are read: expressions, codes, dates, numbers (in `engine.bpmn.dialect`)."""

from __future__ import annotations

from collections.abc import Mapping

VALUES: Mapping[str, str] = {
    "binding": "What is called is bound to the latest version, the same deployment or a version tag that is named.",
    "called-decision": "A business rule task names the decision that it calls.",
    "called-element": "A call activity names the process that it calls.",
    "code-expression": "What an error or escalation event catches is a literal code, no expression.",
    "complex-behavior": "Events in the middle of several instances are modelled with a completion condition.",
    "endless-loop": "A loop has a condition or a maximum.",
    "error-code": "An error event names an error with a code.",
    "escalation-code": "An escalation event names an escalation with a code.",
    "expression-expected": "What is evaluated is a FEEL expression that starts with `=`.",
    "feel-syntax": "FEEL can be parsed; the finding has the column.",
    "job-retries": "Retries are a whole number.",
    "job-type": "A service task, or whatever else a worker does, has a job type.",
    "loop-characteristics": "Several instances have an input collection.",
    "loop-maximum": "The maximum of a loop is a whole number.",
    "mapping-target": "A mapping writes to a variable name.",
    "message-name": "A message event names a message with a name.",
    "quantity": "Token quantities are whole numbers, at least 1.",
    "result-variable": "The result of a script or decision goes to a variable.",
    "signal-name": "A signal event names a signal with a name.",
    "start-name": "The name of what starts a process can be worked out without an instance.",
    "task-priority": "The priority of a task is from 0 to 100.",
    "task-schedule": "Dates of a task are ISO 8601.",
    "timer-value": "Dates and durations are ISO 8601, cycles too or cron with six fields.",
}
"""Rule id and what it asks; all are errors, each finding brings its own cure."""
