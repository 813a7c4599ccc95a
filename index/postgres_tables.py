"""What PostgreSQL holds of the index, in a schema of its own that can be dropped at any time, and how it is filled.

SQL goes through a Run, so nothing here knows who holds the connection; one process fills at a time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from index import plan
from index.documents import Entry, document_of
from index.rows import Entry as Passage

OLDEST = (0, 8)  # of pgvector: the first that goes on looking where a filter leaves too little
NAME = "="  # before an identifier among the terms of an item: no stem begins so
BUILDING = "512MB"  # of the server's memory, while an index of neighbours is made
LOCKS = 7_249_163_000  # a number for advisory locks that nobody else takes
HALVES = {"vectors": 1, "words": 2}

PLACES = """
CREATE SCHEMA IF NOT EXISTS kintsugi_index;
CREATE TABLE IF NOT EXISTS kintsugi_index.part
    (name text PRIMARY KEY, form text NOT NULL, sequence bigint NOT NULL, mark text NOT NULL);
CREATE TABLE IF NOT EXISTS kintsugi_index.class
    (id serial PRIMARY KEY, scope text UNIQUE NOT NULL, items bigint NOT NULL DEFAULT 0,
     length bigint NOT NULL DEFAULT 0, passages bigint NOT NULL DEFAULT 0, near boolean NOT NULL DEFAULT false)
"""
TABLES = {
    "vectors": """
DROP TABLE IF EXISTS kintsugi_index.passage;
UPDATE kintsugi_index.class SET passages = 0, near = false;
CREATE TABLE kintsugi_index.passage
    (id bigint PRIMARY KEY, item text NOT NULL, class integer NOT NULL, part text NOT NULL,
     vector halfvec(DIMENSION) NOT NULL);
CREATE INDEX passage_class ON kintsugi_index.passage (class);
CREATE INDEX passage_item ON kintsugi_index.passage (item)
""",
    "words": """
DROP TABLE IF EXISTS kintsugi_index.document, kintsugi_index.held;
UPDATE kintsugi_index.class SET items = 0, length = 0;
CREATE TABLE kintsugi_index.document
    (item text PRIMARY KEY, class integer NOT NULL, length integer NOT NULL, title text NOT NULL, text text NOT NULL,
     names text NOT NULL, terms tsvector NOT NULL);
CREATE INDEX document_terms ON kintsugi_index.document USING gin (terms) WITH (fastupdate = off);
CREATE TABLE kintsugi_index.held
    (term text COLLATE "C" NOT NULL, class integer NOT NULL, items bigint NOT NULL, PRIMARY KEY (term, class))
""",
}
CLASSES = """
INSERT INTO kintsugi_index.class (scope)
SELECT DISTINCT scope FROM unnest(CAST(:scopes AS text[])) AS one(scope)
WHERE scope NOT IN (SELECT scope FROM kintsugi_index.class) ON CONFLICT DO NOTHING
"""
PUT_PASSAGES = """
INSERT INTO kintsugi_index.passage (id, item, class, part, vector)
SELECT one.id, one.item, class.id, one.part, CAST(one.vector AS halfvec)
FROM unnest(CAST(:ids AS bigint[]), CAST(:items AS text[]), CAST(:scopes AS text[]), CAST(:parts AS text[]),
            CAST(:vectors AS text[])) AS one(id, item, scope, part, vector)
JOIN kintsugi_index.class USING (scope)
"""
COUNT_PASSAGES = """
UPDATE kintsugi_index.class SET passages = passages + :sign * counted.many
FROM (SELECT class, count(*) AS many FROM kintsugi_index.passage WHERE id = ANY(:ids) GROUP BY class) AS counted
WHERE class.id = counted.class
"""
# A term says of which class the item is, so what is looked up is what may be looked at.
PUT_DOCUMENTS = """
INSERT INTO kintsugi_index.document (item, class, length, title, text, names, terms)
SELECT one.item, class.id, one.length, one.title, one.text, one.names, array_to_tsvector(
    ARRAY(SELECT class.id || '/' || term FROM unnest(string_to_array(one.terms, ' ')) AS own(term)))
