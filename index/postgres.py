"""Both halves as PostgreSQL answers them, by pgvector and full text, with the verbs of the embedded ones.

A permission class is what an index holds, so nothing of a hidden one takes part: a large class has an index of
neighbours of its own, and every term of an item begins with the item's class. PostgreSQL proposes here; what it
proposes is scored by the same code as in the embedded halves.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from index import questions
from index.errors import RecipeMismatch
from index.hits import Allowed, Hit
from index.lexical import K1, B, Document, Evidence, Question, weigh
from index.postgres_tables import NAME, Class, Look, Part, Run
from index.questions import Counts, Strange, in_one_piece
from index.rows import Rows, Vector
from index.tokens import words_by_stem

PASSAGES = 4  # that are looked at for each item that is wanted
LEAST_LOOKED, MOST_LOOKED = 200, 1000  # neighbours that a search keeps in view; pgvector knows no more
PROPOSED = 6  # items that are weighed for each that is wanted
POSTINGS = 20_000  # of the rarest terms, which propose
EXACT_FIRST = 1000.0  # more than any sum of words
SCALE = 1e6  # sums of whole numbers do not depend on their order

FAR = "SELECT id, item, vector <#> CAST(:asked AS halfvec) AS far FROM kintsugi_index.passage "
NEAR = f"{FAR} WHERE class = CAST(:number AS integer) ORDER BY far LIMIT :many"
EXACT = f"""{FAR} WHERE class = ANY(:numbers) OR (item = ANY(:items) AND class <> ALL(:open))
ORDER BY far, id LIMIT :many"""
PASSAGE = "SELECT id, item, part, halfvec_send(vector) AS vector FROM kintsugi_index.passage "
OF_IDS = f"{PASSAGE} WHERE id = ANY(:ids)"
OF_ITEMS = f"{PASSAGE} WHERE item = ANY(:items)"
# Only the index can give the order: whatever the planner guesses of a class, it is asked for its neighbours.
BY_INDEX = """
SELECT set_config('hnsw.ef_search', CAST(:looked AS text), true),
       set_config('hnsw.iterative_scan', 'strict_order', true),
       set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
       set_config('plan_cache_mode', 'force_custom_plan', true)
