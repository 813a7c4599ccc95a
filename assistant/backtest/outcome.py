"""What came of asking one incident again, by each ranking; plain values, kept as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

PRODUCT = "product"


class Sight(NamedTuple):
    """A hit as it was then. version: of an article, else 0; part, ordinal: the passage that fitted best."""

    corpus: str
    item_id: int
    version: int
    part: str
    ordinal: int


@dataclass(frozen=True)
class Outcome:
    """One incident, asked as of its recording.

    answers: how many answers there were; 0: nobody had solved it before; None: nobody has confirmed any.
    places: by ranking, the places at which answers were found. chance: of the first hit; right: whether it was one.
    shown: the first hits. answer: the best placed answer, and place where it stood, as far as anybody looked.
    ended_at: when it was resolved, as ISO 8601 in UTC, "" while it is open.
    shown_parts, answer_parts: what spoke for the first hit and for the answer, where the answer did not come first.
    """

    incident_id: int
    answers: int | None
    places: Mapping[str, Sequence[int]]
    chance: float
    right: bool
    shown: Sequence[Sight]
    service_id: int | None = None
    language: str = ""
    ended_at: str = ""
    answer: Sight | None = None
    place: int | None = None
    shown_parts: Mapping[str, float] = field(default_factory=dict)
    answer_parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def judged(self) -> bool:
        """Whether it is known what was right, be it that nobody knew."""
        return self.answers is not None

    @property
    def first(self) -> int | None:
        """The place of the first answer in the desk's own ranking, None when it was not found."""
        return min(self.places.get(PRODUCT, ()), default=None)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Outcome":
        """Return what was kept as JSON."""
        shown = [Sight(*sight) for sight in kept["shown"]]
        answer = Sight(*kept["answer"]) if kept["answer"] else None
        return cls(**{**kept, "shown": shown, "answer": answer})
