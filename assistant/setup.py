"""Getting a desk ready: database, model, index. Every step says what it does and can be run again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine, func, select

from assistant import migrations
from assistant.desk import jobs
from assistant.runtime import Runtime
from assistant.settings import Settings
from index.encoder import Encoder, load_recipe
from index.errors import SearchError
from index.recipe import Recipe
from kb import beside, embeddings
from kb.embeddings import Embedding
from kb.store import Sessions, make_engine

Say = Callable[[str], object]


def bar() -> Progress:
    """Return a progress bar that looks the same for every long step."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        transient=False,
    )


@contextmanager
def counted(what: str) -> Iterator[Callable[[int, int], object]]:
    """Show a progress bar for one long step; what is given is called with what is done and what there is to do."""
    with counted_steps() as tell:
        yield lambda done, of: tell(what, done, of)


@contextmanager
def counted_steps() -> Iterator[Callable[..., object]]:
    """Show a progress bar for each of several long steps, told apart by their names."""
    with bar() as progress:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int = 0, of: int = 0) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=of or None)
            progress.update(tasks[step], completed=done, total=of or None)

        yield tell


def migrate(settings: Settings, say: Say) -> None:
    """Make or upgrade the database."""
    engine = make_engine(settings.database_url)
    try:
        before = migrations.revision(engine)
        migrations.upgrade(engine)
        if before not in (None, migrations.revision(engine)):
            _derive_anew(engine)
    finally:
        engine.dispose()
    say("The database is ready.")


def _derive_anew(engine: Engine) -> None:
    """Let the worker hold the index against the texts: this version may know items by more than the one before."""
    with Sessions(engine).writing() as db:
        jobs.ask(db, "index.rebuild", now=datetime.now(UTC))
        db.commit()


def export_model(settings: Settings, say: Say) -> None:
    """Export the sentence-transformers model to what the desk serves from, unless that stands already.

    Without it the desk still works; it then finds by words only, which is said here and on the status page.
    """
    try:
        recipe = load_recipe(settings.model_folder)
    except SearchError:
        recipe = _exported(settings, say)
    say(f"The model {recipe.model} is ready." if recipe else "The desk will find by words only.")


def _exported(settings: Settings, say: Say) -> Recipe | None:
    say("Exporting the model that finds by meaning (about half a minute) …")
    try:
        from index.export import export  # noqa: PLC0415 - loads torch, which nothing else of the desk does

        return export(settings.model, settings.model_folder, settings.model_precision)
    except (ImportError, SearchError) as error:
        say(f"The model could not be exported: {error}")
        return None


def fill_index(runtime: Runtime, *, rebuild: bool = False) -> None:
    """Embed everything that waits for it and bring this host's index up to date, with a progress bar.

    rebuild: first derive every passage again from its article or incident.
    """
    with bar() as progress:
        if rebuild:
            task = progress.add_task("Reading items", total=None)
            embeddings.rebuild(
                runtime.sessions, runtime.live.corpora, lambda done: progress.update(task, completed=done)
            )
            progress.update(task, total=progress.tasks[task].completed)
        if runtime.encoder is not None:
            _embed(runtime, runtime.encoder, progress)
    with runtime.reading() as db:
        runtime.live.catch_up(db)
    runtime.live.save()


def _embed(runtime: Runtime, encoder: Encoder, progress: Progress) -> None:
    with runtime.reading() as db:
        beside.mark_recipe(runtime.sessions, encoder)
        waiting = db.scalar(select(func.count()).where(Embedding.stale)) or 0
    if not waiting:
        return
    task = progress.add_task("Reading for meaning", total=waiting)
    while done := embeddings.refresh(runtime.sessions, encoder):
        progress.advance(task, done)
