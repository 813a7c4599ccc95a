"""A desk of any size in a minute for each 100,000 items: incidents of two passages, their rows and their index.

Texts are recombined from real sentences. The vectors of the first ones and of the planted documents are the model's
own; those of the others are mixed from these, two and two. Six groups see a share each that nobody else sees.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from assistant import dataset
from assistant.desk.incident import Incident
from assistant.desk.people import Group
from assistant.runtime import Runtime
from bench import desks
from bench.texts import Text, Vectors, embedded, mixed, read, recombined
from index.encoder import Encoder
from kb.corpus import Passage
from kb.embeddings import Counter, Embedding, Mark
from kb.passages import Piece, cut

SHARES = {1: 0.3, 2: 0.1, 3: 0.03, 4: 0.01, 5: 0.003, 6: 0.001}  # group -> share of all incidents
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = 5_000
OF_ITEM = 2  # passages
REAL = 500  # recombined items whose vectors are the model's own


@dataclass(frozen=True)
class Planted:
    """Real documents, real questions, and which documents answer each, by place."""

    texts: Sequence[Text]
    asked: Sequence[str]
    answers: Sequence[Mapping[int, float]]


def planted(data: Path, questions: int) -> Planted:
    """Return some questions of every set of a folder, and all documents that answer one of them."""
    texts: list[Text] = []
    asked: list[str] = []
    answers: list[Mapping[int, float]] = []
    for folder in desks.folders(data):
        one = dataset.read(folder)
        documents, places = {str(record["id"]): record for record in one.documents}, dict[str, int]()
        chosen = [query for query in one.queries if str(query["id"]) in one.judged]
        for place in np.random.default_rng(7).permutation(len(chosen))[:questions].tolist():
            judged = {
                name: gain for name, gain in one.judged[str(chosen[place]["id"])].items() if name in documents
            }
            for name in judged.keys() - places.keys():
                places[name] = len(texts)
                title, about, solution = dataset.parts(documents[name])
                texts.append(Text(title, f"{about}\n{solution}".strip() or title))
            asked.append(dataset.text_of(chosen[place]))
            answers.append({places[name]: gain for name, gain in judged.items()})
    return Planted(texts, asked, answers)


@dataclass
class Large:
    """What a desk of so many incidents holds. The planted ones come first; the same every time."""

    data: Path
    encoder: Encoder
    size: int
    plants: Planted

    @cached_property
    def sentences(self) -> list[str]:
        """The sentences of all sets."""
        return read(self.data, 0)[0]

    @cached_property
    def own(self) -> Vectors:
        """Vectors of the model's own: of the planted documents, then of the first recombined ones."""
        first = [*self.plants.texts, *recombined(self.sentences, REAL)]
        return embedded(self.encoder, [piece for text in first for piece in pieces(text)])

    @cached_property
    def groups(self) -> Any:
        """Of each incident the group that alone sees it, 0 for those that all agents see."""
        drawn = np.random.default_rng(8).random(self.size)
        drawn[: len(self.plants.texts)] = 1
        return np.searchsorted(np.cumsum(list(SHARES.values())), drawn, side="right") + 1

    def scope(self, place: int) -> str:
        """Return the permission class of an incident."""
        group = int(self.groups[place])
        return f"incident:group:{group}" if group in SHARES else "incident"

    def parts(self) -> Iterator[tuple[int, list[Text], Vectors]]:
        """Yield the incidents, some at a time: the place of the first, texts, and a vector for each passage."""
        known = len(self.own) // OF_ITEM
        for start in range(0, self.size, AT_ONCE):
            count = min(AT_ONCE, self.size - start)
            texts = [*self.plants.texts[start : start + count]]
            texts += recombined(self.sentences, count - len(texts), seed=start + 9)
            vectors = mixed(self.own, OF_ITEM * count, seed=start + 10)
            if start < known:
                own = self.own[OF_ITEM * start : OF_ITEM * (start + count)]
                vectors[: len(own)] = own
            yield start, texts, vectors


def pieces(text: Text) -> list[Piece]:
    """Return the two passages of an item: its title and its symptoms."""
    found = cut(
        [
            Passage("title", text.title or "Untitled"),
            Passage("symptoms", text.said or text.title or "Nothing"),
        ]
    )
    return found[:OF_ITEM]


def fill(runtime: Runtime, large: Large) -> None:
    """Write rows and index, and save it as the worker does."""
    write(runtime, large)
    with runtime.reading() as db:
        runtime.live.catch_up(db)
    runtime.live.save()


def write(runtime: Runtime, large: Large) -> None:
    """Write the rows."""
    recipe = large.encoder.recipe.fingerprint()
    with runtime.writing() as db:
        for number in SHARES:
            named = {"name": f"Group {number}", "description": "", "restricted": True, "active": True}
            db.execute(insert(Group).values(id=number, **named))
        db.commit()
    for part in large.parts():
        with runtime.writing() as db:
            _write(db, large, part, recipe)
            db.commit()
    last = OF_ITEM * large.size
    with runtime.writing() as db:
        db.execute(insert(Counter).values(id=1, value=last, mark="filled"))
        db.execute(insert(Mark).values(sequence=last, mark="filled"))
        db.commit()


def _write(db: Session, large: Large, part: tuple[int, list[Text], Vectors], recipe: str) -> None:
    start, texts, vectors = part
    db.execute(insert(Incident), [_incident(large, start + place, text) for place, text in enumerate(texts)])
    rows = []
    for place, text in enumerate(texts, start):
        for which, piece in enumerate(pieces(text)):
            number = OF_ITEM * place + which
            where = {"item_id": place + 1, "scope": large.scope(place), "recipe": recipe}
            rows.append({**where, **_embedding(number, piece, vectors[number - OF_ITEM * start])})
    db.execute(insert(Embedding), rows)


def _incident(large: Large, place: int, text: Text) -> dict[str, Any]:
    group = int(large.groups[place])
    told = {
        "title": text.title[:200] or "Untitled",
        "symptoms": text.said,
        "resolution": "Restarted the service.",
    }
    told |= {"state": "closed", "phase": "closed", "recorded_at": NOW, "updated_at": NOW}
    return {"id": place + 1, "restricted_to_id": group if group in SHARES else None, **told}


def _embedding(number: int, piece: Piece, vector: Any) -> dict[str, Any]:
    said = {
        "part": piece.part,
        "ordinal": 0,
        "lead": piece.lead,
        "text": piece.text,
        "text_hash": piece.digest,
    }
    state = {"vector": vector.tobytes(), "stale": False, "deleted": False}
    return {"id": number + 1, "sequence": number + 1, "corpus": "incident", **said, **state}