"""
SINGLY = """
SELECT item, length, substr(lexeme, strpos(lexeme, '/') + 1) AS term
FROM kintsugi_index.document, unnest(terms) WHERE item = ANY(:items) AND class <> ALL(:open)
"""
SIZE = """
SELECT count(*) AS items, coalesce(sum(length), 0) AS length
FROM kintsugi_index.document WHERE item = ANY(:items) AND class <> ALL(:open)
"""
HAVING = f"""
SELECT term, CAST(sum(items) AS bigint) AS items FROM (
    SELECT term, items FROM kintsugi_index.held WHERE term = ANY(:terms) AND class = ANY(:open) AND items > 0
    UNION ALL SELECT term, 1 FROM ({SINGLY}) AS own WHERE term = ANY(:terms)
) AS both_ GROUP BY term
"""  # noqa: S608 - of our own constants
BEGINNING = f"""
SELECT CAST(coalesce(sum(items), 0) AS bigint) AS items FROM (
    SELECT items FROM kintsugi_index.held
    WHERE term >= :word AND term < :word || chr(1114111) AND class = ANY(:open) AND items > 0
    UNION ALL SELECT 1 FROM ({SINGLY}) AS own WHERE starts_with(term, :word)
) AS both_
"""  # noqa: S608 - of our own constants
PROPOSE = f"""
WITH asked AS (
    SELECT * FROM unnest(CAST(:queries AS text[]), CAST(:terms AS text[]), CAST(:begun AS boolean[]),
                         CAST(:weights AS float8[])) AS one(query, term, begun, weight)
)
SELECT item FROM (
    SELECT item, length, weight FROM asked JOIN kintsugi_index.document ON terms @@ CAST(query AS tsquery)
    WHERE query <> ''
    UNION ALL
    SELECT item, length, weight FROM ({SINGLY}) AS own
    JOIN asked ON own.term = asked.term OR (begun AND starts_with(own.term, asked.term))
) AS found
GROUP BY item ORDER BY sum(CAST(:scale * weight / (1 + :slope * length + :least) AS bigint)) DESC, item LIMIT :many
"""  # noqa: S608 - of our own constants
DOCUMENTS = "SELECT item, title, text, names FROM kintsugi_index.document WHERE item = ANY(:items)"


@dataclass
class _Half:
    """A half as one session sees it. look: opens a look at the database, after which nothing that it set is left."""

    look: Callable[[], Look]
    classes: Mapping[str, Class]
    part: Part

    @property
    def sequence(self) -> int:
        """How far it has come."""
        return self.part.sequence

    @property
    def mark(self) -> str:
        """In whose past."""
        return self.part.mark

    def _limits(self, allowed: Allowed) -> dict[str, Any]:
        """Return what may be looked at: the numbers of classes, and single items."""
        numbers = [self.classes[scope].id for scope in sorted(allowed.scopes) if scope in self.classes]
        return {"open": numbers, "items": sorted(allowed.items)}


@dataclass
class Vectors(_Half):
    """The dense half of one session."""

    dimension: int

    @property
    def count(self) -> int:
        """The number of passages that can be found."""
        return sum(one.passages for one in self.classes.values())

    def ids(self) -> set[int]:
        """Return the ids of all passages that can be found."""
        with self.look() as run:
            return {row.id for row in run("SELECT id FROM kintsugi_index.passage")}

    def search(self, query: Vector, k: int, allowed: Allowed) -> list[Hit]:
        """Return the k nearest items among what is allowed, best first, each by its best passage.

        query: float32, shape (dimension,), length 1. Score is the cosine in [-1, 1].
        Raises RecipeMismatch for another dimension.
        """
        if query.shape != (self.dimension,):
            raise RecipeMismatch(f"The query does not have the {self.dimension} numbers of this index.")
        many = PASSAGES * k
        while k > 0:
            with self.look() as run:
                found = self._near(run, query, allowed, many)
                best = sorted((row.far, row.id, row.item) for some in found for row in some)[:many]
                if len({item for *_, item in best}) >= k or len(best) < many:
                    ids = [passage for _, passage, _ in best]
                    return self._rows(run(OF_IDS, ids=ids)).best(query, k)
            many *= 4
        return []

    def score(self, queries: Sequence[Vector], items: Collection[str]) -> list[dict[str, list[Hit]]]:
        """Return for each query every passage of each of these items, best first; items without any are left out."""
        with self.look() as run:
            rows = self._rows(run(OF_ITEMS, items=sorted(items)))
        return [rows.by_item(query) for query in queries]

    def _near(self, run: Run, query: Vector, allowed: Allowed, many: int) -> list[Sequence[Any]]:
        """Return proposals: of all that is few, exactly, and of each large class by its own neighbours."""
        asked = "[" + ",".join(map(str, query.tolist())) + "]"
        large = [
            one.id for scope, one in sorted(self.classes.items()) if scope in allowed.scopes and one.near
        ]
        limits = self._limits(allowed)
        few = [number for number in limits["open"] if number not in large]
        found = [run(EXACT, numbers=few, **limits, asked=asked, many=many)]
        if large:
            run(BY_INDEX, looked=min(max(many, LEAST_LOOKED), MOST_LOOKED))
        return found + [run(NEAR, number=number, asked=asked, many=many) for number in large]

    def _rows(self, found: Sequence[Any]) -> Rows:
        sent = b"".join(bytes(row.vector)[4:] for row in found)  # after the dimension, which all share
        return Rows(
            np.array([row.id for row in found], dtype=np.int64),
            np.array([row.item.encode() for row in found], dtype=np.bytes_),
            np.array([row.part.encode() for row in found], dtype=np.bytes_),
            np.frombuffer(sent, ">f2").reshape(-1, self.dimension).astype(np.float32),
        )


@dataclass
class Words(_Half):
    """The lexical half of one session."""

    _having: dict[tuple[Allowed, str], int] = field(default_factory=dict, repr=False)
    _documents: dict[str, Document] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        """The number of items that can be found."""
        return sum(one.items for one in self.classes.values())

    def items(self) -> set[str]:
        """Return the names of all items that can be found."""
        with self.look() as run:
            return {row.item for row in run("SELECT item FROM kintsugi_index.document")}

    @staticmethod
    def said(text: str) -> dict[str, list[str]]:
        """Return the words of a text, in small letters and in their order, by each of their stems."""
        return words_by_stem(text)

    def ask(
        self, text: str, allowed: Allowed, *, unfinished: bool = False, strange: Strange | None = None
    ) -> Question:
        """Return what a text asks, its words weighed by how rare they are among what may be looked at."""
        with self.look() as run:
            own = run(SIZE, **self._limits(allowed))[0] if allowed.items else None
            is_open = [self.classes[scope] for scope in allowed.scopes if scope in self.classes]
            items = sum(one.items for one in is_open) + (own.items if own else 0)
            length = sum(one.length for one in is_open) + (own.length if own else 0)
            counts = Counts(
                items,
                length / max(items, 1),
                having=lambda some: self._counted(run, some, allowed),
                beginning=lambda word: min(items, self._begun(run, word, allowed)),
            )
            return questions.question(text, counts, unfinished=unfinished, strange=strange or in_one_piece)

    def search(self, question: Question, k: int, allowed: Allowed) -> list[Hit]:
        """Return the k items that say most of what is asked, best first; items with an asked identifier lead."""
        if k <= 0:
            return []
        with self.look() as run:
            asked = self._proposing(run, question, allowed)
            proposed = [row.item for row in run(PROPOSE, **asked, many=PROPOSED * k)] if asked else []
        evidence = self.weigh(question, proposed)
        hits = [
            Hit(0, one.item, one.score * question.reach + EXACT_FIRST * len(one.identifiers))
            for one in evidence.values()
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.item))[:k]

    def weigh(self, question: Question, items: Collection[str]) -> dict[str, Evidence]:
        """Return what speaks for each of these items by its words; items that are not here are left out."""
        missing = sorted(set(items) - self._documents.keys())
        if missing:
            with self.look() as run:
                for row in run(DOCUMENTS, items=missing):
                    words = row.title.split(), row.text, row.names.split()
                    self._documents[row.item] = Document(row.item, *words)
        return {item: weigh(question, self._documents[item]) for item in items if item in self._documents}

    def _counted(self, run: Run, terms: Collection[str], allowed: Allowed) -> dict[str, int]:
        """Return how many allowed items have each of some terms; remembered, because search asks again."""
        unknown = sorted({term for term in terms if (allowed, term) not in self._having})
        if unknown:
            self._having |= {(allowed, term): 0 for term in unknown}
            for row in run(HAVING, terms=unknown, **self._limits(allowed)):
                self._having[allowed, row.term] = row.items
        return {term: self._having[allowed, term] for term in terms if self._having[allowed, term]}

    def _begun(self, run: Run, word: str, allowed: Allowed) -> int:
        """Return how many have a term that begins so, an item with two of them twice."""
        return int(run(BEGINNING, word=word, **self._limits(allowed))[0].items)

    def _proposing(self, run: Run, question: Question, allowed: Allowed) -> dict[str, Any]:
        """Return the rarest of what is asked, as many as there are postings to spend, as the values of a proposal."""
        weights = {stem: question.counts[stem] * weight for stem, weight in question.weights.items()}
        weights |= {f"{NAME}{name}": EXACT_FIRST for name in question.identifiers}
        having = self._counted(run, weights, allowed)
        if question.beginning:
            having[question.beginning] = self._begun(run, question.beginning, allowed)
        spent, terms = 0, list[str]()
        for term in sorted(having, key=lambda one: (having[one], one)):
            spent += having[term]
            if terms and spent > POSTINGS:
                break
            terms.append(term)
        if not terms:
            return {}
        limits = self._limits(allowed)
        return limits | {
            "terms": terms,
            "queries": [_query(term, limits["open"], term == question.beginning) for term in terms],
            "begun": [term == question.beginning for term in terms],
            "weights": [weights[term] for term in terms],
            "scale": SCALE,
            "slope": K1 * B / (question.mean_length or 1),
            "least": K1 * (1 - B),
        }


def _query(term: str, numbers: Sequence[int], begins: bool) -> str:
    """Return the full-text query for a term in these classes."""
    quoted = term.replace("\\", "\\\\").replace("'", "''")
    return " | ".join(f"'{number}/{quoted}'{':*' if begins else ''}" for number in numbers)
