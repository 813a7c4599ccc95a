"""Files on incidents: stored under their content's hash, so that a name is never a path."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import filetype
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from kb.store import Base, UtcDateTime

LARGEST = 25 * 1024 * 1024  # bytes
BLOCK = 64 * 1024
TEXT = "text/plain"
TYPES = {  # what may be stored, by what the bytes are; only pictures are ever shown inside a page
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/gif": "picture",
    "image/webp": "picture",
    "application/pdf": "document",
    "application/zip": "archive",
    "application/gzip": "archive",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "document",
    "application/vnd.oasis.opendocument.text": "document",
    "application/vnd.oasis.opendocument.spreadsheet": "document",
    "video/mp4": "video",
    TEXT: "text",
}


class Attachment(Base):
    """A file. id: 128 random bits, so that it cannot be guessed."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person | None] = relationship()

    @property
    def is_picture(self) -> bool:
        """Whether a page may show it in place."""
        return TYPES.get(self.media_type) == "picture"


@dataclass(frozen=True)
class Store:
    """The folder that keeps the bytes."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Return where the bytes with this hash are kept."""
        return self.folder / sha256[:2] / sha256

    def keep(self, stream: IO[bytes]) -> tuple[str, int, bytes]:
        """Write a stream to its place; return its hash, its size and its first bytes. Raises Refused when too large."""
        self.folder.mkdir(parents=True, exist_ok=True)
        waiting = self.folder / f".{secrets.token_hex(16)}"
        try:
            sha256, size, head = _copy(stream, waiting)
            target = self.path(sha256)
            target.parent.mkdir(exist_ok=True)
            waiting.replace(target)
        finally:
            waiting.unlink(missing_ok=True)
        return sha256, size, head


def attach(
    db: Session,
    store: Store,
    incident_id: int,
    name: str,
    stream: IO[bytes],
    *,
    actor: Person | None,
    now: datetime,
    entry_id: int | None = None,
) -> Attachment:
    """Keep a file with an incident. entry_id: of the comment that it came with.

    Raises Refused when it is empty, too large, or of a type that is not kept.
    """
    sha256, size, head = store.keep(stream)
    media_type = type_of(head)
    if size == 0:
        raise Refused([Finding("file", "The file is empty.", "Choose another file.")])
    if media_type not in TYPES:
        message = f"Files of this type ({media_type}) are not kept."
        raise Refused([Finding("file", message, "Send a picture, PDF, office document, text or ZIP file.")])
    attachment = Attachment(
        id=secrets.token_urlsafe(16),
        incident_id=incident_id,
        entry_id=entry_id,
        name=_tidy(name),
        media_type=media_type,
        size_bytes=size,
        sha256=sha256,
        person_id=actor.id if actor else None,
        at=now,
    )
    db.add(attachment)
    db.flush()
    return attachment


def _copy(stream: IO[bytes], path: Path) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    with path.open("wb") as file:
        while block := stream.read(BLOCK):
            head = head or block
            size += len(block)
            if size > LARGEST:
                message = f"The file is larger than {LARGEST // 1024 // 1024} MB."
                raise Refused(
                    [Finding("file", message, "Send a smaller one, or a link to where it is kept.")]
                )
            digest.update(block)
            file.write(block)
    return digest.hexdigest(), size, head


def type_of(head: bytes) -> str:
    """Return the type that the first bytes show; what the sender says is not asked."""
    kind = filetype.guess(head)
    if kind is not None:
        return str(kind.mime)
    text = head.decode("utf-8", errors="replace")
    control = sum(unicodedata.category(char) == "Cc" and char not in "\r\n\t\x1b" for char in text)
    return TEXT if "\x00" not in text and control + text.count("\ufffd") <= len(text) // 100 else "unknown"


def _tidy(name: str) -> str:
    """Return a name that is safe to show and to offer for download: normalised first, then stripped."""
    plain = unicodedata.normalize("NFKC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in plain if unicodedata.category(char)[0] != "C").strip(" .")
    return plain[-200:] or "file"
