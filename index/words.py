"""The lexical half: one document per item in Tantivy; questions are built here, so no query syntax can reach it."""

import fcntl
from collections.abc import Collection, Iterable, Iterator
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
WIDE = 0.5  # share of all items: whoever may read more gets the best of all, less what is hidden
AHEAD = 3  # times more hits are asked for then
ANY = " *"  # after a stem: the place of those that begin with it


class Reader:
    """The index as it was at one moment: where something is in it means nothing to another one."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self._read: dict[tuple[int, int], Document] = {}  # what was read last: it is looked at several times

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


class Words:
    """An index on disk: any number of readers, one writer at a time. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index of a folder; raises IndexDamaged when it is missing, altered, or of another form."""
        footer.verify(folder)
        self.folder, self.sequence, self.mark = folder, 0, ""
        self._lock = RLock()
        self._writer: tantivy.IndexWriter | None = None
        self._counts: dict[tuple[Allowed | str | None, str], int] = {}
        self._schema = documents.schema()
        with footer.named(folder):
            self._index = documents.opened(self._schema, folder)
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
        writer = documents.opened(documents.schema(), folder).writer(HEAP_BYTES, 1)
        documents.mark(writer, 0)
        writer.commit()
        writer.wait_merging_threads()
        return cls(folder)

    @property
    def count(self) -> int:
        """The number of items that can be found."""
        return int(self._searcher.num_docs) - 1  # the mark is a document too

    def items(self) -> set[str]:
        """Return the names of all items that can be found."""
        hits = self._searcher.search(Query.all_query(), limit=self.count + 1, count=False).hits
        return {self._searcher.doc(address).get_first("item") for _, address in hits} - {MARK}

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
            self._searcher = self._index.searcher()
            self._counts, self._reader = {}, Reader(self._searcher)
            hits = self._searcher.search(self._term("item", MARK), limit=1, count=False).hits
            mark = self._searcher.doc(hits[0][1]) if hits else None
            if mark is None or mark.get_first("exact") != str(documents.FORM):
                raise IndexDamaged(
                    f"The word index in {self.folder} has another form than this version reads."
                )
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
        items = self._count(allowed)
        counts = Counts(
            items,
            self._mean_length(allowed, items),
            having=lambda some: self._having(allowed, some),
            beginning=lambda word: self._count(allowed, word, begins=True),
        )
        return questions.question(text, counts, unfinished=unfinished, strange=strange or in_one_piece)

    def search(self, question: Question, k: int, allowed: Allowed | None = None) -> list[Hit]:
        """Return the k items that say most of what is asked, best first; items with an asked identifier lead."""
        wanted = [
            Query.boost_query(
                self._term("text", stem, "freq"), max(question.counts[stem] * weight, 1e-6) / self._own(stem)
            )
            for stem, weight in question.weights.items()
            if stem != question.beginning
        ]
        if question.beginning:
            weight = max(question.weights.get(question.beginning, 0.0), 1e-6)
            wanted.append(Query.const_score_query(self._begins(question.beginning), weight))
        wanted += [
            Query.const_score_query(self._term("exact", name), EXACT_FIRST) for name in question.identifiers
        ]
        if not wanted or k <= 0:
            return []
        reader = self._reader
        asked = Query.boolean_query([(Occur.Should, query) for query in wanted])
        if allowed and self._count(allowed) > WIDE * self.count:
            found = self._left_over(reader, asked, k, allowed)
            if found is not None:
                return found
        return [
            Hit(0, document.item, score) for score, document in reader.found(self._within(asked, allowed), k)
        ]

    @staticmethod
    def said(text: str) -> dict[str, list[str]]:
        """Return the words of a text, in small letters and in their order, by each of their stems."""
        return words_by_stem(text)

    def weigh(self, question: Question, items: Collection[str]) -> dict[str, Evidence]:
        """Return what speaks for each of these items by its words; items that are not here are left out."""
        named = Query.term_set_query(self._schema, "item", sorted(items))
        found = self._reader.found(named, len(items)) if items else ()
        return {document.item: weigh(question, document) for _, document in found}

    def _left_over(self, reader: "Reader", asked: Query, k: int, allowed: Allowed) -> list[Hit] | None:
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

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(HEAP_BYTES, 1)
                self._writer.garbage_collect_files()  # what a killed one left would stand in the way of its like
            except ValueError as error:
                raise WriterBusy(f"Another process is writing the word index in {self.folder}.") from error
        return self._writer

    def _having(self, allowed: Allowed | None, some: Collection[str]) -> dict[str, int]:
        """Return how many allowed items have each of some stems, those that none has left out."""
        held = (stem for stem in some if self._searcher.doc_freq("text", stem))
        return {stem: count for stem in held if (count := self._count(allowed, stem))}

    def _begins(self, word: str) -> Query:
        return Query.fuzzy_term_query(self._schema, "text", word, distance=0, prefix=True)

    def _term(self, name: str, value: str, option: str = "basic") -> Query:
        return Query.term_query(self._schema, name, value, option)

    def _within(self, query: Query, allowed: Allowed | None) -> Query:
        """Add the filter to a query, at no change of its scores."""
        limit = Query.const_score_query(self._filter(allowed), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, limit)])

    def _filter(self, allowed: Allowed | None) -> Query:
        if allowed is None:
            return Query.boolean_query(
                [(Occur.Must, Query.all_query()), (Occur.MustNot, self._term("item", MARK))]
            )
        wanted = [self._term("scope", scope) for scope in sorted(allowed.scopes)]
        if allowed.items or not wanted:
            wanted.append(Query.term_set_query(self._schema, "item", sorted(allowed.items)))
        return Query.boolean_query([(Occur.Should, query) for query in wanted])

    def _besides(self, allowed: Allowed) -> Query:
        """Return what limits a search to the single items that are allowed, without those of allowed classes."""
        items = Query.term_set_query(self._schema, "item", sorted(allowed.items))
        closed = [(Occur.MustNot, self._term("scope", scope)) for scope in sorted(allowed.scopes)]
        return Query.boolean_query([(Occur.Must, items), *closed])

    def _own(self, stem: str) -> float:
        """Return the weight that the library will give a stem by itself, hidden and replaced items included."""
        return rarity(self._searcher.doc_freq("text", stem), int(self._searcher.num_docs))

    def _count(self, allowed: Allowed | None, stem: str = "", *, begins: bool = False) -> int:
        """Return how many allowed items have a stem, or how many there are; remembered until the index changes.

        begins: count the items with a stem that begins so.
        """
        key = (allowed, f"{stem}{ANY}" if begins else stem)
        if key not in self._counts:
            having = self._begins(stem) if begins else self._term("text", stem) if stem else None
            if allowed is None or begins:
                self._counts[key] = self._count_now(self._filter(allowed), having)
            else:
                own = self._count_now(self._besides(allowed), having) if allowed.items else 0
                self._counts[key] = own + sum(self._held(scope, stem) for scope in allowed.scopes)
        return self._counts[key]

    def _held(self, scope: str, stem: str) -> int:
        """Return how many items of a class have a stem, or how many there are: each such pair is a term of its own."""
        if (scope, stem) not in self._counts:
            name, value = ("held", f"{scope}/{stem}") if stem else ("scope", scope)
            few = self._searcher.doc_freq(name, value)
            self._counts[scope, stem] = self._count_now(self._term(name, value), None) if few else 0
        return self._counts[scope, stem]

    def _count_now(self, query: Query, having: Query | None) -> int:
        both = query if having is None else Query.boolean_query([(Occur.Must, having), (Occur.Must, query)])
        return int(self._searcher.search(both, limit=1, count=True).count)

    def _mean_length(self, allowed: Allowed | None, items: int) -> float:
        key = (allowed, LENGTH)
        if key not in self._counts:
            if allowed is None:
                self._counts[key] = self._total_length(self._filter(None))
            else:
                own = self._total_length(self._besides(allowed)) if allowed.items else 0
                self._counts[key] = own + sum(self._length_of(scope) for scope in allowed.scopes)
        return self._counts[key] / max(items, 1)

    def _length_of(self, scope: str) -> int:
        if (scope, LENGTH) not in self._counts:
            self._counts[scope, LENGTH] = self._total_length(self._term("scope", scope))
        return self._counts[scope, LENGTH]

    def _total_length(self, query: Query) -> int:
        total = self._searcher.aggregate(query, {"total": {"sum": {"field": "length"}}})
        return int(total["total"]["value"] or 0)
