"""A django-helpdesk with nothing but what it needs, run by its own Python: `load FILE` or `serve PORT`.

Part of `bench.rival`, which sets it up in a folder of its own; nothing of ours is imported here.
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings

HERE = Path(os.environ["RIVAL"])
BATCH = 5000
APPS = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles", "humanize", "sites")
MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
CONTEXT = ("debug", "request")
USERS = ("django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages")

settings.configure(
    SECRET_KEY="of a bench",  # noqa: S106 - it guards nothing
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        *(f"django.contrib.{name}" for name in APPS),
        "rest_framework",
        "helpdesk",
    ],
    MIDDLEWARE=MIDDLEWARE,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    *(f"django.template.context_processors.{one}" for one in CONTEXT),
                    *USERS,
                ]
            },
        }
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "rival.db"}},
    STATIC_URL="/static/",
    SITE_ID=1,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    HELPDESK_TEAMS_MODE_ENABLED=False,
    HELPDESK_ACTIVATE_API_ENDPOINT=False,
)
django.setup()

import waitress
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from helpdesk.models import FollowUp, Queue, Ticket, UserSettings

Record = dict[str, Any]

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]


def load(file: Path) -> None:
    """Write the records of a JSON Lines file as tickets with follow-ups; print the session of somebody who works."""
    call_command("migrate", verbosity=0)
    agents, queues = _people()
    with file.open() as lines:
        batch = []
        for line in lines:
            batch.append(json.loads(line))
            if len(batch) == BATCH:
                _write(batch, agents, queues)
                batch = []
        _write(batch, agents, queues)
    sys.stdout.write(f"{_session(agents[0])}\n")


def _people() -> tuple[list[Any], list[Any]]:
    user = get_user_model()
    user.objects.bulk_create(
        user(username=f"agent{one}", email=f"agent{one}@example.com", is_staff=True, is_superuser=one == 0)
        for one in range(100)
    )
    UserSettings.objects.bulk_create(UserSettings(user=one) for one in user.objects.all())
    Queue.objects.bulk_create(Queue(title=f"Group {one}", slug=f"group-{one}") for one in range(1, 13))
    return list(user.objects.order_by("id")), list(Queue.objects.order_by("id"))


def _write(records: list[Record], agents: list[Any], queues: list[Any]) -> None:
    def ticket(told: Record) -> Ticket:
        at = datetime.fromisoformat(told["at"])
        return Ticket(
            id=told["id"],
            title=told["title"][:200],
            queue=queues[told["group"] % len(queues)],
            created=at,
            modified=at,
            submitter_email=told["email"],
            assigned_to=agents[told["agent"] % len(agents)] if told["agent"] else None,
            status=1 if told["open"] else 4,
            description=told["symptoms"],
            resolution=told["resolution"],
            priority=told["priority"],
        )

    def said(told: Record, entry: Record) -> FollowUp:
        at = datetime.fromisoformat(entry["at"])
        public = entry["kind"] == "comment"
        return FollowUp(ticket_id=told["id"], date=at, title="Comment", comment=entry["text"], public=public)

    Ticket.objects.bulk_create([ticket(told) for told in records])
    FollowUp.objects.bulk_create([said(told, entry) for told in records for entry in told["entries"]])


def _session(user: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def serve(port: int) -> None:
    """Serve it in one process, as the desk beside it is served."""
    waitress.serve(get_wsgi_application(), host="127.0.0.1", port=port, threads=8)


if __name__ == "__main__":
    {"load": lambda: load(Path(sys.argv[2])), "serve": lambda: serve(int(sys.argv[2]))}[sys.argv[1]]()
