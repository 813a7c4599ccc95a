"""What the form of a service asks, and how the answers become statements and configuration items of an incident."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.errors import Finding, Refused

KINDS = ("text", "long", "choice", "item", "yes_no")
YES_NO = ("Yes", "No")
LISTED = 100  # items to choose from; a service with more is asked for the name
LONGEST = {"text": 300, "long": 4000, "item": 100}  # characters of an answer


@dataclass(frozen=True)
class Question:
    """One question of a form. field: the name of its field; choices: what can be answered, empty when anything can."""

    field: str
    label: str
    kind: str
    choices: tuple[str, ...] = ()
    required: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Answers:
    """What was answered: one statement a line for the environment, and the items that were named."""

    statements: tuple[str, ...] = ()
    items: tuple[ConfigurationItem, ...] = ()


def of(service: Service | None, rows: Sequence[Mapping[str, Any]] | None = None) -> list[Question]:
    """Return what the form of a service asks; entries without a label or of an unknown kind are left out.

    rows: instead of the questions that are kept, to try others.
    """
    kept = service.questions or [] if service else []
    asked = enumerate(kept if rows is None else rows)
    return [
        Question(
            field=f"answer_{number}",
            label=str(one["label"]).strip(),
            kind=one["kind"],
            choices=_choices(service, one),
            required=bool(one.get("required")),
            hint=str(one.get("hint") or ""),
        )
        for number, one in asked
        if isinstance(one, Mapping) and str(one.get("label") or "").strip() and one.get("kind") in KINDS
    ]


def answered(db: Session, service: Service | None, given: Mapping[str, str]) -> Answers:
    """Turn the answers into statements and items. given: by field. Raises Refused with each finding at its field."""
    statements, items, findings = [], [], []
    for question in of(service):
        answer = given.get(question.field, "").strip()
        finding = _finding(question, answer)
        if finding:
            findings.append(finding)
        elif answer:
            item = _item(db, answer) if question.kind == "item" else None
            items += [item] if item else []
            statements += [] if item else [f"{question.label}: {' '.join(answer.split())}"]
    if findings:
        raise Refused(findings)
    return Answers(tuple(statements), tuple(dict.fromkeys(items)))


def _choices(service: Service | None, one: Mapping[str, object]) -> tuple[str, ...]:
    if one["kind"] == "yes_no":
        return YES_NO
    if one["kind"] == "choice":
        choices = one.get("choices")
        return tuple(str(choice) for choice in choices) if isinstance(choices, list) else ()
    if one["kind"] == "item" and service:
        names = tuple(item.name for item in service.items if item.active)
        return names if len(names) <= LISTED else ()
    return ()


def _finding(question: Question, answer: str) -> Finding | None:
    if not answer:
        cure = "Choose one of the answers." if question.choices else "A few words are enough."
        return Finding(question.field, "This is needed to help you.", cure) if question.required else None
    if question.choices and question.kind != "item" and answer not in question.choices:
        return Finding(question.field, "This is not one of the answers.", "Choose one of the answers.")
    most = LONGEST.get(question.kind, LONGEST["text"])
    if len(answer) > most:
        return Finding(
            question.field, f"This is {len(answer):,} characters long; {most:,} fit.", "Shorten it."
        )
    return None


def _item(db: Session, name: str) -> ConfigurationItem | None:
    """Return the item of a name; one that nobody knows stays what the person said."""
    named = func.lower(ConfigurationItem.name) == name.lower()
    return db.scalar(select(ConfigurationItem).where(named, ConfigurationItem.active).limit(1))
