"""What other desks write into a cell, and what it means here. Each table is read by one small function."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from assistant.importers.hypertext import is_html, to_text
from assistant.importers.names import fold

EMPTY = frozenset({"", "n a", "na", "null", "none", "nil", "undefined", "unknown", "not set", "keine", "nan"})

PRIORITIES = {  # words first, in five languages; then the bare number
    **dict.fromkeys(("critical", "blocker", "urgent", "emergency", "immediate", "highest", "kritisch"), "P1"),
    **dict.fromkeys(
        ("sehr hoch", "dringend", "critique", "urgente", "critica", "critico", "muito alta"), "P1"
    ),
    **dict.fromkeys(
        ("high", "major", "important", "hoch", "haute", "elevee", "majeure", "alta", "alto"), "P2"
    ),
    **dict.fromkeys(
        ("medium", "moderate", "normal", "default", "mittel", "moyenne", "normale", "media"), "P3"
    ),
    **dict.fromkeys(("medio", "average", "standard", "moderada"), "P3"),
    **dict.fromkeys(
        ("low", "lowest", "minor", "trivial", "planning", "niedrig", "gering", "basse", "faible"), "P4"
    ),
    **dict.fromkeys(("baixa", "baixo", "baja", "bajo", "mineure", "cosmetic"), "P4"),
    "0": "P1",
    "1": "P1",
    "2": "P2",
    "3": "P3",
    "4": "P4",
    "5": "P4",
}
IMPACTS = {
    **dict.fromkeys(
        ("organisation", "organization", "enterprise", "company", "everybody", "everyone"), "organisation"
    ),
    **dict.fromkeys(
        ("all users", "extensive widespread", "widespread", "high", "critical", "hoch"), "organisation"
    ),
    **dict.fromkeys(("haute", "elevee", "eleve", "alta", "alto", "whole organisation"), "organisation"),
    **dict.fromkeys(("department", "site", "location", "group", "team", "multiple users"), "department"),
    **dict.fromkeys(
        ("significant large", "significant", "medium", "moderate", "mittel", "moyen"), "department"
    ),
    **dict.fromkeys(("moyenne", "media", "medio", "abteilung", "moderate limited"), "department"),
    **dict.fromkeys(
        ("person", "user", "single user", "one user", "individual", "low", "minor", "none"), "person"
    ),
    **dict.fromkeys(
        ("minor localized", "niedrig", "gering", "faible", "basse", "baixa", "baixo", "baja"), "person"
    ),
    "bajo": "person",
    "one person": "person",
    "1": "organisation",
    "2": "department",
    **dict.fromkeys(("3", "4", "5"), "person"),
}
URGENCIES = {
    **dict.fromkeys(
        ("now", "critical", "high", "urgent", "immediate", "hoch", "haute", "elevee", "alta"), "now"
    ),
    **dict.fromkeys(("kritisch", "dringend", "urgente", "alto", "work stands still", "1"), "now"),
    **dict.fromkeys(("soon", "medium", "moderate", "normal", "mittel", "moyenne", "moyen", "media"), "soon"),
    **dict.fromkeys(("medio", "work is hindered", "2"), "soon"),
    **dict.fromkeys(
        ("later", "low", "niedrig", "gering", "faible", "basse", "baixa", "baixo", "baja"), "later"
    ),
    **dict.fromkeys(("bajo", "minor", "work goes on", "3", "4", "5"), "later"),
}
SOURCES = {
    **dict.fromkeys(
        ("phone", "telephone", "call", "voice", "hotline", "telefon", "telefone", "telefono"), "phone"
    ),
    **dict.fromkeys(("email", "e mail", "mail", "correo", "courriel"), "mail"),
    **dict.fromkeys(
        ("portal", "self service", "web", "web form", "web portal", "website", "online"), "portal"
    ),
    **dict.fromkeys(("chat", "messaging", "teams", "slack", "virtual agent"), "chat"),
    **dict.fromkeys(("walk in", "in person", "personal", "desk visit"), "walk-in"),
    **dict.fromkeys(("api", "integration", "web service", "rest"), "api"),
    **dict.fromkeys(("monitoring", "event", "alert", "event management", "system", "alarm"), "monitoring"),
}
PHASES = {
    **dict.fromkeys(
        ("new", "open", "opened", "logged", "registered", "submitted", "created", "to do"), "new"
    ),
    **dict.fromkeys(("todo", "backlog", "unassigned", "neu", "offen", "erfasst", "nouveau", "ouvert"), "new"),
    **dict.fromkeys(
        ("novo", "aberto", "aberta", "nova", "nuevo", "abierto", "registrado", "not started"), "new"
    ),
    **dict.fromkeys(("in progress", "active", "assigned", "work in progress", "wip", "processing"), "active"),
    **dict.fromkeys(
        ("accepted", "investigating", "in review", "reopened", "escalated", "in bearbeitung"), "active"
    ),
    **dict.fromkeys(
        ("aktiv", "zugewiesen", "wieder geoffnet", "en cours", "affecte", "em andamento"), "active"
    ),
    **dict.fromkeys(
        ("em progresso", "em curso", "em atendimento", "atribuido", "en progreso", "asignado"), "active"
    ),
    **dict.fromkeys(("en curso", "patch available", "doing", "started", "under investigation"), "active"),
    **dict.fromkeys(
        ("on hold", "pending", "waiting", "hold", "suspended", "blocked", "stalled", "paused"), "waiting"
    ),
    **dict.fromkeys(
        ("wartend", "wartet", "zuruckgestellt", "ausgesetzt", "en attente", "suspendu"), "waiting"
    ),
    **dict.fromkeys(("em espera", "pendente", "aguardando", "en espera", "pendiente", "suspenso"), "waiting"),
    **dict.fromkeys(("resolved", "solved", "fixed", "gelost", "behoben", "resolu", "resolvido"), "resolved"),
    **dict.fromkeys(
        ("resolvida", "solucionado", "resuelto", "restored", "completed pending caller"), "resolved"
    ),
    **dict.fromkeys(
        ("closed", "done", "completed", "complete", "finished", "archived", "closed complete"), "closed"
    ),
    **dict.fromkeys(
        ("cancelled", "canceled", "rejected", "withdrawn", "duplicate", "invalid", "deleted"), "closed"
    ),
    **dict.fromkeys(
        ("closed incomplete", "closed skipped", "won t fix", "wont fix", "geschlossen"), "closed"
    ),
    **dict.fromkeys(
        ("abgeschlossen", "erledigt", "storniert", "ferme", "clos", "cloture", "annule"), "closed"
    ),
    **dict.fromkeys(("termine", "fechado", "fechada", "encerrado", "concluido", "cancelado"), "closed"),
    **dict.fromkeys(("cerrado", "terminado", "anulado"), "closed"),
}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
WAITING = re.compile(
    r"(awaiting|waiting|pending|wart|on hold|en attente|aguarda|espera|pendente|pendiente).*"
)

CHOICES: dict[str, Mapping[str, str]] = {
    "priority": PRIORITIES,
    "impact": IMPACTS,
    "urgency": URGENCIES,
    "source": SOURCES,
    "state": PHASES,
}


def is_empty(value: Any) -> bool:
    """Say whether a cell holds nothing, or one of the words that other desks write for nothing."""
    return value is None or value == [] or (isinstance(value, str) and _nothing(value))


def choice(field: str, value: Any) -> str | None:
    """Return what a word such as “1 - Critical” means in the given field, None when it is not known."""
    return _meaning(field, fold(line(value)))


@lru_cache(maxsize=4096)
def _meaning(field: str, folded: str) -> str | None:
    table = CHOICES[field]
    words = re.sub(r"^(p|prio|priority|prioritat|sev|severity|level|tier|s|l)? ?\d ?", "", folded)
    number = re.match(r"(?:p|prio|priority|prioritat|sev|severity|level|tier|s|l)? ?(\d)\b", folded)
    for name in (folded, words):
        if name in table:
            return table[name]
    if field == "state" and WAITING.fullmatch(folded):
        return "waiting"
    return table.get(number[1]) if number and field != "state" else None


def line(value: Any) -> str:
    """Return a cell as one line of text: 4711.0 from a spreadsheet is 4711, of a list the entries are named."""
    if isinstance(value, str):
        return " ".join(_clean(value).split())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(line(entry) for entry in value if not is_empty(entry))
    if isinstance(value, dict):
        return line(
            next((value[name] for name in ("name", "value", "title", "label") if value.get(name)), "")
        )
    return str(value)


def prose(value: Any) -> str:
    """Return a cell as text of several lines: HTML becomes plain, line ends are the same everywhere."""
    if isinstance(value, list):
        return "\n\n".join(prose(entry) for entry in value if not is_empty(entry))
    if not isinstance(value, str):
        return line(value)
    text = _clean(value)
    return (to_text(text) if ("<" in text or "&" in text) and is_html(text) else text).strip()


def _nothing(value: str) -> bool:
    return len(value) < 12 and (fold(value) in EMPTY)


def _clean(text: str) -> str:
    if text.isprintable() and "_x" not in text:
        return text
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", text)
