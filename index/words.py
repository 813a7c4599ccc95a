"""The lexical half: one document per item in Tantivy; questions are built here, so no query syntax can reach it."""

import fcntl
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import RLock

import tantivy
from tantivy import Occur, Query

from index import documents, footer, questions
from index.documents import MARK, Entry
from index.errors import IndexDamaged, WriterBusy
from index.hits import Allowed, Hit
from index.lexical import Document, Evidence, Question, rarity, weigh
from index.questions import Counts, Strange, in_one_piece
from index.tokens import words_by_stem

HEAP_BYTES = 50_000_000
LOCK = ".tantivy-writer.lock"
EXACT_FIRST = 1000.0  # more than any sum of words
LENGTH = " "  # no stem has a space: the place of the summed lengths among the counts
MOST_READ = 1_000  # items whose words are kept at hand
MOST_COUNTED = 4_000  # counts of single items that are: those of some hundred questions
WIDE = 0.5  # share of all items: whoever may read more gets the best of all, less what is hidden
AHEAD = 3  # times more hits are asked for then
ANY = " *"  # after a stem: the place of those that begin with it
FIELDS = documents.schema()

Scopes = frozenset[str] | None  # permission classes; None: all of them


class Reader:
    """The index as it was at one moment: where something is in it, or how often, means nothing to another one.

    Whoever asks takes one and stays with it, so that what is counted in it can never be read in a later one.
    """

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self.items = int(searcher.num_docs) - 1  # the mark is a document too
        self._read: dict[tuple[int, int], Document] = {}  # what was read last: it is looked at several times
        self._counts: dict[str | Scopes, dict[str, int]] = {}  # of a class, and of all that somebody may read
        self._lately: dict[tuple[bytes, str], int] = {}  # of single items: whoever types asks for them again

    def found(self, query: Query, k: int) -> Iterator[tuple[float, Document]]:
        """Return the k items that fit a query best, each with its score."""
        for score, address in self.searcher.search(query, limit=k, count=False).hits:
            yield score, self.document(address)

    def document(self, address: tantivy.DocAddress) -> Document:
        """Return an item as it was written."""
        place = address.segment_ord, address.doc
        held = self._read.get(place)
        if held is None:
            if len(self._read) >= MOST_READ:
                self._read = {}
            held = self._read[place] = documents.read(self.searcher.doc(address))
        return held

    def count(self, scopes: Scopes, stem: str = "") -> int:
        """Return how many items of these classes have a stem, or how many there are."""
        return self._once(scopes, stem, lambda: sum(self._having(scope, stem) for scope in _each(scopes)))

    def beginning(self, scopes: Scopes, word: str) -> int:
        """Return how many items of these classes have a stem that begins so."""
        allowed = None if scopes is None else Allowed(scopes)
        return self._once(scopes, f"{word}{ANY}", lambda: self.counted(_filter(allowed), _begins(word)))

    def length(self, scopes: Scopes) -> int:
        """Return how many stems the items of these classes have together."""
        return self._once(scopes, LENGTH, lambda: sum(self._length(scope) for scope in _each(scopes)))

    def counted(self, query: Query, having: Query | None = None) -> int:
        """Return how many items fit a query, or two of them; counted anew."""
        both = query if having is None else Query.boolean_query([(Occur.Must, having), (Occur.Must, query)])
        return int(self.searcher.search(both, limit=1, count=True).count)

    def summed(self, query: Query) -> int:
        """Return how many stems the items that fit a query have together; counted anew."""
        total = self.searcher.aggregate(query, {"total": {"sum": {"field": "length"}}})
        return int(total["total"]["value"] or 0)

    def frequency(self, stem: str) -> int:
        """Return how many items have a stem, hidden and replaced ones included."""
        return int(self.searcher.doc_freq("text", stem))

    def lately(self, digest: bytes, name: str, count: Callable[[], int]) -> int:
        """Return what is remembered under a name of single items with this digest, or count it now."""
        found = self._lately.get((digest, name))
        if found is None:
            found = count()
            if len(self._lately) >= MOST_COUNTED:
                self._lately = {}
            self._lately[digest, name] = found
        return found

    def _once(self, which: str | Scopes, name: str, count: Callable[[], int]) -> int:
        """Return what is remembered under a name of a class, or of several, or count it now."""
        known = self._counts.setdefault(which, {})
        found = known.get(name)
        if found is None:
            found = known[name] = count()
        return found

    def _having(self, scope: str | None, stem: str) -> int:
        """Return how many items of a class have a stem: each such pair is a term of its own."""
        if scope is None:
            return self.counted(_filter(None), _term("text", stem) if stem else None)
        name, value = ("held", f"{scope}/{stem}") if stem else ("scope", scope)
        return self._once(
            scope,
            stem,
            lambda: self.counted(_term(name, value)) if self.searcher.doc_freq(name, value) else 0,
        )

    def _length(self, scope: str | None) -> int:
        if scope is None:
            return self.summed(_filter(None))
        return self._once(scope, LENGTH, lambda: self.summed(_term("scope", scope)))


