"""The command line: `kintsugi`. Each command reads its arguments, calls one verb, commits, and says what happened."""

import sys
from pathlib import Path
from typing import Any

import click

from assistant import measuring, teaching
from assistant import settings as configuration
from assistant.desk.errors import DeskError
from assistant.desk.people import ROLES
from assistant.importers.commands import importing
from assistant.runtime import Runtime
from index.errors import SearchError
from kb.errors import KnowledgeError, Refused


class Plain(click.Group):
    """A group whose commands end with a sentence instead of a traceback when the desk refuses something."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except Refused as refused:
            lines = [f"{finding.message} {finding.cure}".strip() for finding in refused.findings]
            raise click.ClickException("\n".join(lines)) from refused
        except (DeskError, KnowledgeError, SearchError, configuration.SettingsWrong) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--data", type=click.Path(path_type=Path), help="Data folder (default: ./data, or KINTSUGI_DATA)."
)
@click.version_option(package_name="kintsugi")
@click.pass_context
def main(context: click.Context, data: Path | None) -> None:
    """Kintsugi: a service desk that remembers what resolved it before."""
    context.obj = {"data": data} if data else {}


def runtime_of(context: click.Context, **options: Any) -> Runtime:
    """Open the desk for one command and close it when the command ends. options: further arguments of Runtime."""
    runtime = Runtime.opened(configuration.load(**context.obj), **options)
    context.call_on_close(runtime.close)
    return runtime


@main.command()
@click.option("--model/--no-model", default=True, help="Export the model that finds by meaning.")
@click.pass_context
def init(context: click.Context, model: bool) -> None:
    """Prepare the data folder: database by migration, model by export. Safe to run again."""
    from assistant.setup import export_model, fill_index, migrate  # noqa: PLC0415 - loads torch when it is needed

    settings = configuration.load(**context.obj)
    migrate(settings, click.echo)
    if model:
        export_model(settings, click.echo)
    fill_index(runtime_of(context, writes_words=True))


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; the next free one is taken when it is busy.")
@click.option("--worker/--no-worker", default=True, help="Start the worker beside the web process.")
@click.pass_context
def run(context: click.Context, host: str | None, port: int | None, worker: bool) -> None:
    """Serve the desk. Stops cleanly on Ctrl-C."""
    from assistant.serve import serve  # noqa: PLC0415 - commands that serve nothing start without the web parts

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    serve(configuration.load(**context.obj, **given), with_worker=worker, say=click.echo)


@main.command("worker")
@click.pass_context
def work(context: click.Context) -> None:
    """Run the worker alone: it embeds what changed, runs jobs and tidies up."""
    from assistant import log, worker  # noqa: PLC0415

    log.configure(configuration.load(**context.obj).log_level)
    worker.run(runtime_of(context, writes_words=True))


@main.group("index")
def index_group() -> None:
    """Look after the index that finds articles and incidents."""


@index_group.command("check")
@click.pass_context
def index_check(context: click.Context) -> None:
    """Compare the index with the database. Repairs nothing; ends with 1 when they disagree."""
    from assistant.checks import index_findings  # noqa: PLC0415

    _tell(index_findings(runtime_of(context)), "Index and database agree.")


@index_group.command("rebuild")
@click.pass_context
def index_rebuild(context: click.Context) -> None:
    """Derive the index anew from the database and embed what is missing."""
    from assistant.setup import fill_index  # noqa: PLC0415

    fill_index(runtime_of(context, writes_words=True), rebuild=True)


@main.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Check that database, index and attachments agree. Ends with 1 when they do not."""
    from assistant.checks import all_findings  # noqa: PLC0415

    _tell(all_findings(runtime_of(context)), "Database, index and attachments agree.")


@main.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option(
    "--keep", type=click.IntRange(1), help="How many backups remain; as many as usual when not given."
)
@click.pass_context
def back_up(context: click.Context, folder: Path | None, keep: int | None) -> None:
    """Write a verified backup below FOLDER while the desk runs; without FOLDER, where the desk keeps its own."""
    from assistant import backup, setup  # noqa: PLC0415
    from assistant.desk import nightly  # noqa: PLC0415

    runtime = runtime_of(context)
    with setup.counted_steps() as tell:
        with runtime.reading() as db:
            settings = runtime.settings
            usual, kept = nightly.place(db, settings.backups_folder, settings.backups_kept)
        made = backup.make(runtime, folder or usual, now=runtime.now(), keep=keep or kept, tell=tell)
    backup.note(runtime, made)
    click.echo(f"The backup is whole: {made.folder}")


@main.command("restore")
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def bring_back(context: click.Context, backup: Path) -> None:
    """Put a BACKUP into an empty data folder, after verifying it."""
    from assistant.backup import restore  # noqa: PLC0415

    data = Path(context.obj.get("data") or configuration.load().data)
    restore(backup, data)
    click.echo(f"The desk is back in {data}. Next: kintsugi init, then kintsugi verify, then start it.")


