"""The kinds of items that can be found, as the index sees them: articles, incidents and notices."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from assistant.desk import standing
from assistant.desk.incident import Incident, Watcher
from assistant.desk.link import Link
from assistant.desk.notice import Notice
from assistant.desk.permissions import readable_ids
from assistant.desk.phrasebook import phrases_of
from index.standing import Standing
from kb.article import Article, Version
from kb.corpus import Corpus, Item, Occasion, Passage
from kb.viewer import Viewer

ARTICLE_PARTS = ("title", "issue", "environment", "cause", "resolution")
NOTICE_PARTS = ("title", "text")
INCIDENT_PARTS = ("title", "symptoms", "environment", "cause", "workaround", "resolution")


class ArticleCorpus:
    """Articles by the version that counts now, and in the words in which people told what they solved."""

    name = "article"

    def items(self, db: Session, ids: Collection[int]) -> Mapping[int, Item]:
        """Return what to index of these articles."""
        query = select(Article).where(Article.id.in_(ids)).options(selectinload(Article.current))
        rows = db.scalars(query).all()
        phrases = phrases_of(db, rows)
        return {
            row.id: Item(row.scope, passages_of(row.current, ARTICLE_PARTS), phrases.get(row.id, ()))
            for row in rows
        }

    def owner(self, row: object) -> int | None:
        """Return the article that this row belongs to."""
        if isinstance(row, Article):
            return row.id
        return row.article_id if isinstance(row, Version | Link) else None

    def told_by(self, db: Session, touched: Mapping[str, Collection[int]]) -> Collection[int]:
        """Return the articles that solved these incidents: they are known in their words."""
        if not (incidents := touched.get("incident")):
            return ()
        solved = (Link.incident_id.in_(incidents), Link.kind == "resolved")
        return db.scalars(select(Link.article_id).where(*solved).distinct()).all()

    def readable(self, db: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
        """Return those of the articles that the viewer may read now."""
        return readable_ids(db, viewer, Article, ids)

    def standing(
        self, db: Session, viewer: Viewer, ids: Collection[int], occasion: Occasion
    ) -> Mapping[int, Standing]:
        """Return what the desk knows of these articles."""
        return standing.of_articles(db, viewer, ids, occasion)

    def all_ids(self, db: Session, after: int, limit: int) -> Sequence[int]:
        """Return the next article ids in rising order."""
        return db.scalars(
            select(Article.id).where(Article.id > after).order_by(Article.id).limit(limit)
        ).all()


class IncidentCorpus:
    """Incidents by what they look like and what resolved them."""

    name = "incident"

    def items(self, db: Session, ids: Collection[int]) -> Mapping[int, Item]:
        """Return what to index of these incidents; a requester's words stand in where no symptoms were written."""
        rows = db.scalars(select(Incident).where(Incident.id.in_(ids)))
        return {row.id: Item(row.scope, self._passages(row)) for row in rows}

    def owner(self, row: object) -> int | None:
        """Return the incident that this row is, or that somebody watches."""
        return row.id if isinstance(row, Incident) else row.incident_id if isinstance(row, Watcher) else None

    def told_by(self, db: Session, touched: Mapping[str, Collection[int]]) -> Collection[int]:
        """Return nothing: an incident says nothing of others."""
        return ()

    def readable(self, db: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
        """Return those of the incidents that the viewer may read now."""
        return readable_ids(db, viewer, Incident, ids)

    def standing(
        self, db: Session, viewer: Viewer, ids: Collection[int], occasion: Occasion
    ) -> Mapping[int, Standing]:
        """Return what the desk knows of these incidents."""
        return standing.of_incidents(db, viewer, ids, occasion)

    def all_ids(self, db: Session, after: int, limit: int) -> Sequence[int]:
        """Return the next incident ids in rising order."""
        return db.scalars(
            select(Incident.id).where(Incident.id > after).order_by(Incident.id).limit(limit)
        ).all()

    def _passages(self, incident: Incident) -> list[Passage]:
        passages = passages_of(incident, INCIDENT_PARTS)
        if not incident.symptoms.strip() and incident.reported_text.strip():
            passages.insert(1, Passage("symptoms", incident.reported_text))
        return passages


class NoticeCorpus:
    """Notices that stand, by their own words and nothing of the incident behind them; known by the incident's id."""

    name = "notice"

    def items(self, db: Session, ids: Collection[int]) -> Mapping[int, Item]:
        """Return what to index of these notices; one that has ended leaves the index."""
        told = select(Notice).where(Notice.incident_id.in_(ids), Notice.ended_at.is_(None))
        return {row.incident_id: Item("notice", passages_of(row, NOTICE_PARTS)) for row in db.scalars(told)}

    def owner(self, row: object) -> int | None:
        """Return the notice that this row is."""
        return row.incident_id if isinstance(row, Notice) else None

    def told_by(self, db: Session, touched: Mapping[str, Collection[int]]) -> Collection[int]:
        """Return nothing: a notice says nothing of others."""
        return ()

    def readable(self, db: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
        """Return those of the notices that the viewer may find now."""
        if not viewer.reads("notice"):
            return set()
        told = select(Notice.incident_id).where(Notice.incident_id.in_(ids), Notice.ended_at.is_(None))
        return set(db.scalars(told))

    def standing(
        self, db: Session, viewer: Viewer, ids: Collection[int], occasion: Occasion
    ) -> Mapping[int, Standing]:
        """Return nothing: of a notice its words are all that counts."""
        return {}

    def all_ids(self, db: Session, after: int, limit: int) -> Sequence[int]:
        """Return the next ids of notices in rising order."""
        later = select(Notice.incident_id).where(Notice.incident_id > after)
        return db.scalars(later.order_by(Notice.incident_id).limit(limit)).all()


def passages_of(row: Version | Incident | Notice, parts: Sequence[str]) -> list[Passage]:
    """Return those of the parts in which something is written."""
    return [Passage(part, getattr(row, part)) for part in parts if getattr(row, part).strip()]


CORPORA: dict[str, Corpus] = {
    corpus.name: corpus for corpus in (ArticleCorpus(), IncidentCorpus(), NoticeCorpus())
}
