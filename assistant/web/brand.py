"""What the desk is called and how it looks: its name, its logo, and the sheet with its accent."""

from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import accent, site
from assistant.web.door import db, runtime
from assistant.web.policy import allows, anybody

blueprint = Blueprint("brand", __name__)
A_YEAR = "public, max-age=31536000, immutable"  # another accent or logo has another address


@blueprint.get("/brand.css")
@anybody()
def sheet() -> ResponseReturnValue:
    """Give out the sheet that puts the accent in the place of the desk's own gold."""
    chosen = brand()["accent"]
    return _sheet(accent.sheet(chosen) if chosen else "", A_YEAR if request.args.get("v") == chosen else "")


@blueprint.get("/brand/preview.css")
@allows("administer")
def preview() -> ResponseReturnValue:
    """Give out the same for a colour that is only tried, for the preview alone."""
    tried = request.args.get("accent", "").lower()
    return _sheet(accent.sheet(tried, "#preview") if accent.COLOUR.fullmatch(tried) else "")


@blueprint.get("/brand/logo")
@anybody()
def logo() -> ResponseReturnValue:
    """Give out the logo; shut in, as whatever somebody uploaded is."""
    kept = brand()
    path = runtime().attachments.path(kept["logo"]) if kept["logo"] else None
    if path is None or not path.is_file():
        raise NotFound
    answer: Response = send_file(path, mimetype=kept["media_type"])
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = A_YEAR if request.args.get("v") == kept["logo"][:12] else "no-store"
    return answer


def init_app(app: Flask) -> None:
    """Let every template say what the desk is called."""
    app.jinja_env.globals.update(brand=brand, accent_sheet=accent_sheet)


def brand() -> dict[str, Any]:
    """Return what the desk is called and how it looks, read once for each request."""
    if "brand" not in g:
        g.brand = site.of(db(), "brand")
    return g.brand


def accent_sheet() -> str:
    """Return the address of the accent's sheet; empty while the desk has its own gold."""
    chosen = brand()["accent"]
    return url_for("brand.sheet", v=chosen) if chosen else ""


def _sheet(text: str, kept: str = "") -> Response:
    answer = make_response(text)
    answer.mimetype = "text/css"
    answer.headers["Cache-Control"] = kept or "no-store"
    return answer
