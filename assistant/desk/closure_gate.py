"""The gate before every closed state: what was learned is in the knowledge base, or there was nothing to learn."""

from assistant.desk.incident import Incident
from assistant.desk.link import resolving
from assistant.desk.process import Process
from kb.errors import Finding

NO_ARTICLE = Finding(
    "door",
    "No article says yet what resolved this.",
    "Link the article that solved it, improve one, write a new one, or say why there is nothing to learn.",
)
HAS_RESOLUTION = Finding(
    "nothing_reason",
    "This incident has a resolution, so there is something to learn.",
    "Link or write its article. Clear the resolution if nobody resolved it.",
)


def findings(incident: Incident, process: Process) -> list[Finding]:
    """Return what keeps this incident from closing, nothing when one of the four doors was taken.

    A duplicate that was merged may close: what is learned is learned where it goes on, and there this gate stands too.
    """
    if incident.merged_into is not None and incident.merged_into.merged_into_id is None:
        return []
    if incident.nothing_reason:
        return _nothing(incident, process)
    links = resolving(incident)
    usable = [link for link in links if link.article.confidence != "archived"]
    if not usable:
        return [NO_ARTICLE]
    return (
        []
        if any(link.article.current.resolution.strip() for link in usable)
        else [_unfinished(usable[0].article.number)]
    )


def has_article(incident: Incident) -> bool:
    """Say whether an article that counts resolved this incident."""
    return any(link.article.current.resolution.strip() for link in resolving(incident))


def _nothing(incident: Incident, process: Process) -> list[Finding]:
    reason = process.reasons.get(str(incident.nothing_reason))
    if reason is None:
        labels = "; ".join(known.label for known in process.reasons.values())
        return [Finding("nothing_reason", "This reason is not on the list.", f"Choose one of: {labels}.")]
    if incident.resolution.strip() or resolving(incident):
        return [HAS_RESOLUTION]
    if reason.proof == "duplicate":
        return _duplicate(incident)
    return []


def _duplicate(incident: Incident) -> list[Finding]:
    originals = [relation.other for relation in incident.relations if relation.kind == "duplicate_of"]
    if not originals:
        message = "It is not said of which incident this is a duplicate."
        return [Finding("duplicate_of", message, "Give the number of the other incident.")]
    if any(has_article(original) for original in originals):
        return []
    message = f"{originals[0].number} has no article yet."
    return [
        Finding("duplicate_of", message, "Close that one with its article first, or link an article here.")
    ]


def _unfinished(number: str) -> Finding:
    return Finding(
        "door", f"{number} has no resolution yet.", "Open it beside the incident and write the resolution."
    )
