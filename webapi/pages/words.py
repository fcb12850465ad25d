"""Words for the codes that the engine speaks in. The engine raises and stores codes; people read these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from webapi.pages.i18n import Lazy
from webapi.pages.i18n import lazy as _l

Words: TypeAlias = Mapping[str, Lazy]

STATUS: Words = {
    "received": _l("Received"),
    "acknowledged": _l("Receipt confirmed"),
    "assessing": _l("First assessment"),
    "investigating": _l("Being investigated"),
    "waiting-for-you": _l("Waiting for the complainant"),
    "deciding": _l("Decision being prepared"),
    "answered": _l("Answered"),
    "reviewing": _l("Under internal review"),
    "review-answered": _l("Review answered"),
    "carrying-out": _l("Remedy being carried out"),
    "closing": _l("Being closed"),
    "closed": _l("Closed"),
}

STATUS_TONE: Mapping[str, str] = {
    "waiting-for-you": "warn",
    "answered": "accent",
    "review-answered": "accent",
    "carrying-out": "accent",
    "closing": "good",
    "closed": "good",
}

DECISION: Words = {
    "upheld": _l("Upheld"),
    "partly-upheld": _l("Partly upheld"),
    "rejected": _l("Not upheld"),
}

RESPONSE: Words = {
    "accepted": _l("accepted"),
    "refused": _l("refused"),
}

OUTCOME: Words = {
    "resolved": _l("Resolved: the answer was accepted"),
    "resolved-by-silence": _l("Resolved: no objection within the time allowed"),
    "resolved-after-review": _l("Resolved after internal review"),
    "external-body": _l("Open to an external body"),
    "out-of-scope": _l("Referred: outside what we can decide"),
    "withdrawn": _l("Withdrawn by the complainant"),
}

DEADLINE: Words = {
    "acknowledgement": _l("Confirmation of receipt"),
    "level_1": _l("Reminder to the team"),
    "final_response": _l("Final answer"),
    "statutory_response": _l("Final answer, as the law wants it"),
    "summary_resolution": _l("Answer in short is enough"),
    "external_body": _l("The complainant's time to go to a body outside"),
    "level_3": _l("Escalation to management"),
    "complainant_reply": _l("Reply by the complainant"),
    "progress_update": _l("News about progress"),
    "escalation": _l("The level that the case was escalated to"),
}

PAUSE: Words = {
    "question": _l("until the complainant answers"),
    "third-party": _l("until somebody outside has done their part"),
    "other-proceedings": _l("until other proceedings are over"),
    "complainant-asked": _l("because the complainant asked for it"),
}

STANDSTILL: Words = {
    "date": _l("Enter a day within the coming year."),
    "options": _l("Say what is waited for."),
    "conflict": _l("The clocks cannot be stopped or started now: look at the case again."),
}

ABSENCE: Words = {
    "ahead": _l("to come"),
    "now": _l("now"),
    "over": _l("over"),
    "cancelled": _l("taken back"),
}

ABSENCE_REFUSED: Words = {
    "day-order": _l("The last day lies before the first one."),
    "past": _l("These days are over."),
    "too-long": _l("An absence lasts two years at most."),
    "overlap": _l("You have entered an absence for some of these days already."),
    "deputy-unknown": _l("Choose a colleague who is to do your work."),
    "deputy-self": _l("Nobody is their own deputy."),
    "deputy-work": _l("This colleague may not work on tasks."),
    "deputy-groups": _l("This colleague is not in all of your groups."),
    "circular": _l("This colleague is away on some of these days, and the work would come back to you."),
    "conflict": _l("This absence is over already."),
}

POSTPONING: Words = {
    "not-later": _l("The new date must lie after the one that holds now."),
    "too-late": _l("The rules that apply to this case do not allow so late a date without the complainant's consent."),
    "required": _l("Say why it takes longer: the complainant reads it."),
    "conflict": _l("The answer has been given already: there is no date to put off."),
}

PROMISE: Words = {
    "final_response": _l("Our answer, at the latest"),
    "progress_update": _l("News from us, at the latest"),
    "complainant_reply": _l("Your reply, at the latest"),
}

PERIOD: Words = {
    "progress_update": _l("You hear from us at least every"),
    "final_response": _l("You have our answer within"),
    "complainant_reply": _l("You can reply to it for"),
}

SEVERITY: Words = {
    "low": _l("Low"),
    "medium": _l("Medium"),
    "high": _l("High"),
    "critical": _l("Critical"),
}

PRIORITY: Words = {
    "low": _l("Low"),
    "normal": _l("Normal"),
    "high": _l("High"),
    "urgent": _l("Urgent"),
}

SEVERITY_TONE: Mapping[str, str] = {"high": "warn", "critical": "bad"}

CHANNEL: Words = {
    "web": _l("Web page"),
    "email": _l("E-mail"),
    "e-mail": _l("E-mail"),
    "phone": _l("Phone"),
    "in-person": _l("In person"),
    "post": _l("Post"),
    "api": _l("Another system"),
    "internal": _l("Within the organisation"),
    "referral": _l("Referred by another body"),
    "fax": _l("Fax"),
    "other": _l("Other"),
}

LETTER: Words = {
    "acknowledgement": _l("Confirmation of receipt"),
    "referral": _l("Where you can go with this complaint"),
    "question": _l("A question for you"),
    "progress": _l("News about progress"),
    "response": _l("Our answer"),
    "review-outcome": _l("Outcome of the review"),
    "external-body": _l("Where you can go from here"),
    "withdrawal": _l("Confirmation of withdrawal"),
    "closing": _l("Your case is closed"),
    "survey": _l("How did we handle your complaint?"),
}

CLOCK: Words = {
    "running": _l("running"),
    "paused": _l("standing still"),
    "over": _l("over"),
    "overdue": _l("overdue"),
    "met": _l("kept"),
    "late": _l("missed"),
    "stopped": _l("stopped"),
}

DELIVERY: Words = {
    "page": _l("on the complainant's page"),
    "waiting": _l("on the complainant's page, e-mail on its way"),
    "sent": _l("sent by e-mail"),
    "failed": _l("e-mail could not be delivered"),
    "received": _l("received"),
}

ROLE: Words = {
    "complainant": _l("Complainant"),
    "representative": _l("Acts for the complainant"),
    "contact": _l("Other contact"),
    "unit": _l("Complained about"),
}

NOTE: Words = {
    "note": _l("Note on the assessment"),
    "explanation": _l("Explanation to the complainant"),
    "plan": _l("Plan of the investigation"),
    "findings": _l("Findings"),
    "question": _l("Question to the complainant"),
    "reasons": _l("Reasons of the decision"),
    "response": _l("Answer to the complainant"),
    "remark": _l("Remark"),
    "reviewReasons": _l("Reasons of the review"),
    "remedyRemark": _l("Remark on the remedy"),
    "lesson": _l("Lesson learnt"),
    "comment": _l("Comment"),
}

EVENT: Words = {
    "received": _l("Complaint received"),
    "status": _l("New status"),
    "assessed": _l("Assessed"),
    "deadlines-set": _l("Dates set"),
    "deadlines-moved": _l("Dates moved, because the calendar has changed"),
    "extended": _l("Answer put off, and the complainant told"),
    "clocks-paused": _l("Clocks stand still"),
    "clocks-resumed": _l("Clocks go on"),
    "file-complete": _l("The file is complete: clocks that waited for it have started"),
    "letter-written": _l("Letter written"),
    "message-written": _l("Message to the complainant"),
    "message-received": _l("Message from the complainant"),
    "question-answered": _l("The complainant answered a question"),
    "decided": _l("Decided"),
    "reviewed": _l("Reviewed"),
    "responded": _l("The complainant responded to the answer"),
    "remedy-done": _l("Remedy carried out"),
    "escalated": _l("Escalated"),
    "withdrawn": _l("Withdrawn by the complainant"),
    "corrected": _l("Corrected"),
    "attachment-added": _l("File added"),
    "survey-answered": _l("The complainant rated the handling"),
    "closed": _l("Closed"),
}

WHO: Words = {
    "system": _l("the system"),
    "complainant": _l("the complainant"),
}

ERROR: Words = {
    "error": _l("Something went wrong on our side."),
    "malformed": _l("The request cannot be read. Load the page again and repeat."),
    "unauthenticated": _l("Log in first, or check your name and password."),
    "forbidden": _l("You may not do this."),
    "not-found": _l("There is nothing here, or it is not for you to see."),
    "method-not-allowed": _l("This address cannot be used like this."),
    "conflict": _l("This is not possible any more: the case has moved on."),
    "stale-version": _l("Somebody else changed this in the meantime. Look at it again and repeat your change."),
    "idempotency-mismatch": _l("This form was sent before with other contents. Open a new form."),
    "already-completed": _l("This task has already been completed."),
    "already-claimed": _l("A colleague has already claimed this task."),
    "too-large": _l("What you sent is too large."),
    "unsupported-content": _l("This kind of file is not accepted."),
    "refused": _l("Some of what you entered cannot be accepted."),
    "deployment-refused": _l("The deployment was refused."),
    "migration-refused": _l("The case cannot go over to this version of the process."),
    "form-invalid": _l("Some answers are missing or wrong."),
    "too-many-requests": _l("Too many tries in a short time. Wait a minute and try again."),
    "overloaded": _l("The service is very busy. Try again in a little while."),
    "configuration-invalid": _l("The service is not set up right. The administrators have been told."),
    "timed-out": _l("This took too long. Try again in a little while."),
    "contract-refused": _l("The service is being updated. Try again in a little while."),
    "schema-outdated": _l("The service is being updated. Try again in a little while."),
    "release-too-old": _l("The service is being updated. Try again in a little while."),
    "unavailable": _l("The service cannot be used at the moment; nothing was stored. Try again in a little while."),
    "outcome-unknown": _l("The connection was lost while this was being stored. Look whether it is there, then go on."),
    "step-failed": _l("A step of the process failed. The process owner has to look at it."),
    "feel-error": _l("An expression of the process cannot be used. The process owner has to correct it."),
    "feel-syntax": _l("An expression of the process cannot be read. The process owner has to correct it."),
    "feel-limit": _l("An expression of the process takes too long. The process owner has to correct it."),
    "feel-value": _l("An expression of the process has no usable value. The process owner has to correct it."),
    "mail-failed": _l("The e-mail could not be sent yet."),
    "mail-refused": _l("The e-mail was refused by the receiving side."),
}

ERROR_TITLE: Words = {
    "malformed": _l("That did not arrive well"),
    "unauthenticated": _l("Please log in"),
    "forbidden": _l("Not allowed"),
    "not-found": _l("Page not found"),
    "conflict": _l("Not possible any more"),
    "stale-version": _l("Changed in the meantime"),
    "already-completed": _l("Already completed"),
    "already-claimed": _l("Already claimed"),
    "too-large": _l("Too large"),
    "too-many-requests": _l("One moment, please"),
    "overloaded": _l("One moment, please"),
}


def word(table: Words, code: str | None) -> str:
    """The words of `table` for `code`; a code without words is shown as plainly as it can be; nothing for None."""
    if not code:
        return ""
    found = table.get(code)
    return str(found) if found is not None else code.replace("-", " ").replace("_", " ").capitalize()


def who(username: str) -> str:
    """An actor as people call it: those who are no persons have words of their own."""
    found = WHO.get(username)
    return username if found is None else str(found)


def happening(event: str, details: Mapping[str, object]) -> str:
    """One entry of a timeline: what happened, and the code that says more about it, in words."""
    more = ""
    for name, table in _DETAILS.get(event, {}).items():
        more = word(table, str(details[name])) if details.get(name) else more
    return f"{word(EVENT, event)}: {more}" if more else word(EVENT, event)


_DETAILS: Mapping[str, Mapping[str, Words]] = {
    "status": {"to": STATUS},
    "letter-written": {"letter": LETTER},
    "clocks-paused": {"reason": PAUSE},
    "decided": {"decision": DECISION},
    "reviewed": {"decision": DECISION},
    "responded": {"response": RESPONSE},
    "received": {"channel": CHANNEL},
    "closed": {"outcome": OUTCOME},
}
