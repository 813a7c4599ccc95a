"""The articles of a service as a reader may read them, those that helped most first."""

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, selectinload

from assistant.desk.link import Link
from assistant.desk.permissions import readable_articles
from kb.article import Article, article_service
from kb.viewer import Viewer
from kb.votes import Vote

MOST = 30  # articles on a service's page
BESIDE = 5  # articles beside one that is read


def of_service(db: Session, viewer: Viewer, service_id: int, limit: int = MOST) -> list[Article]:
    """Return the articles of a service, by votes and by how often they resolved an incident."""
    of = select(article_service.c.article_id).where(article_service.c.service_id == service_id)
    return _helpful(db, viewer, Article.id.in_(of), limit)


def beside(db: Session, viewer: Viewer, article: Article) -> list[Article]:
    """Return the other articles of the same services."""
    services = [service.id for service in article.services]
    if not services:
        return []
    of = select(article_service.c.article_id).where(article_service.c.service_id.in_(services))
    return _helpful(db, viewer, Article.id.in_(of) & (Article.id != article.id), BESIDE)


def _helpful(db: Session, viewer: Viewer, condition: ColumnElement[bool], limit: int) -> list[Article]:
    said = func.coalesce(func.sum(case((Vote.helpful, 1), else_=-1)), 0)
    votes = select(said).where(Vote.article_id == Article.id).scalar_subquery()
    held = (
        select(func.count())
        .where(Link.article_id == Article.id, Link.kind == "resolved", Link.failed_at.is_(None))
        .scalar_subquery()
    )
    query = select(Article).where(condition, readable_articles(viewer), Article.confidence != "archived")
    query = query.options(selectinload(Article.current))
    return list(db.scalars(query.order_by((votes + held).desc(), Article.id.desc()).limit(limit)))
