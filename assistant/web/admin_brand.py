"""Name, logo, accent and portal of the desk, for administrators."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import brand, site
from assistant.desk.brand import LARGEST_LOGO
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now, runtime
from assistant.web.page import done, keep_typed, page
from assistant.web.policy import allows

blueprint = Blueprint("admin_brand", __name__)
GOLD = "#c9982f"  # the desk's own, where the choice of a colour begins


@blueprint.get("/admin/brand")
@allows("administer")
def form() -> ResponseReturnValue:
    """Show what the desk is called and how it looks, and what its portal says."""
    values = {name: site.of(db(), name) for name in ("brand", "portal")}
    seen = {name: site.version(db(), name) for name in ("brand", "portal")}
    return page("admin/brand.html", "admin/_brand_preview.html", values=values, seen=seen, gold=GOLD)


@blueprint.post("/admin/brand/preview")
@allows("administer", looks=True)
def preview() -> ResponseReturnValue:
    """Show how a colour would look, in light and dark; nothing is kept."""
    keep_typed()
    return form()


@blueprint.post("/admin/brand")
@allows("administer", form="admin_brand.form")
def save() -> ResponseReturnValue:
    """Keep name and accent; with the other button, go back to the desk's own gold."""
    accent = "" if forms.text("own") else forms.text("accent")
    accent = "" if accent == GOLD else accent
    brand.rename(db(), forms.text("name"), accent, seen=_seen(), actor=me(), now=now())
    return _back("The desk looks like that from now on.")


@blueprint.post("/admin/brand/logo")
@allows("administer", form="admin_brand.form")
def give_logo() -> ResponseReturnValue:
    """Keep a picture as the logo."""
    file = request.files.get("logo")
    data = file.stream.read(LARGEST_LOGO + 1) if file else b""
    brand.give_logo(db(), runtime().attachments, data, seen=_seen(), actor=me(), now=now())
    return _back("The desk has its logo.")


@blueprint.post("/admin/brand/logo/remove")
@allows("administer", form="admin_brand.form")
def take_logo() -> ResponseReturnValue:
    """Go back to the desk's own mark."""
    brand.take_logo(db(), seen=_seen(), actor=me(), now=now())
    return _back("The desk has its own mark again.")


@blueprint.post("/admin/portal")
@allows("administer", form="admin_brand.form")
def portal() -> ResponseReturnValue:
    """Keep what the portal says, and whether it is open to everybody."""
    values = {"public": bool(forms.text("public")), **forms.texts("greeting", "contact")}
    brand.open_portal(db(), values, seen=_seen(), sure=bool(forms.text("sure")), actor=me(), now=now())
    return _back("The portal says so from now on.")


def _seen() -> int:
    return forms.number("seen") or 0


def _back(said: str) -> ResponseReturnValue:
    return done(url_for("admin_brand.form"), said, leave=True)
