"""`kintsugi model`: which model finds, let a copy of it learn the desk's language, and go back."""

import click

from assistant import settings as configuration
from assistant.runtime import Runtime


@click.group("model")
def model() -> None:
    """Look after the model that finds by meaning."""


@model.command("show")
@click.pass_context
def show(context: click.Context) -> None:
    """Say which model is in use, and what came of the last time a copy learned."""
    from assistant.desk import jobs, tongue  # noqa: PLC0415

    runtime = _runtime(context)
    with runtime.reading() as db:
        last = jobs.last_done(db, tongue.SUBJECT)
    click.echo(runtime.encoder.recipe.model if runtime.encoder else "None")
    if last is not None and last.result:
        click.echo(tongue.verdict(last.result))


@model.command("adapt")
@click.pass_context
def adapt(context: click.Context) -> None:
    """Let a copy of the model learn this desk's language; it answers only if it finds better."""
    from assistant import learning  # noqa: PLC0415
    from assistant.desk import jobs, tongue  # noqa: PLC0415
    from assistant.setup import counted_steps  # noqa: PLC0415

    runtime = _runtime(context)
    with counted_steps() as tell:
        came = learning.carry_out(runtime, tell)
    with runtime.writing() as db:
        jobs.note(db, tongue.SUBJECT, came, now=runtime.now())
        db.commit()
    click.echo(tongue.verdict(came))


@model.command("back")
@click.pass_context
def back(context: click.Context) -> None:
    """Go back to the model that was in use before."""
    from assistant import changeover  # noqa: PLC0415
    from assistant.desk import tongue  # noqa: PLC0415
    from assistant.setup import counted_steps  # noqa: PLC0415

    runtime = _runtime(context)
    with runtime.reading() as db:
        before = tongue.before(db)
    if before is None:
        raise click.ClickException("There was no other model before this one.")
    with counted_steps() as tell:
        changeover.go_back(runtime, before["recipe"], None, tell)
    click.echo("The model before answers again.")


def _runtime(context: click.Context) -> Runtime:
    runtime = Runtime.opened(configuration.load(**context.obj))
    context.call_on_close(runtime.close)
    return runtime
