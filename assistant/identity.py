"""Who is asking: Flask-Login over the desk's sign-in rows. The browser holds a random token, the desk its hash."""

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden, Unauthorized

from assistant.desk import permissions, signin, site
from assistant.desk.people import Person
from assistant.web.door import db, keep, now
from assistant.web.policy import policy_of
from kb.viewer import Viewer

manager = LoginManager()


class Visit(UserMixin):
    """A signed-in browser: its token, and the person behind it."""

    def __init__(self, token: str, person: Person) -> None:
        self.id = token
        self.person = person


def init_app(app: Flask) -> None:
    """Let requests know their person and check the policy of each route before its view runs."""
    manager.session_protection = None  # phones change their address; the token row is what counts
    manager.init_app(app)
    app.before_request(check_policy)


def me() -> Person | None:
    """Return the person who is signed in."""
    return current_user.person if current_user.is_authenticated else None


def viewer() -> Viewer:
    """Return what permission knows about the person who asks."""
    if "viewer" not in g:
        g.viewer = permissions.viewer_of(db(), me())
    return g.viewer


def can(action: str) -> bool:
    """Say whether the person who asks may do this at all; the object is asked about separately."""
    return permissions.allowed(me(), action)


def enter(person: Person) -> None:
    """Sign this browser in with a new token; whatever it had before ends."""
    leave()
    token = signin.start(
        db(),
        person,
        now=now(),
        address=request.remote_addr or "",
        browser=request.headers.get("User-Agent", ""),
    )
    session.permanent = True
    login_user(Visit(token, person))


def leave() -> None:
    """Sign this browser out: its row is deleted and its cookie emptied."""
    if current_user.is_authenticated:
        signin.end(db(), current_user.get_id())
    logout_user()
    session.clear()


def leave_others() -> int:
    """Sign the person out everywhere but here; return in how many browsers that was."""
    return signin.end_others(db(), current_user.person, current_user.get_id())


def check_policy() -> None:
    """Raise Unauthorized or Forbidden when the person may not use this route."""
    if request.endpoint in (None, "static"):
        return
    policy = policy_of(current_app.view_functions[request.endpoint])
    request.max_content_length = policy.body_bytes
    if policy.action is None or can(policy.action) or (policy.open and me() is None and portal_is_open()):
        return
    raise Unauthorized if me() is None else Forbidden


def portal_is_open() -> bool:
    """Say whether people who are not signed in may read public articles."""
    return bool(site.of(db(), "portal")["public"])


@manager.user_loader
def _visit(token: str) -> Visit | None:
    row = signin.find(db(), token, now=now())
    if row is None:
        return None
    g.person_id = row.person_id
    if signin.due(row, now=now()):
        _note_use(row, token)
    return Visit(token, row.person)


def _note_use(row: signin.SignIn, token: str) -> None:
    if g.writes:
        row.seen_at = now()
    else:
        keep(_touch, token)


def _touch(db: Session, token: str) -> None:
    row = signin.find(db, token, now=now())
    if row is not None:
        row.seen_at = now()
