"""What people chose and turned down of what was shown to them, and how likely anybody looks at each place."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from assistant.backtest.cases import Item
from index import refit
from kb.feedback import Search, Showing

PLACES = 10
TAKEN = ("used", "reference")


@dataclass
class Chosen:
    """What was done with the hits of one incident. place: of what was used, or else of what was turned down first."""

    place: int | None = None
    rejected: set[Item] = field(default_factory=set)


@dataclass(frozen=True)
class Record:
    """The choices by incident. looked_at: how likely people look at each place, the first one first."""

    chosen: Mapping[int, Chosen]
    looked_at: Sequence[float]

    def seen(self, incident_id: int) -> float:
        """Return how likely somebody saw what was chosen for an incident; 1 where it was found in another way."""
        place = self.of(incident_id).place
        return self.looked_at[min(place, PLACES) - 1] if place else 1.0

    def of(self, incident_id: int) -> Chosen:
        """Return what was chosen for an incident."""
        return self.chosen.get(incident_id, Chosen())


def read(db: Session, ids: Collection[int]) -> Record:
    """Return what was chosen for these incidents; how people look is learned from all of the record."""
    chosen: dict[int, Chosen] = defaultdict(Chosen)
    said = (Search.incident_id.in_(ids), Showing.choice.in_(("used", "rejected")))
    columns = (Search.incident_id, Showing.corpus, Showing.item_id, Showing.choice, Showing.rank)
    rows = db.execute(
        select(*columns).join(Showing).where(*said).order_by(Showing.choice.desc(), Showing.rank)
    )
    for incident_id, corpus, item_id, choice, rank in rows:  # what was used comes first
        one = chosen[incident_id]
        one.place = one.place or rank
        if choice == "rejected":
            one.rejected.add((corpus, item_id))
    return Record(chosen, refit.looked_at(_places(db)))


def _places(db: Session) -> list[tuple[float, float]]:
    """Return for each place what was promised there and how often it was taken, where somebody chose at all."""
    answered = select(Showing.search_id).where(Showing.choice.in_((*TAKEN, "rejected")))
    taken = func.sum(case((Showing.choice.in_(TAKEN), 1), else_=0))
    shown = select(Showing.rank, func.sum(Showing.score), taken).where(Showing.search_id.in_(answered))
    rows = db.execute(shown.where(Showing.rank <= PLACES).group_by(Showing.rank))
    found = {rank: (float(promised), float(chosen)) for rank, promised, chosen in rows}
    return [found.get(place, (0.0, 0.0)) for place in range(1, PLACES + 1)]
