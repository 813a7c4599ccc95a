"""`kintsugi import`: shows how a file will be read, brings it in with a progress bar, says what was done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from assistant import settings as configuration
from assistant.desk.process import PHASES, presets
from assistant.importers import articles, incidents
from assistant.importers.decoding import Unreadable
from assistant.importers.directory import CREATABLE
from assistant.importers.plan import Plan
from assistant.importers.run import ImportFailed
from assistant.importers.summary import Summary
from assistant.runtime import Runtime
from kb.article import AUDIENCES, CONFIDENCES

FILE = click.Path(exists=True, path_type=Path)
NOT_CREATED = "none"
SHARED_WITH = [name for name in AUDIENCES if name != "team"]  # a team has to be named, article by article


@click.group("import")
def importing() -> None:
    """Bring in incidents and articles from elsewhere."""


@importing.command("incidents")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--source", default="", help="Name of where the rows come from (default: the file's name).")
@click.option("--mapping", type=FILE, help="TOML or JSON file that says which column is what.")
@click.option("--timezone", default="", help="Zone of times that name none (default: the desk's).")
@click.option("--day-first/--month-first", default=None, help="How to read 03/04/2026 (default: found out).")
@click.option("--encoding", default="", help="Character encoding (default: found out).")
@click.option("--delimiter", default="", help="What stands between columns (default: found out).")
@click.option("--sheet", default="", help="Sheet of a workbook (default: the first with a table).")
@click.option("--state", type=click.Choice(PHASES), help="Phase of rows that name no state.")
@click.option("--process", type=click.Choice(presets()), default="itil", show_default=True)
@click.option(
    "--create-missing",
    multiple=True,
    type=click.Choice([*CREATABLE, NOT_CREATED]),
    help="What may be added when it is not here (default: categories, services, items).",
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help="Where rejected rows go (default: beside the file's name here).",
)
@click.pass_context
def bring_incidents(context: click.Context, /, file: Path, dry_run: bool, **asked: Any) -> None:
    """Import incidents from a CSV, XLSX or JSON Lines FILE; closed ones keep their state, dates and resolution."""
    runtime = _runtime(context)
    options = incidents.Options(**_given(asked))
    with _plain_words():
        plan = incidents.plan(runtime, file, options)
        _show(plan, dry_run=dry_run)
        _bring(lambda tell: incidents.run(runtime, plan, tell, dry_run=dry_run))


@importing.command("articles")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option(
    "--source", default="", help="Name of where the pages come from (default: the file's or folder's name)."
)
@click.option("--mapping", type=FILE, help="TOML or JSON file that says which column is what.")
@click.option("--timezone", default="", help="Zone of times that name none (default: the desk's).")
@click.option("--day-first/--month-first", default=None, help="How to read 03/04/2026 (default: found out).")
@click.option("--encoding", default="", help="Character encoding of a table (default: found out).")
@click.option(
    "--confidence", type=click.Choice(list(CONFIDENCES)), default="not_validated", show_default=True
)
@click.option("--audience", type=click.Choice(SHARED_WITH), default="internal", show_default=True)
@click.option(
    "--personal-data-checked",
    is_flag=True,
    help="Somebody looked at the personal data in these pages; it may stay.",
)
@click.option("--base-url", default="", help="Where the pages stand on the web: relative links lead there.")
@click.option(
    "--create-missing",
    multiple=True,
    type=click.Choice(["categories", "services", NOT_CREATED]),
    help="What may be added when it is not here (default: both).",
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help="Where rejected pages go (default: beside the file's name here).",
)
@click.pass_context
def bring_articles(context: click.Context, /, file: Path, dry_run: bool, **asked: Any) -> None:
    """Import articles from FILE: a folder or a page of Markdown, JSON Lines, CSV or XLSX."""
    runtime = _runtime(context)
    options = articles.Options(**_given(asked))
    with _plain_words():
        plan = articles.plan(runtime, file, options)
        _show(plan, dry_run=dry_run)
        _bring(lambda tell: articles.run(runtime, plan, tell, dry_run=dry_run))


def _show(plan: Plan, *, dry_run: bool) -> None:
    """Print how a file will be read; a dry run shows what its first rows become."""
    for line in plan.lines():
        click.echo(line)
    for line in plan.samples() if dry_run else ():
        click.echo(f"  {line}")


def _runtime(context: click.Context) -> Runtime:
    runtime = Runtime.opened(configuration.load(**context.obj))
    context.call_on_close(runtime.close)
    return runtime


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the options that a person gave; what is left out keeps its usual value."""
    given = {name: value for name, value in asked.items() if value not in (None, "", ())}
    if NOT_CREATED in given.get("create_missing", ()):
        given["create_missing"] = ()
    return given


def _bring(act: Callable[[Callable[[float, Summary], object]], Summary]) -> None:
    """Run an import behind a progress bar and print its summary."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=1.0)

        def tell(share: float, summary: Summary) -> None:
            bar.update(task, completed=share, description=f"{summary.counts['rows']:,} rows")

        summary = act(tell)
        bar.update(task, completed=1.0)
    for line in summary.lines():
        click.echo(line)


@contextmanager
def _plain_words() -> Iterator[None]:
    """Tell what cannot be read or imported as a sentence."""
    try:
        yield
    except (Unreadable, ImportFailed) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt as stopped:
        raise click.ClickException(
            "Stopped. Give the same command again and it goes on from here."
        ) from stopped
