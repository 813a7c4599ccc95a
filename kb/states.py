"""Article state: which moves exist, and what must be true before an article may make one."""

from kb.article import AUDIENCES, CONFIDENCES, GOVERNANCES, Article
from kb.errors import Finding, MoveNotAllowed, Refused
from kb.redaction import marks_in
from kb.standard import Standard

MOVES = {  # confidence -> what it may become
    "wip": ("not_validated", "validated", "archived"),
    "not_validated": ("wip", "validated", "archived"),
    "validated": ("not_validated", "archived"),
    "archived": ("not_validated",),
}
REACH = ("team", "internal", "requesters", "public")  # audiences, each wider than the one before
SHARED = ("requesters", "public")  # audiences beyond the people who work on incidents
VALUES = {"confidence": CONFIDENCES, "audience": AUDIENCES, "governance": GOVERNANCES}


def check(
    article: Article, wanted: dict[str, str], standard: Standard, *, personal_data_checked: bool
) -> None:
    """Raise MoveNotAllowed or Refused when the article may not take these values of its state.

    wanted: new values by name (confidence, audience, governance). personal_data_checked: a person looked at
    the marked personal data and secrets and says that they may stay.
    """
    for name, value in wanted.items():
        if value not in VALUES[name]:
            raise MoveNotAllowed(f"An article has no {name} called “{value}”.")
    confidence = wanted.get("confidence", article.confidence)
    if confidence != article.confidence and confidence not in MOVES[article.confidence]:
        old, new = CONFIDENCES[article.confidence], CONFIDENCES[confidence]
        raise MoveNotAllowed(f"An article that is “{old}” cannot become “{new}”.")
    findings = _findings(article, confidence, wanted.get("audience", article.audience))
    if confidence in ("not_validated", "validated"):
        findings += standard.blocking(article.current.content)
        findings += [] if personal_data_checked or article.personal_data_checked else _personal_data(article)
    if findings:
        raise Refused(findings)


def widens(article: Article, wanted: dict[str, str]) -> bool:
    """Say whether more people could read an article with these values of its state than can now."""
    after = _reach(wanted.get("confidence", article.confidence), wanted.get("audience", article.audience))
    return after > _reach(article.confidence, article.audience)


def _reach(confidence: str, audience: str) -> int:
    """Return the rank of the audience that can read it: what is in progress or archived stays with those who work."""
    inside = confidence in ("wip", "archived") and audience in SHARED
    return REACH.index("internal" if inside else audience)


def _findings(article: Article, confidence: str, audience: str) -> list[Finding]:
    findings = []
    if audience == "team" and article.team_id is None:
        findings.append(
            Finding("audience", "No team is named.", "Choose the team that may read this article.")
        )
    if confidence == "wip" and audience in SHARED:
        findings.append(
            Finding(
                "audience",
                "Requesters cannot read work in progress.",
                "Set the confidence to “Not validated” or “Validated” first.",
            )
        )
    return findings


def _personal_data(article: Article) -> list[Finding]:
    return [
        Finding(
            field,
            f"This looks like {mark.kind}: “{mark.text}”.",
            "Remove it, or confirm that it may stay.",
        )
        for field, text in article.current.content.values().items()
        for mark in marks_in(text)
    ]
