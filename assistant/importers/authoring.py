"""How records of articles come to the knowledge base: new ones are drafted, known ones revised."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from assistant.desk.asset import Service
from assistant.desk.people import Person
from assistant.importers.directory import Directory
from assistant.importers.pages import Page, PageReading
from assistant.importers.readers import Row
from assistant.importers.run import Imported, digest, digest_all, known
from assistant.importers.summary import Summary
from kb import authoring
from kb.article import CONFIDENCES, CONTENT_FIELDS, Article, Content
from kb.errors import Refused

KIND = "articles"
NOTE = "Imported"
WIP = "wip"
STATE = "state"  # beside the fields of an article: the confidence that the import gave it
PERSONAL = "look at the marked personal data or secrets, or import again with --personal-data-checked"


class ArticleDoor:
    """Reads rows and writes articles. checked: a person has looked at personal data in the file."""

    def __init__(
        self, reading: PageReading, directory: Directory, *, audience: str, checked: bool, now: datetime
    ) -> None:
        self.reading = reading
        self.directory = directory
        self.audience = audience
        self.checked = checked
        self.now = now

    def read(self, row: Row) -> Page:
        """Return the record that a row says. Raises Rejected."""
        return self.reading.record(row.number, row.values)

    def write(self, db: Session, records: list[Page], run_id: int, summary: Summary) -> None:
        """Draft new articles and revise those that changed."""
        earlier = known(db, KIND, [page.external_id for page in records])
        for page in records:
            fields = self._fields(db, page)
            before = earlier.get(page.external_id)
            if before is not None and before.digest == digest_all(fields):
                summary.counts["unchanged"] += 1
                continue
            if before is not None:
                self._renew(db, before, page, fields=fields, run_id=run_id, summary=summary)
                continue
            summary.counts["added"] += 1
            summary.note(page.notes)
            if run_id:
                earlier[page.external_id] = self._draft(
                    db, page, fields=fields, run_id=run_id, summary=summary
                )
        summary.created = self.directory.created
        summary.note(self.directory.missing)
        self.directory.missing.clear()

    def _fields(self, db: Session, page: Page) -> dict[str, str]:
        content = {name: digest(text) for name, text in page.content.values().items()}
        category = digest(self.directory.category(db, page.category))
        return {**content, "category_id": category, STATE: page.confidence}

    def _draft(
        self, db: Session, page: Page, fields: dict[str, str], run_id: int, summary: Summary
    ) -> Imported:
        identity = {
            "external_id": page.external_id,
            "category_id": self.directory.category(db, page.category),
            "owner_id": _owner(db, page.owner),
            "audience": "internal",
        }
        ids = [self.directory.service(db, name)[0] for name in page.services]
        services = [db.get_one(Service, one) for one in ids if one]
        article = authoring.draft(
            db, page.content, actor=None, now=self.now, services=services, note=NOTE, **identity
        )
        reached = self._publish(db, article, page, summary)
        article.created_at = min(filter(None, (page.created_at, page.updated_at, self.now)))
        article.updated_at = min(page.updated_at or page.created_at or self.now, self.now)
        summary.states[CONFIDENCES[reached].lower()] += 1
        fields[STATE] = reached
        about = {"kind": KIND, "external_id": page.external_id, "item_id": article.id, "run_id": run_id}
        row = Imported(**about, digest=digest_all(fields), fields=fields)
        db.add(row)
        db.flush()
        return row

    def _publish(self, db: Session, article: Article, page: Page, summary: Summary) -> str:
        """Give an article its state and return the confidence it reached: what may not leave stays in progress."""
        reached = article.confidence
        wanted: dict[str, Any] = {
            "audience": self.audience if page.confidence not in (WIP, "archived") else "internal"
        }
        if page.confidence != reached:
            wanted["confidence"] = page.confidence
        checked = self.checked
        try:
            authoring.set_state(
                db, article, actor=None, now=self.now, personal_data_checked=checked, **wanted
            )
            reached = page.confidence
        except Refused as refusal:
            for finding in refusal.findings[:1]:
                why = PERSONAL if finding.cure.startswith("Remove it") else finding.message
                summary.note({f"stay work in progress: {why}": 1})
        return reached

    def _renew(
        self,
        db: Session,
        before: Imported,
        page: Page,
        *,
        fields: dict[str, str],
        run_id: int,
        summary: Summary,
    ) -> None:
        article = db.get_one(Article, before.item_id, options=[selectinload(Article.current)])
        mine = article.current.content.values()
        new = page.content.values()
        news = [name for name in CONTENT_FIELDS if fields[name] != before.fields.get(name)]
        ours = {
            name for name in news if digest(mine[name]) != before.fields.get(name) and mine[name] != new[name]
        }
        taken = {name: new[name] for name in news if name not in ours}
        changed = any(mine[name] != text for name, text in taken.items())
        moved = fields["category_id"] != before.fields.get("category_id")
        held = before.fields.get(STATE)
        stuck = held == article.confidence and held != page.confidence
        summary.counts["kept"] += bool(ours)
        if not run_id:
            summary.counts["changed" if changed or moved else "unchanged"] += 1
            return
        if not self._revise(db, article, Content(**{**mine, **taken}), summary):
            summary.counts["kept"] += not ours
            return
        if moved:
            article.category_id = self.directory.category(db, page.category)
        fields[STATE] = self._publish(db, article, page, summary) if stuck else held or WIP
        summary.counts["changed" if changed or moved or fields[STATE] != held else "unchanged"] += 1
        kept = {name: before.fields[name] for name in ours}
        stored: dict[str, Any] = {
            "fields": {**fields, **kept},
            "digest": digest_all(fields),
            "run_id": run_id,
        }
        db.execute(update(Imported).where(Imported.id == before.id).values(**stored))

    def _revise(self, db: Session, article: Article, content: Content, summary: Summary) -> bool:
        """Add a version unless only the owner may; say whether the article is now as wanted."""
        try:
            authoring.revise(db, article, content, seen=article.latest, actor=None, now=self.now, note=NOTE)
        except Refused:
            summary.note({"are compliance-based here: their owner takes over what changed": 1})
            return False
        return True


def _owner(db: Session, said: str) -> int | None:
    """Return the id of the person who answers for an article, None when nobody here is called that."""
    found = db.scalars(
        select(Person.id).where((Person.email == said.lower()) | (Person.name == said)).limit(2)
    ).all()
    return found[0] if said and len(found) == 1 else None
