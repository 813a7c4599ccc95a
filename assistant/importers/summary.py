"""What an import did, counted, and told in sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_NOTES = 60  # distinct remarks that are counted apart; the rest is counted together
REST = "carry further words that are not known"
COUNTS = {  # counter -> how it reads
    "added": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "kept": "with changes made here that were kept",
    "rejected": "rejected",
}


@dataclass
class Summary:
    """The result of an import. created: new people, services and so on by kind. notes: how many rows say what."""

    kind: str
    dry_run: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    created: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # the first rejections
    rejects: str = ""
    resumed_at: int = 0
    seconds: float = 0.0

    def note(self, notes: Mapping[str, int]) -> None:
        """Count remarks about rows; there is room for MOST_NOTES different ones."""
        for text, count in notes.items():
            self.notes[text if text in self.notes or len(self.notes) < MOST_NOTES else REST] += count

    def as_json(self) -> dict[str, Any]:
        """Return what a later process needs to go on counting."""
        return {name: dict(getattr(self, name)) for name in ("counts", "created", "states", "notes")}

    def go_on(self, counted: Mapping[str, Mapping[str, int]]) -> None:
        """Take over the counts of an interrupted import."""
        for name, counts in counted.items():
            getattr(self, name).update(counts)

    def lines(self) -> Iterator[str]:
        """Yield the summary line by line."""
        would = " would be" if self.dry_run else ""
        if self.resumed_at:
            yield f"Went on after row {self.resumed_at:,}, where an earlier import was interrupted."
        yield f"{self.counts['rows']:,} rows read."
        for name, said in COUNTS.items():
            if self.counts[name]:
                yield f"  {self.counts[name]:>9,}{would} {said}"
        if self.states:
            yield f"New {self.kind} by state: " + _listed(self.states)
        if self.created:
            yield ("Would be added: " if self.dry_run else "Added: ") + _listed(self.created)
        for text, count in self.notes.most_common():
            yield f"{count:>11,} {text}"
        yield from self._rejections()
        if self.dry_run:
            yield "Nothing was changed: this was a dry run."

    def _rejections(self) -> Iterator[str]:
        for reason in self.reasons:
            yield f"  rejected: {reason}"
        if self.counts["rejected"] and self.rejects:
            yield f"Rejected rows are in {self.rejects}. Correct them there and import that file."


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.most_common())
