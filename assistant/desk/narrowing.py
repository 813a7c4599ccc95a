"""What a query is narrowed to: its operators read for whoever asks, what is wrong with one, how one may go on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, not_, or_
from sqlalchemy.orm import Session

from assistant.desk.errors import Finding
from assistant.desk.incident import Incident
from assistant.desk.operators import HOLDS, KINDS, VALUES, Asker, Value
from assistant.desk.query import OPERATORS, PHRASE, WITHOUT, Begun, Query, Term
from kb.article import CONTENT_FIELDS, Article, Version

MEANT = 50  # rows that one value may mean
OFFERED = 8  # values that are offered
TEXTS = (
    Incident.title,
    Incident.symptoms,
    Incident.reported_text,
    Incident.environment,
    Incident.cause,
    Incident.workaround,
    Incident.resolution,
)
CURES = {  # where the values are not listed: how one is written
    "assignee": "Write a name or a mail address, “me” or “nobody”.",
    "requester": "Write a name or a mail address, or “me”.",
    "item": "Write its name, or a part of it.",
    "after": "Write it like 2026-03-02, 2026-03 or 2026.",
    "before": "Write it like 2026-03-02, 2026-03 or 2026.",
}


@dataclass(frozen=True)
class Narrowing:
    """What the operators of a query ask. clauses: operator -> keys that rows have; chips: each value that counts.

    problems: what is wrong with the others, which count for nothing.
    """

    clauses: dict[str, list[Any]] = field(default_factory=dict)
    chips: list[tuple[Term, str]] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked besides words."""
        return bool(self.clauses or self.phrases or self.without)

    @property
    def kinds(self) -> list[str]:
        """The kinds that are asked for and can have what is asked."""
        asked, used = self.clauses.get("kind", KINDS), self.clauses.keys() - {"kind"}
        return [kind for kind in KINDS if kind in asked and used <= HOLDS[kind].keys()]

    def conditions(self, kind: str) -> list[ColumnElement[bool]]:
        """Return what rows of a kind must have by the operators."""
        return [HOLDS[kind][name](keys) for name, keys in self.clauses.items() if name != "kind"]

    def texts(self, kind: str) -> list[ColumnElement[bool]]:
        """Return what rows of a kind must say, and must not say."""
        return [
            *(_says(kind, phrase) for phrase in self.phrases),
            *(not_(_says(kind, word)) for word in self.without),
        ]


def read(db: Session, query: Query, asker: Asker) -> Narrowing:
    """Return what a query's operators ask of whom; what is wrong is said and left out."""
    clauses: dict[str, list[Any]] = {}
    chips, problems = [], _no_operators(query.unknown())
    for term in query.terms:
        if term.by not in OPERATORS:
            problems += _not_left_out(term)
            continue
        meant = _meant(db, term, asker)
        if not meant:
            problems.append(_no_value(db, term, asker))
            continue
        clauses.setdefault(term.by, []).extend(key for value in meant for key in value.keys)
        chips.append((term, _listed(value.names[0] for value in meant)))
    said, lacking = tuple(query.values(PHRASE)), tuple(query.values(WITHOUT))
    return Narrowing(clauses, chips, problems, said, lacking)


def complete(db: Session, begun: Begun | None, asker: Asker) -> list[tuple[str, str, str]]:
    """Return how what is being typed may go on: what stands there then, as it is shown, and what that is."""
    if begun is None:
        return []
    if begun.name:
        values = VALUES[begun.name](db, asker, begun.typed, OFFERED)
        terms = [(Term(begun.name, value.names[0]), value) for value in values]
        return [(f"{begun.before}{term} ", str(term), value.about) for term, value in terms]
    fits = [name for name in OPERATORS if len(begun.typed) > 1 and name.startswith(begun.typed.casefold())]
    return [(f"{begun.before}{name}:", f"{name}:", OPERATORS[name]) for name in fits]


def _meant(db: Session, term: Term, asker: Asker) -> list[Value]:
    known = VALUES[term.by](db, asker, term.value, MEANT) if term.value else []
    return [value for value in known if value.is_called(term.value)] or [
        one for one in known if not one.whole
    ]


def _says(kind: str, text: str) -> ColumnElement[bool]:
    """Return the condition that a text occurs; a space in it stands for whatever parts two words."""
    plain = text.replace("/", "//").replace("%", "/%").replace("_", "/_").replace(" ", "_")
    columns = TEXTS if kind == "incident" else [getattr(Version, name) for name in CONTENT_FIELDS]
    occurs = or_(*(column.ilike(f"%{plain}%", escape="/") for column in columns))
    return occurs if kind == "incident" else Article.current.has(occurs)


def _no_operators(names: Sequence[str]) -> list[Finding]:
    known, said = ", ".join(f"{one}:" for one in OPERATORS), _listed(f"“{name}:”" for name in names)
    message = f"There is no {said} here, so it is searched as words."
    return [Finding("q", message, f"There are {known}.")] if names else []


def _not_left_out(term: Term) -> list[Finding]:
    name = term.value.partition(":")[0].casefold() if term.by == WITHOUT else ""
    if name not in OPERATORS:
        return []
    message = f"“-{name}:” is not known; only words and phrases can be left out."
    return [Finding("q", message, f"Ask for the others instead, such as {name}: with another value.")]


def _no_value(db: Session, term: Term, asker: Asker) -> Finding:
    message = f"{term.by}: does not know “{term.value}”, so it is left out."
    if not term.value:
        message = f"{term.by}: has no value, so it is left out."
    if term.by in CURES:
        return Finding("q", message, CURES[term.by])
    known = _listed((value.names[0] for value in VALUES[term.by](db, asker, "", MEANT)), OFFERED)
    return Finding("q", message, f"It knows {known}.")


def _listed(names: Iterable[str], most: int = 3) -> str:
    listed = list(names)
    return ", ".join([*listed[:most], "others"] if len(listed) > most else listed)
