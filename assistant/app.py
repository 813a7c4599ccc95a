"""The web application: a list of what it is made of."""

from pathlib import Path

from assistant import errors, identity
from assistant.runtime import Runtime
from assistant.web import (
    acts,
    admin_audit,
    admin_brand,
    admin_categories,
    admin_groups,
    admin_health,
    admin_items,
    admin_people,
    admin_priority,
    admin_processes,
    admin_questions,
    admin_reasons,
    admin_routes,
    admin_services,
    admin_standard,
    alike,
    article_acts,
    article_publish,
    article_versions,
    articles,
    attachments,
    brand,
    bulk,
    closures,
    curation,
    curation_acts,
    curation_merge,
    door,
    family,
    guard,
    health,
    home,
    imports,
    incidents,
    incoming,
    invitations,
    items,
    laboratory,
    layout,
    log,
    model,
    notifications,
    page,
    palette,
    people,
    portal,
    portal_announce,
    portal_articles,
    portal_ask,
    portal_known,
    portal_mine,
    portal_public,
    presence,
    preview,
    profile,
    queue,
    resolving,
    search,
    set_up,
    sign_in,
    status,
    steps,
    suggestions,
    views,
)
from assistant.web.door import Desk

HERE = Path(__file__).parent
VIEWS = (
    *(home, sign_in, profile, queue, incidents, acts, suggestions, resolving, attachments),
    *(articles, article_acts, article_versions, article_publish),
    *(imports, curation, curation_acts, curation_merge, closures, laboratory, model),
    *(people, search, status, health, notifications, invitations, items, brand, set_up),
    *(portal, portal_articles, portal_ask, portal_known, portal_mine, portal_announce, portal_public),
    *(
        admin_people,
        admin_groups,
        admin_services,
        admin_questions,
        admin_items,
        admin_categories,
        admin_routes,
    ),
    *(admin_processes, admin_reasons, admin_priority, admin_standard, admin_health, admin_audit, admin_brand),
    *(alike, bulk, family, palette, presence, preview, steps, views),
)


def create_app(runtime: Runtime) -> Desk:
    """Return the application over an open runtime."""
    app = Desk("kintsugi", template_folder=folder("templates"), static_folder=folder("static"))
    app.config.update(
        SECRET_KEY=runtime.settings.secret_key,
        SESSION_COOKIE_NAME="kintsugi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=runtime.settings.secure_cookies,
    )
    incoming.init_app(app)
    log.init_app(app)
    door.init_app(app, runtime)
    page.init_app(app)
    layout.init_app(app)
    brand.init_app(app)
    identity.init_app(app)
    guard.init_app(app)
    errors.init_app(app)
    for view in VIEWS:
        app.register_blueprint(view.blueprint)
    return app


def folder(name: str) -> str:
    """Return where templates or static files are: inside the package when installed, beside it in a checkout."""
    inside = HERE / name
    return str(inside if inside.is_dir() else HERE.parent / name)