class Portion:
    """What one question may look at, of one moment.

    Single items may be thousands. So nothing keeps their names longer than the question lasts: what is counted of them
    is remembered by a digest, and not for long; what is counted of whole classes is, until the index changes.
    """

    def __init__(self, reader: Reader, allowed: Allowed | None) -> None:
        self._reader, self._scopes = reader, allowed.scopes if allowed else None
        self._items = allowed.items if allowed else frozenset()

    def counts(self) -> Counts:
        """Return what is known of these items."""
        items = self._count()
        length = self._reader.length(self._scopes) + self._own(LENGTH, self._reader.summed)
        return Counts(items, length / max(items, 1), having=self._having, beginning=self._beginning)

    def _having(self, some: Collection[str]) -> dict[str, int]:
        """Return how many items have each of some stems, those that none has left out."""
        held = filter(self._reader.frequency, some)
        return {stem: count for stem in held if (count := self._count(stem))}

    def _beginning(self, word: str) -> int:
        own = self._own(f"{word}{ANY}", lambda own: self._reader.counted(own, _begins(word)))
        return self._reader.beginning(self._scopes, word) + own

    def _count(self, stem: str = "") -> int:
        """Return how many items have a stem, or how many there are."""
        own = self._own(stem, lambda own: self._reader.counted(own, _term("text", stem) if stem else None))
        return self._reader.count(self._scopes, stem) + own

    def _own(self, name: str, count: Callable[[Query], int]) -> int:
        """Return what is counted of the single items, without those of the classes."""
        return self._reader.lately(self._digest, name, lambda: count(self._besides)) if self._items else 0

    @cached_property
    def _digest(self) -> bytes:
        return sha256(repr((sorted(self._scopes or ()), sorted(self._items))).encode()).digest()

    @cached_property
    def _besides(self) -> Query:
        """What limits a search to the single items, without those of the classes."""
        items = Query.term_set_query(FIELDS, "item", sorted(self._items))
        closed = [(Occur.MustNot, _term("scope", scope)) for scope in sorted(self._scopes or ())]
        return Query.boolean_query([(Occur.Must, items), *closed])


