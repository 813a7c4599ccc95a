"""What can go wrong with knowledge, named as facts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that stands in the way of a change, and how to cure it.

    field: the form field it belongs to, empty for the whole record.
    """

    field: str
    message: str
    cure: str = ""


class KnowledgeError(Exception):
    """Something about an article is not as it has to be."""


class Refused(KnowledgeError):
    """A change was refused; the findings say why, field by field."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = findings


class MoveNotAllowed(KnowledgeError):
    """This article cannot go from its present state to that one."""


class EditConflict(KnowledgeError):
    """Somebody else changed the record since it was opened.

    subject: the record as it stands now. yours: the values that were sent, by field.
    """

    def __init__(self, subject: object, yours: dict[str, object]) -> None:
        super().__init__("Somebody else changed this in the meantime.")
        self.subject = subject
        self.yours = yours