FROM unnest(CAST(:items AS text[]), CAST(:scopes AS text[]), CAST(:lengths AS integer[]), CAST(:titles AS text[]),
            CAST(:texts AS text[]), CAST(:names AS text[]), CAST(:terms AS text[]))
    AS one(item, scope, length, title, text, names, terms)
JOIN kintsugi_index.class USING (scope)
"""
COUNT_DOCUMENTS = """
UPDATE kintsugi_index.class
SET items = items + :sign * counted.many, length = class.length + :sign * counted.length
FROM (SELECT class, count(*) AS many, sum(length) AS length FROM kintsugi_index.document
      WHERE item = ANY(:items) GROUP BY class) AS counted
WHERE class.id = counted.class
"""
COUNT_TERMS = """
INSERT INTO kintsugi_index.held (term, class, items)
SELECT substr(lexeme, strpos(lexeme, '/') + 1) AS term, class, :sign * count(*)
FROM kintsugi_index.document, unnest(terms) WHERE item = ANY(:items) GROUP BY term, class
ON CONFLICT (term, class) DO UPDATE SET items = held.items + excluded.items
"""


class Run(Protocol):
    """Runs one statement with values by name, and returns its rows."""

    def __call__(self, sql: str, **values: Any) -> Sequence[Any]:
        """Run it."""


Look = AbstractContextManager[Run]


@dataclass(frozen=True)
class Part:
    """A half as PostgreSQL holds it: of which form, and how far it has come, in whose past."""

    form: str
    sequence: int
    mark: str


@dataclass(frozen=True)
class Class:
    """A permission class: items and stems of them, passages, and whether these have an index of neighbours."""

    id: int
    items: int
    length: int
    passages: int
    near: bool


def parts(run: Run) -> dict[str, Part]:
    """Return the halves that are there."""
    if not run("SELECT 1 WHERE to_regclass('kintsugi_index.part') IS NOT NULL"):
        return {}
    rows = run("SELECT name, form, sequence, mark FROM kintsugi_index.part")
    return {row.name: Part(row.form, row.sequence, row.mark) for row in rows}


def classes(run: Run) -> dict[str, Class]:
    """Return the permission classes of what is there."""
    rows = run("SELECT scope, id, items, length, passages, near FROM kintsugi_index.class")
    return {row.scope: Class(row.id, row.items, row.length, row.passages, row.near) for row in rows}


def lacking(run: Run) -> str:
    """Return what the database lacks to hold vectors, with its cure; empty when nothing."""
    found = run(
        "SELECT extversion FROM pg_available_extensions AS offered"
        " LEFT JOIN pg_extension ON extname = offered.name WHERE offered.name = 'vector'"
    )
    if not found:
        return "PostgreSQL's server has no pgvector: install the package of that name there."
    version = found[0].extversion
    if version is None:
        return "The extension is missing: let a superuser say CREATE EXTENSION vector in this database."
    if tuple(int(number) for number in version.split(".")[:2]) < OLDEST:
        return f"pgvector {version} is too old: let a superuser say ALTER EXTENSION vector UPDATE, to 0.8 at least."
    return ""


def alone(run: Run, half: str) -> bool:
    """Become the only one who fills a half, until the end of this transaction; False while somebody else is."""
    return bool(run("SELECT pg_try_advisory_xact_lock(:key) AS got", key=LOCKS + HALVES[half])[0].got)


def make(run: Run, half: str, form: str, dimension: int) -> None:
    """Make the tables of a half, empty, whatever was there."""
    for statement in f"{PLACES};{TABLES[half]}".split(";"):
        run(statement.replace("DIMENSION", str(int(dimension))))
    run("DELETE FROM kintsugi_index.part WHERE name = :name", name=half)
    run("INSERT INTO kintsugi_index.part VALUES (:name, :form, 0, '')", name=half, form=form)


def arrive(run: Run, half: str, sequence: int, mark: str) -> None:
    """Say how far a half has come."""
    values = {"name": half, "sequence": sequence, "mark": mark}
    run("UPDATE kintsugi_index.part SET sequence = :sequence, mark = :mark WHERE name = :name", **values)


def put_passages(run: Run, passages: Sequence[Passage], gone: Collection[int]) -> None:
    """Add passages, replacing those with the same id, and forget those that are gone."""
    ids = [one.id for one in passages]
    replaced = sorted({*ids, *gone})
    run(COUNT_PASSAGES, sign=-1, ids=replaced)
    run("DELETE FROM kintsugi_index.passage WHERE id = ANY(:ids)", ids=replaced)
    scopes = [one.scope for one in passages]
    run(CLASSES, scopes=scopes)
    texts = [_written(one.vector) for one in passages]
    columns = {"items": [one.item for one in passages], "parts": [one.part for one in passages]}
    run(PUT_PASSAGES, ids=ids, scopes=scopes, vectors=texts, **columns)
    run(COUNT_PASSAGES, sign=1, ids=ids)


def put_documents(run: Run, entries: Sequence[Entry], gone: Collection[str]) -> None:
    """Add items, replacing those of the same name, and forget those that are gone."""
    made = [document_of(entry) for entry in entries]
    items, scopes = [entry.item for entry in entries], [entry.scope for entry in entries]
    _count_documents(run, -1, sorted({*items, *gone}))
    run("DELETE FROM kintsugi_index.document WHERE item = ANY(:items)", items=sorted({*items, *gone}))
    run(CLASSES, scopes=scopes)
    columns = {
        "lengths": [one.length for one in made],
        "titles": [" ".join(one.title) for one in made],
        "texts": [one.text for one in made],
        "names": [" ".join(one.identifiers) for one in made],
        "terms": [
            " ".join({*one.text.split(), *(f"{NAME}{name}" for name in one.identifiers)}) for one in made
        ],
    }
    run(PUT_DOCUMENTS, items=items, scopes=scopes, **columns)
    _count_documents(run, 1, items)


@contextmanager
def building(run: Run) -> Iterator[bool]:
    """Become the only one who makes indexes of neighbours; False while somebody else is. run: outside transactions."""
    alone = bool(run("SELECT pg_try_advisory_lock(:key) AS got", key=LOCKS)[0].got)
    try:
        yield alone
    finally:
        if alone:
            run("SELECT pg_advisory_unlock(:key)", key=LOCKS)


def due(found: Mapping[str, Class]) -> list[int]:
    """Return the classes that have become large enough for an index of neighbours, and have none."""
    return [one.id for one in found.values() if one.passages >= plan.SHELVED_FROM and not one.near]


def build(run: Run, number: int) -> None:
    """Make the index of neighbours of a class, while others read and write. run: outside any transaction.

    One that was left unfinished is made again.
    """
    number = int(number)
    run(f"DROP INDEX CONCURRENTLY IF EXISTS kintsugi_index.near_{number}")
    run("SELECT set_config('maintenance_work_mem', :memory, false)", memory=BUILDING)
    try:
        run(
            f"CREATE INDEX CONCURRENTLY near_{number} ON kintsugi_index.passage"
            f" USING hnsw (vector halfvec_ip_ops) WHERE class = {number}"
        )
    finally:
        run("RESET maintenance_work_mem")
    run("UPDATE kintsugi_index.class SET near = true WHERE id = :number", number=number)


def _count_documents(run: Run, sign: int, items: Sequence[str]) -> None:
    run(COUNT_DOCUMENTS, sign=sign, items=items)
    run(COUNT_TERMS, sign=sign, items=items)


def _written(vector: Any) -> str:
    """Return a vector in half precision as PostgreSQL reads it; five digits tell two such numbers apart."""
    return "[" + ",".join([f"{number:.5g}" for number in vector.astype(np.float16).tolist()]) + "]"
