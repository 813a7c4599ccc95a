"""Who is looking: the person, and which permission classes of items they may read."""

from dataclasses import dataclass

RANKS = ("anonymous", "requester", "agent", "coach", "manager", "administrator")
READS = {  # permission class -> the least role that reads it; classes with a group at the end ask for membership too
    "article:public": "anonymous",
    "article:requesters": "requester",
    "article:internal": "agent",
    "article:wip": "agent",
    "article:archived": "agent",
    "incident": "agent",
    "notice": "requester",
    "phrase": "agent",
}
IN_GROUP = ("article:team", "incident:group", "phrase")


@dataclass(frozen=True)
class Viewer:
    """A person as permission sees them.

    person_id: None for somebody not signed in. own: ids of the incidents that a requester filed or watches.
    """

    person_id: int | None
    role: str
    group_ids: frozenset[int] = frozenset()
    own: frozenset[int] = frozenset()

    def ranks(self, role: str) -> bool:
        """Say whether this viewer has the given role or a higher one."""
        return RANKS.index(self.role) >= RANKS.index(role)

    def reads(self, scope: str) -> bool:
        """Say whether this viewer may read items of the given permission class; unknown classes are refused."""
        kind, _, group = scope.rpartition(":")
        if kind in IN_GROUP and group.isdigit():
            return self.ranks("agent") and int(group) in self.group_ids
        return scope in READS and self.ranks(READS[scope])


ANONYMOUS = Viewer(None, "anonymous")
ANY_AGENT = Viewer(None, "agent")  # reads what every agent reads, and nothing of a restricted group
