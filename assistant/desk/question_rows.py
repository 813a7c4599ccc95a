"""What a service's form asks: questions with their kinds, as an administrator puts them together."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.desk.errors import Finding, Refused

KINDS = {
    "text": "A line of text",
    "long": "Several lines of text",
    "choice": "One of a list",
    "yes_no": "Yes or no",
    "item": "A device or application",
}
MOST = 20  # more than that nobody answers
LONGEST = {"label": 200, "hint": 300}
EMPTY = {"label": "", "kind": "text", "choices": [], "required": False, "hint": ""}
Question = dict[str, Any]


def of(service: Any) -> list[Question]:
    """Return a service's questions with every key."""
    return [{**EMPTY, **question} for question in service.questions]


def arranged(questions: Sequence[Question], do: str) -> list[Question]:
    """Return the questions after one step: “add”, “remove 2”, “up 2” or “down 2”; anything else changes nothing."""
    rows = list(questions)
    act, _, place = do.partition(" ")
    at = int(place) if place.isascii() and place.isdigit() else -1
    if act == "add" and len(rows) < MOST:
        rows.append(dict(EMPTY))
    elif act == "remove" and 0 <= at < len(rows):
        del rows[at]
    elif act in ("up", "down") and 0 <= at < len(rows):
        to = min(max(at + (1 if act == "down" else -1), 0), len(rows) - 1)
        rows.insert(to, rows.pop(at))
    return rows


def checked(questions: Sequence[Question]) -> list[Question]:
    """Return the questions as they are kept; rows in which nothing stands are left out.

    Raises Refused with findings whose fields carry the place of their row, such as “label-0”.
    """
    findings = [finding for at, question in enumerate(questions) for finding in _findings(at, question)]
    if len(questions) > MOST:
        findings.append(Finding("", f"There are {len(questions)} questions.", f"Ask at most {MOST}."))
    if findings:
        raise Refused(findings)
    return [
        {**question, "label": question["label"].strip()} for question in questions if not _empty(question)
    ]


def _empty(question: Mapping[str, Any]) -> bool:
    return not (question["label"].strip() or question["hint"].strip() or question["choices"])


def _findings(at: int, question: Mapping[str, Any]) -> list[Finding]:
    found = []
    if not question["label"].strip() and not _empty(question):
        found.append(Finding(f"label-{at}", "The question is missing.", "Write it, or empty the whole row."))
    if question["kind"] not in KINDS:
        found.append(Finding(f"kind-{at}", "There is no such kind of answer.", "Choose one of the list."))
    if question["kind"] == "choice" and len(set(question["choices"])) < 2:
        found.append(
            Finding(f"choices-{at}", "There is nothing to choose between.", "Write one answer a line.")
        )
    found += [
        Finding(f"{key}-{at}", f"This is longer than {longest} characters.", "Shorten it.")
        for key, longest in LONGEST.items()
        if len(question[key]) > longest
    ]
    return found
