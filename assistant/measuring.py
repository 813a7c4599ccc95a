"""`kintsugi laboratory`: how well the desk finds what solved its own incidents, and whether another model would."""

import json
import sys
from contextlib import suppress
from pathlib import Path

import click

from assistant import settings as configuration
from assistant.runtime import Runtime
from index.encoder import OnnxEncoder


@click.command("laboratory")
@click.option(
    "--most", type=click.IntRange(1), help="Incidents that are asked; the newest 2,000 when not given."
)
@click.option(
    "--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="File for the figures."
)
@click.option(
    "--model",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of another exported model, to hold against the desk's own; nothing is kept of that.",
)
@click.option(
    "--phrasebook",
    is_flag=True,
    help="Hold finding with the words of solved incidents against finding without; nothing is kept of that.",
)
@click.pass_context
def laboratory(
    context: click.Context, most: int | None, target: Path | None, model: Path | None, phrasebook: bool
) -> None:
    """Ask this desk's own incidents again, each as of the moment it was recorded.

    Ends with 1 when the desk finds worse than one of its own parts alone, or another model worse than its own,
    beyond the interval.
    """
    from assistant.backtest import report, run  # noqa: PLC0415
    from assistant.setup import counted_steps  # noqa: PLC0415

    runtime, limit = _runtime(context), {"most": most} if most else {}
    with counted_steps() as tell:
        if model is not None:
            found = run.trial(runtime, OnnxEncoder(model, runtime.settings.encoder_threads), tell, **limit)
            lines, wrong = report.gains(found), report.losses(found)
        elif phrasebook:
            found = run.phrasebook(runtime, tell, **limit)
            lines = [line for name, one in found.items() for line in report.gains(one, f"among {name}")]
            wrong = [
                line
                for one in found.values()
                for line in report.losses(one, "finding without the phrasebook")
            ]
        else:
            made = run.carry_out(runtime, tell, **limit)
            found = report.whole(made)
            lines, wrong = report.lines(found), report.worse(found)
    if target is not None:
        target.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    for line in (*lines, *wrong):
        click.echo(line)
    if wrong:
        sys.exit(1)
    click.echo("Nothing is worse beyond its interval.")


def first_run(runtime: Runtime) -> None:
    """Let a desk that was just filled have its first figures; without the libraries of the index it has none."""
    from assistant.setup import counted_steps  # noqa: PLC0415

    with counted_steps() as tell, suppress(ImportError):
        from assistant.backtest import run  # noqa: PLC0415

        run.carry_out(runtime, tell)


def _runtime(context: click.Context) -> Runtime:
    runtime = Runtime.opened(configuration.load(**context.obj))
    context.call_on_close(runtime.close)
    return runtime
