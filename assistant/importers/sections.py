"""How a page of Markdown becomes an article: its headings say what is issue, environment, cause and resolution."""

import re
from dataclasses import dataclass

from assistant.importers.markdown import fenced_lines
from assistant.importers.names import fold

HEADINGS = {  # folded heading -> the part of an article that it begins, in five languages
    **dict.fromkeys(("symptom", "symptoms", "problem", "problem description", "issue", "issues"), "issue"),
    **dict.fromkeys(
        ("meaning", "impact", "description", "summary", "alert description", "question"), "issue"
    ),
    **dict.fromkeys(("error", "error message", "problem statement", "what happens", "background"), "issue"),
    **dict.fromkeys(
        ("beschreibung", "symptome", "fehlerbild", "auswirkung", "probleme", "symptomes"), "issue"
    ),
    **dict.fromkeys(
        ("problema", "sintomas", "impacto", "descricao", "descripcion", "pregunta", "frage"), "issue"
    ),
    **dict.fromkeys(
        ("environment", "applies to", "affected versions", "affected systems", "platform"), "environment"
    ),
    **dict.fromkeys(("umgebung", "gilt fur", "environnement", "ambiente", "entorno"), "environment"),
    **dict.fromkeys(
        ("cause", "causes", "root cause", "root causes", "possible causes", "possible cause"), "cause"
    ),
    **dict.fromkeys(
        ("likely causes", "reason", "why", "explanation", "ursache", "ursachen", "causa"), "cause"
    ),
    **dict.fromkeys(("causas", "causes possibles", "causas posibles", "grund", "cause racine"), "cause"),
    **dict.fromkeys(("solution", "solutions", "resolution", "answer", "fix", "workaround"), "resolution"),
    **dict.fromkeys(
        ("mitigation", "diagnosis", "troubleshooting", "procedure", "steps", "how to fix"), "resolution"
    ),
    **dict.fromkeys(("remediation", "recommended actions", "recommended action", "recovery"), "resolution"),
    **dict.fromkeys(
        ("instructions", "losung", "behebung", "abhilfe", "vorgehen", "antwort", "diagnose"), "resolution"
    ),
    **dict.fromkeys(("resolucao", "solucao", "solucion", "resposta", "respuesta", "reponse"), "resolution"),
    **dict.fromkeys(("diagnostic", "diagnostico", "correction", "passos", "pasos", "etapes"), "resolution"),
}
UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*")
STANDING = (
    "resolution",
    "answer",
    "solution",
    "problem",
    "fix",
    "losung",
    "solucao",
    "solucion",
    "reponse",
)  # headings that say no more than the part they stand in
NO_PROSE = re.compile(r"\s*(#|!\[|[-*+] |\d+[.)] |\||`{3}|~{3}|>|\*\(Picture|\[Picture|\*\*[^*]*\*\*$| {4})")
HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*")


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it. level 0: before the first heading."""

    level: int
    heading: str
    text: str


def title_in(text: str) -> str:
    """Return the first heading of a page without its marks, empty when it has none."""
    return next((plain(section.heading) for section in _sections(text) if section.level), "")


def split(text: str, title: str) -> dict[str, str]:
    """Return issue, environment, cause and resolution of a page.

    Where no heading tells, the first paragraph is the issue and the rest the resolution.
    """
    sections = _without_title(_sections(text), title)
    top = min((section.level for section in sections if section.level), default=0)
    told = {_part(section) for section in sections if section.level == top}
    if not told & {"issue", "resolution"}:
        return _by_paragraphs(sections)
    parts: dict[str, list[str]] = {"issue": [], "environment": [], "cause": [], "resolution": []}
    here = "issue"
    for section in sections:
        if section.level == top:
            here = _part(section) or "resolution"
        parts[here].append(_kept(section, parts[here], alone=section.level == top))
    return {name: "\n\n".join(filter(None, several)).strip() for name, several in parts.items()}


def plain(heading: str) -> str:
    """Return a heading as words: without emphasis, code marks, links and anchors."""
    words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return " ".join(re.sub(r"[`*]|\{[^}]*\}|(?<!\w)_|_(?!\w)", "", words).split())


def _sections(text: str) -> list[Section]:
    sections: list[tuple[int, str, list[str]]] = [(0, "", [])]
    lines = fenced_lines(text)
    for place, (line, inside) in enumerate(lines):
        found = None if inside else HEADING.fullmatch(line)
        if found:
            sections.append((len(found[1]), found[2], []))
        elif (
            not inside
            and place
            and re.fullmatch(r"=+|-{3,}", line.strip())
            and _underlined(lines[place - 1], sections)
        ):
            sections[-1][2].pop()
            sections.append((1 if line.strip()[0] == "=" else 2, lines[place - 1][0].strip(), []))
        else:
            sections[-1][2].append(line)
    return [Section(level, heading, "\n".join(body).strip("\n")) for level, heading, body in sections]


def _underlined(before: tuple[str, bool], sections: list[tuple[int, str, list[str]]]) -> bool:
    """Say whether the line before is a heading with a line of = or - below it: a paragraph of one line."""
    line, inside = before
    body = sections[-1][2]
    alone = len(body) == 1 or (len(body) > 1 and not body[-2].strip())
    return not inside and alone and bool(re.match(r"[^\W_]", line)) and "|" not in line


def _without_title(sections: list[Section], title: str) -> list[Section]:
    """Drop the page's own heading: the title says it already, and what stands below it is the introduction."""
    for place, section in enumerate(sections):
        same = fold(plain(section.heading)) == fold(title)
        if section.level and (section.level == 1 or same):
            ones = [other for other in sections if other.level == section.level]
            if len(ones) == 1 and not _part(section):
                head = "" if same else f"**{section.heading}**"
                before = [other.text for other in sections[:place]]
                intro = Section(0, "", "\n\n".join(filter(None, (*before, head, section.text))))
                return [intro, *sections[place + 1 :]]
        if section.level:
            break
    return sections


def _part(section: Section) -> str:
    return HEADINGS.get(re.sub(r"^\d+ ", "", fold(plain(section.heading))), "")


def _kept(section: Section, before: list[str], *, alone: bool) -> str:
    """Return a section as it stands in its part: a heading that only names the part is dropped."""
    folded = fold(plain(section.heading))
    if (
        not section.level
        or (alone and not any(before) and folded in STANDING)
        or (alone and folded == _part(section))
    ):
        return section.text
    head = f"{'#' * max(section.level, 2)} {section.heading}"
    return f"{head}\n\n{section.text}".strip()


def _by_paragraphs(sections: list[Section]) -> dict[str, str]:
    first, rest = _first_paragraph(sections[0].text if not sections[0].level else "")
    kept = [rest, *(_kept(section, [""], alone=False) for section in sections if section.level)]
    resolution = "\n\n".join(filter(None, kept)).strip()
    if not resolution:
        first, resolution = "", first
    return {"issue": first, "environment": "", "cause": "", "resolution": resolution}


def _first_paragraph(text: str) -> tuple[str, str]:
    """Take the first paragraph that is prose, no list, table, code or picture, out of a text."""
    blocks = re.split(r"\n[ \t]*\n", text)
    for place, block in enumerate(blocks):
        if block.strip() and not NO_PROSE.match(block):
            return block.strip(), "\n\n".join(blocks[:place] + blocks[place + 1 :]).strip()
    return "", text
