"""The composition root: settings become an engine, an encoder and a live index. Every process starts here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from assistant import migrations, models
from assistant.desk import audit, content_standard, site
from assistant.desk.attachment import Store
from assistant.desk.corpora import CORPORA
from assistant.desk.errors import DeskError
from assistant.settings import POSTGRESQL, Settings
from index.encoder import Encoder
from index.errors import SearchError
from kb import beside, embeddings, standard
from kb.live import Live
from kb.store import Sessions, make_engine
from kb.tuning import Tuning


class Runtime:
    """Everything a door needs, opened once for each process."""

    def __init__(
        self,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        writes_words: bool = False,
        opens: Callable[[str], Encoder] | None = None,
    ) -> None:
        """Open the desk. encoder: instead of the exported model; writes_words: this process writes the word index.

        opens: the model of a recipe, instead of those on the disk.
        """
        self.settings = settings
        self.stopping = Event()  # set when this process is asked to end; long work looks at it
        self.marked = ""  # the recipe for which the worker has marked what it has not read yet
        self.engine = make_engine(settings.database_url)
        self.sessions = Sessions(self.engine)
        self.attachments = Store(settings.attachments_folder)
        audit.listen(self.sessions.writer)
        embeddings.listen(self.sessions.writer, CORPORA)
        for sessions in (self.sessions.reader, self.sessions.writer):
            standard.decided_by(sessions, content_standard.of)
        self.models = opens or (lambda recipe: models.opened(settings, recipe))
        troubles: dict[str, str] = {}
        used = self._used()
        self.live = self.open_index(
            encoder=encoder or self._open_model(used, troubles),
            troubles=troubles,
            writes=writes_words,
            models=self.models,
            used=used,
        )

    def open_index(self, **options: Any) -> Live:
        """Open the index that the settings name. options: further arguments of it."""
        if self.settings.index == POSTGRESQL:
            from kb.shared import Shared  # noqa: PLC0415 - its library may be missing

            return Shared(self.sessions, CORPORA, **options)
        return Live(self.settings.index_folder, CORPORA, **options)

    @classmethod
    def opened(cls, settings: Settings, **options: Any) -> "Runtime":
        """Open a desk that is prepared. options: further arguments. Raises NotPrepared."""
        runtime = cls(settings, **options)
        try:
            migrations.check(runtime.engine)
        except DeskError:
            runtime.close()
            raise
        return runtime

    @property
    def encoder(self) -> Encoder | None:
        """The model that answers in this process; another one after it was put in use."""
        return self.live.encoder

    def migrate(self) -> None:
        """Bring the database to what this code expects."""
        migrations.upgrade(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for looking only."""
        with self.sessions.reading() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session for changes; the caller commits."""
        with self.sessions.writing() as db:
            yield db

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    def zone(self, db: Session) -> ZoneInfo:
        """Return the time zone of the desk: the administrator's, else that of the settings."""
        return ZoneInfo(site.of(db, "desk")["timezone"] or self.settings.timezone)

    def close(self) -> None:
        """Give everything back."""
        self.live.close()
        self.engine.dispose()

    def _used(self) -> str:
        """Return the recipe of the model in use; a database that is not prepared yet knows none."""
        if not inspect(self.engine).has_table(Tuning.__tablename__):
            return beside.SHIPPED
        with self.reading() as db:
            return beside.in_use(db)

    def _open_model(self, used: str, troubles: dict[str, str]) -> Encoder | None:
        """Open the model in use, or else the one that the desk came with."""
        for recipe in dict.fromkeys((used, beside.SHIPPED)):
            try:
                return self.models(recipe)
            except SearchError as error:
                troubles["model"] = str(error)
        return None