class Words:
    """An index on disk: any number of readers, one writer at a time. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index of a folder; raises IndexDamaged when it is missing, altered, or of another form."""
        footer.verify(folder)
        self.folder, self.sequence, self.mark = folder, 0, ""
        self._lock = RLock()
        self._writer: tantivy.IndexWriter | None = None
        with footer.named(folder):
            self._index = documents.opened(FIELDS, folder)
        self.reload()

    @classmethod
    def create(cls, folder: Path) -> "Words":
        """Make an empty index, whatever was in the folder; raises WriterBusy while another process writes there."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise WriterBusy(f"Another process is writing the word index in {folder}.") from error
            for file in folder.iterdir():
                if file.name != LOCK:
                    file.unlink()
        writer = documents.opened(FIELDS, folder).writer(HEAP_BYTES, 1)
        documents.mark(writer, 0)
        writer.commit()
        writer.wait_merging_threads()
        return cls(folder)

    @property
    def count(self) -> int:
        """The number of items that can be found."""
        return self._reader.items

    def items(self) -> set[str]:
        """Return the names of all items that can be found."""
        searcher = self._reader.searcher
        hits = searcher.search(Query.all_query(), limit=int(searcher.num_docs), count=False).hits
        return {searcher.doc(address).get_first("item") for _, address in hits} - {MARK}

    def put(self, entries: Iterable[Entry]) -> None:
        """Add items, replacing those of the same name; seen by nobody before commit. Raises WriterBusy."""
        with self._lock:
            writer = self._writing()
            for entry in entries:
                writer.delete_documents_by_term("item", entry.item)
                writer.add_document(documents.written(entry))

    def drop(self, items: Iterable[str]) -> None:
        """Forget these items; seen by nobody before commit; unknown ones are ignored. Raises WriterBusy."""
        with self._lock:
            writer = self._writing()
            for item in items:
                writer.delete_documents_by_term("item", item)

    def commit(self, sequence: int, mark: str = "") -> None:
        """Make all changes seen at once, with how far they go and in whose past, and let another process write."""
        with self._lock:
            writer = self._writing()
            documents.mark(writer, sequence, mark)
            writer.commit()
            writer.wait_merging_threads()
            self._writer = None
            self.reload()

    def reload(self) -> None:
        """See what was last committed by any process; raises IndexDamaged when that cannot be read."""
        with self._lock, footer.named(self.folder):
            self._index.reload()
            searcher = self._index.searcher()
            hits = searcher.search(_term("item", MARK), limit=1, count=False).hits
            mark = searcher.doc(hits[0][1]) if hits else None
            if mark is None or mark.get_first("exact") != str(documents.FORM):
                raise IndexDamaged(
                    f"The word index in {self.folder} has another form than this version reads."
                )
            self._reader = Reader(searcher)
            self.sequence, self.mark = int(mark.get_first("sequence")), mark.get_first("title") or ""

    def ask(
        self,
        text: str,
        allowed: Allowed | None = None,
        *,
        unfinished: bool = False,
        strange: Strange | None = None,
    ) -> Question:
        """Return what a text asks, its words weighed by how rare they are among what may be looked at.

        A word that nothing there has is taken for the nearest one that something has; unfinished: the text is still
        being typed, so that its last word may be the beginning of one. strange: how strange the model finds a word.
        """
        counts = Portion(self._reader, allowed).counts()
        return questions.question(text, counts, unfinished=unfinished, strange=strange or in_one_piece)

    def search(self, question: Question, k: int, allowed: Allowed | None = None) -> list[Hit]:
        """Return the k items that say most of what is asked, best first; items with an asked identifier lead."""
        reader = self._reader
        wanted = [
            Query.boost_query(
                _term("text", stem, "freq"),
                max(question.counts[stem] * weight, 1e-6) / _own_weight(reader, stem),
            )
            for stem, weight in question.weights.items()
            if stem != question.beginning
        ]
        if question.beginning:
            weight = max(question.weights.get(question.beginning, 0.0), 1e-6)
            wanted.append(Query.const_score_query(_begins(question.beginning), weight))
        wanted += [
            Query.const_score_query(_term("exact", name), EXACT_FIRST) for name in question.identifiers
        ]
        if not wanted or k <= 0:
            return []
        asked = Query.boolean_query([(Occur.Should, query) for query in wanted])
        if allowed and question.items > WIDE * reader.items:
            found = _left_over(reader, asked, k, allowed)
            if found is not None:
                return found
        return [Hit(0, document.item, score) for score, document in reader.found(_within(asked, allowed), k)]

    @staticmethod
    def said(text: str) -> dict[str, list[str]]:
        """Return the words of a text, in small letters and in their order, by each of their stems."""
        return words_by_stem(text)

    def weigh(self, question: Question, items: Collection[str]) -> dict[str, Evidence]:
        """Return what speaks for each of these items by its words; items that are not here are left out."""
        named = Query.term_set_query(FIELDS, "item", sorted(items))
        found = self._reader.found(named, len(items)) if items else ()
        return {document.item: weigh(question, document) for _, document in found}

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(HEAP_BYTES, 1)
                self._writer.garbage_collect_files()  # what a killed one left would stand in the way of its like
            except ValueError as error:
                raise WriterBusy(f"Another process is writing the word index in {self.folder}.") from error
        return self._writer


def _left_over(reader: Reader, asked: Query, k: int, allowed: Allowed) -> list[Hit] | None:
    """Return the k best that are allowed, from the best of all; None where there are too few among these."""
    hits = reader.searcher.search(asked, limit=AHEAD * k, count=False).hits
    classes = reader.searcher.fast_field_values("class", [address for _, address in hits])
    is_open = {documents.class_of(scope) for scope in allowed.scopes}
    found: list[Hit] = []
    for (score, address), number in zip(hits, classes, strict=True):
        if len(found) < k and (number in is_open or allowed.items):
            item = reader.document(address).item
            if number in is_open or item in allowed.items:
                found.append(Hit(0, item, score))
    return found if len(found) == k or len(hits) < AHEAD * k else None


def _begins(word: str) -> Query:
    return Query.fuzzy_term_query(FIELDS, "text", word, distance=0, prefix=True)


def _term(name: str, value: str, option: str = "basic") -> Query:
    return Query.term_query(FIELDS, name, value, option)


def _within(query: Query, allowed: Allowed | None) -> Query:
    """Add the filter to a query, at no change of its scores."""
    limit = Query.const_score_query(_filter(allowed), 0.0)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, limit)])


def _filter(allowed: Allowed | None) -> Query:
    if allowed is None:
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, _term("item", MARK))])
    wanted = [_term("scope", scope) for scope in sorted(allowed.scopes)]
    if allowed.items or not wanted:
        wanted.append(Query.term_set_query(FIELDS, "item", sorted(allowed.items)))
    return Query.boolean_query([(Occur.Should, query) for query in wanted])


def _own_weight(reader: Reader, stem: str) -> float:
    """Return the weight that the library will give a stem by itself, hidden and replaced items included."""
    return rarity(reader.frequency(stem), int(reader.searcher.num_docs))


def _each(scopes: Scopes) -> Iterable[str | None]:
    return (None,) if scopes is None else scopes
