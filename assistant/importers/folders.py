"""A folder of Markdown, or one file of it, as a table: a page is a row, its front matter gives the values."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from assistant.desk.classification import SEPARATOR
from assistant.importers.decoding import Unreadable, encoding_of, opened_text
from assistant.importers.markdown import front_matter
from assistant.importers.readers import Row, Table
from assistant.importers.sections import title_in

ENDINGS = (".md", ".markdown", ".mdx")
LARGEST_BYTES = 5_000_000
BODY, PATH, TITLE, FOLDER = "body", "path", "title", "folder"


def open_folder(path: Path) -> Table:
    """Return the pages below a folder in the order of their names. Raises Unreadable when there are none."""
    files = [path] if path.is_file() else sorted(_pages(path))
    root = path.parent if path.is_file() else path
    if not files:
        raise Unreadable(f"There is no Markdown in {path}. Its files end in {', '.join(ENDINGS)}.")

    def rows(table: Table) -> Iterator[Row]:
        for number, file in enumerate(files, 1):
            table.share = number / len(files)
            yield _page(number, file, root)

    table = Table(
        path, "markdown", [], f"Markdown, {len(files):,} {'page' if len(files) == 1 else 'pages'}", rows
    )
    table.columns = list(dict.fromkeys(name for row in table.rows() for name in row.values))
    return table


def is_markdown(path: Path) -> bool:
    """Say whether a path is read as Markdown: a folder, or a file with one of its endings."""
    return path.is_dir() or path.suffix.lower() in ENDINGS


def _pages(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix.lower() in ENDINGS and file.is_file() and not hidden:
            yield file


def _page(number: int, file: Path, root: Path) -> Row:
    name = file.relative_to(root).as_posix()
    if file.stat().st_size > LARGEST_BYTES:
        return Row(number, {PATH: name}, f"{name} is larger than {LARGEST_BYTES:,} bytes. Split it.")
    with opened_text(file, encoding_of(file)) as (text, _):
        whole = text.read()
    try:
        values, body = front_matter(whole)
    except ValueError as error:
        return Row(number, {PATH: name}, f"{name}: {error}")
    told = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    return Row(
        number, {**told, TITLE: _title(told, body, file), PATH: name, FOLDER: _folder(name), BODY: body}
    )


def _title(values: dict[str, Any], body: str, file: Path) -> str:
    """Return the title from the front matter, else the first heading, else the name of the file."""
    given = values.get(TITLE)
    return str(given) if given else title_in(body) or file.stem.replace("-", " ").replace("_", " ").strip()


def _folder(name: str) -> str:
    return SEPARATOR.join(part.replace("-", " ").replace("_", " ") for part in name.split("/")[:-1])
