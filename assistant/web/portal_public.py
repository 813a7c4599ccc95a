"""What search engines ask for: which pages they may read, and where public articles are. Closed portals say nothing."""

from flask import Blueprint, Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import NotFound

from assistant.desk.permissions import readable_articles
from assistant.identity import portal_is_open
from assistant.web.door import db
from assistant.web.policy import anybody
from assistant.web.portal_reader import address_of
from kb.article import Article
from kb.viewer import ANONYMOUS

blueprint = Blueprint("portal_public", __name__)
MOST = 50_000  # addresses that a site map may hold
OPEN = "User-agent: *\nAllow: /help$\nAllow: /help/articles/\nAllow: /help/services\nAllow: /static/\nDisallow: /\n"
CLOSED = "User-agent: *\nDisallow: /\n"


@blueprint.get("/robots.txt")
@anybody()
def robots() -> ResponseReturnValue:
    """Say what search engines may read."""
    told = (
        f"{OPEN}Sitemap: {url_for('portal_public.sitemap', _external=True)}\n" if portal_is_open() else CLOSED
    )
    return Response(told, mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@anybody()
def sitemap() -> ResponseReturnValue:
    """List the public articles with the day of their last change."""
    if not portal_is_open():
        raise NotFound
    root = url_for("home.index", _external=True).rstrip("/")
    public = select(Article).where(readable_articles(ANONYMOUS)).options(selectinload(Article.current))
    rows = db().scalars(public.order_by(Article.id).limit(MOST))
    pages = [(root + address_of(row), f"{row.updated_at:%Y-%m-%d}") for row in rows]
    response = make_response(render_template("portal/sitemap.xml", root=root, pages=pages))
    response.mimetype = "application/xml"
    return response