@main.command()
@click.pass_context
def status(context: click.Context) -> None:
    """Say how the desk is: model, index, queue, drift."""
    from assistant.checks import state_of  # noqa: PLC0415

    state = state_of(runtime_of(context))
    for figures in state.sections().values():
        for name, value in figures:
            click.echo(f"{name:<34}{value if isinstance(value, str) else f'{value:%Y-%m-%d %H:%M:%S} UTC'}")
    for trouble in state.troubles:
        click.echo(trouble)


@main.group("user")
def user_group() -> None:
    """People who may sign in."""


@user_group.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", type=click.Choice(list(ROLES)), default="requester", show_default=True)
@click.password_option(help="Asked for when it is not given.")
@click.pass_context
def user_add(context: click.Context, email: str, name: str, role: str, password: str) -> None:
    """Add a person."""
    from assistant.desk import people  # noqa: PLC0415

    runtime = runtime_of(context)
    with runtime.writing() as db:
        timezone = runtime.settings.timezone
        people.add(db, name, email, role=role, password=password, timezone=timezone, now=runtime.now())
        db.commit()
    click.echo(f"{name} can sign in as {email}.")


@user_group.command("password")
@click.argument("email")
@click.password_option(help="Asked for when it is not given.")
@click.pass_context
def user_password(context: click.Context, email: str, password: str) -> None:
    """Give a person a new password and sign them out everywhere."""
    from assistant.desk import people, signin  # noqa: PLC0415

    runtime = runtime_of(context)
    with runtime.writing() as db:
        person = people.by_email(db, email)
        if person is None:
            raise click.ClickException(f"Nobody here has the address {email}.")
        people.set_password(person, password)
        signin.end_all(db, person)
        db.commit()
    click.echo(f"{person.name} has a new password and is signed out everywhere.")


@user_group.command("list")
@click.pass_context
def user_list(context: click.Context) -> None:
    """List everybody."""
    from sqlalchemy import select  # noqa: PLC0415

    from assistant.desk.people import Person  # noqa: PLC0415

    with runtime_of(context).reading() as db:
        for person in db.scalars(select(Person).order_by(Person.name)):
            active = "" if person.active else "  (not active)"
            click.echo(f"{person.email:<40}{person.name:<28}{ROLES[person.role]}{active}")


@main.group("process")
def process_group() -> None:
    """Look at processes: states, moves and gates."""


@process_group.command("check")
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1)
def process_check(files: tuple[Path, ...]) -> None:
    """Check process files, or the five that come with the desk when none is named."""
    from assistant.desk import process  # noqa: PLC0415

    paths = files or tuple(sorted(process.FOLDER.glob("*.toml")))
    problems = [
        f"{path.name}, {problem}" for path in paths for problem in process.check(path.read_text("utf-8"))
    ]
    _tell(problems, f"{len(paths)} {'process is' if len(paths) == 1 else 'processes are'} sound.")


main.add_command(importing)
main.add_command(measuring.laboratory)
main.add_command(teaching.model)


@main.command()
@click.pass_context
def demo(context: click.Context) -> None:
    """Fill an empty desk with the demo: people, services, articles, incidents. Prints their password once."""
    from assistant.demo.load import load  # noqa: PLC0415
    from assistant.setup import counted, fill_index  # noqa: PLC0415

    runtime = runtime_of(context, writes_words=True)
    with counted("Living through ninety days") as tell:
        loaded = load(runtime, now=runtime.now(), progress=tell)
    if loaded is None:
        click.echo("Somebody is here already, so the demo was left out.")
        return
    click.echo(f"\n{loaded.articles} articles and {loaded.incidents} incidents. Sign in as one of these:\n")
    for person in loaded.people:
        click.echo(f"    {person.email:<34}{ROLES[person.role]}")
    click.echo(f"\nTheir password, shown only now: {loaded.password}\n")
    fill_index(runtime)
    measuring.first_run(runtime)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the documents, when they are not with the queries.",
)
@click.option("--as", "kind", type=click.Choice(["articles", "incidents"]), help="What the documents become.")
@click.option(
    "--run",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the hits: query, document, score.",
)
@click.option(
    "--adapt",
    is_flag=True,
    help="Let a copy of the model learn from the documents first; kept only if better.",
)
@click.pass_context
def evaluate(
    context: click.Context,
    folder: Path,
    *,
    documents: Path | None,
    kind: str | None,
    run: Path | None,
    adapt: bool,
) -> None:
    """Measure finding on a FOLDER of documents, queries and judgements, in a throw-away desk."""
    from assistant import evaluating  # noqa: PLC0415
    from assistant.setup import counted_steps  # noqa: PLC0415

    runtime = runtime_of(context)
    model = runtime.settings.model if adapt else None
    with counted_steps() as tell:
        result = evaluating.evaluate(
            folder, documents, kind, run, encoder=runtime.encoder, adapt=model, tell=tell
        )
    for line in result.lines():
        click.echo(line)


def _tell(findings: list[str], fine: str) -> None:
    """Print findings and end with 1, or say that all is well."""
    for finding in findings:
        click.echo(finding)
    if findings:
        sys.exit(1)
    click.echo(fine)
