"""What the word index keeps of an item, and of itself: fields, and documents from items and back."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import tantivy

from index.identifiers import identifiers
from index.lexical import TITLE_TIMES, Document
from index.tokens import stems

FORM = 2  # raised when stems, identifiers or fields change: an index of another form has to be built again
MAX_STEMS = 5000  # of one item
MARK = "#mark"  # the document that says how far the index has come, committed with what it speaks of


@dataclass(frozen=True)
class Entry:
    """One item: its permission class, its title, all its text, and the numbers it goes by."""

    item: str
    scope: str
    title: str
    text: str
    numbers: tuple[str, ...] = ()


def schema() -> tantivy.Schema:
    """Return the fields."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("item", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("scope", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("exact", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", stored=True, tokenizer_name="stems", index_option="basic")
    builder.add_text_field("text", stored=True, tokenizer_name="stems", index_option="freq")
    builder.add_text_field("held", tokenizer_name="stems", index_option="basic")
    builder.add_unsigned_field("class", fast=True)
    builder.add_unsigned_field("length", fast=True)
    builder.add_unsigned_field("sequence", stored=True)
    return builder.build()


def opened(fields: tantivy.Schema, folder: Path) -> tantivy.Index:
    """Return the index of a folder, a new one where there is none."""
    index = tantivy.Index(fields, str(folder))
    index.config_reader("manual")
    index.register_tokenizer("stems", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def document_of(entry: Entry) -> Document:
    """Return an item as it is weighed."""
    title = stems(entry.title)
    text = " ".join((title * TITLE_TIMES + stems(entry.text))[:MAX_STEMS])
    names = identifiers("\n".join((*entry.numbers, entry.title, entry.text)))
    return Document(entry.item, title, text, names)


def written(entry: Entry) -> tantivy.Document:
    """Return an item as the index keeps it."""
    made = document_of(entry)
    document = tantivy.Document(item=entry.item, scope=entry.scope, text=made.text)
    document.add_text("title", " ".join(made.title))
    document.add_text("held", " ".join(f"{entry.scope}/{stem}" for stem in dict.fromkeys(made.text.split())))
    document.add_unsigned("class", class_of(entry.scope))
    document.add_unsigned("length", made.length)
    for name in made.identifiers:
        document.add_text("exact", name)
    return document


def class_of(scope: str) -> int:
    """Return a number for a permission class, which can be read faster than its name."""
    return int.from_bytes(sha256(scope.encode()).digest()[:7]) + 1


def read(document: tantivy.Document) -> Document:
    """Return an item as it was written."""
    return Document(
        item=document.get_first("item"),
        title=(document.get_first("title") or "").split(),
        text=document.get_first("text") or "",
        identifiers=document.get_all("exact"),
    )


def mark(writer: tantivy.IndexWriter, sequence: int, past: str = "") -> None:
    """Write how far the index has come, and in whose past."""
    writer.delete_documents_by_term("item", MARK)
    place = tantivy.Document(item=MARK, exact=str(FORM), title=past)
    place.add_unsigned("sequence", sequence)
    place.add_unsigned("length", 0)
    place.add_unsigned("class", 0)
    writer.add_document(place)
