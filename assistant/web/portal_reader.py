"""Who reads the portal: a person, or a browser that nobody signed in with; and what search engines may keep."""

import re
import secrets
import unicodedata
from typing import Any

from flask import Response, request, session, url_for

from assistant.identity import me, portal_is_open
from kb.article import Article

SLUG = 80  # characters


def visitor() -> str | None:
    """Return the random name of this browser when nobody is signed in."""
    if me() is not None:
        return None
    if "visitor" not in session:
        session["visitor"] = secrets.token_urlsafe(16)
    return str(session["visitor"])


def reader() -> dict[str, Any]:
    """Return whose search or vote it is, as the verbs take it."""
    return {"actor": me(), "visitor": visitor()}


def slug(text: str) -> str:
    """Return a text as the readable end of an address; “-” when it has no letter that fits there."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG].rstrip("-") or "-"


def carried() -> dict[str, str]:
    """Return what the address of an article tells besides it: the question, and as which answer it was shown."""
    return {name: request.args[name] for name in ("q", "shown") if name in request.args}


def address_of(article: Article, **asked: Any) -> str:
    """Return the one address at which readers find an article. asked: what the address carries along."""
    end = slug(article.title)
    return url_for("portal_articles.detail", number=article.number, slug=end, **asked)


def for_everybody(response: Response) -> Response:
    """Let search engines keep a page, where the administrator opened the portal."""
    if portal_is_open():
        response.headers["X-Robots-Tag"] = "all"
    return response
