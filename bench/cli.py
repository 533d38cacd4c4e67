"""The entry point of the command line. The commands are in `bench.commands`, one file per group."""

from __future__ import annotations

import gc
import signal
import sys
import warnings
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

import bench
from bench.commands import pages, plugins, records, run, spaces, studies
from bench.commands.common import BAD_INPUT, DONE, INTERRUPTED, app, say
from bench.errors import BadInput

GROUPS = (run, records, pages, spaces, studies, plugins)
"""Files of commands, in the order of the help; importing one adds its commands."""
GOES_ON = "latentbench: interrupted; finished runs are kept, and the same command goes on"


def main() -> int:
    """Run the command line and give its exit code: 0 done, 1 a run or check failed, 2 bad input, 130 interrupted."""
    gc.set_threshold(20_000)  # a command is short, and most of what it makes lives as long
    warnings.showwarning = _show_warning  # type: ignore[assignment]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack σ, and must not end a run for it
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = int(app(standalone_mode=False) or DONE)
        if code == INTERRUPTED:
            say(GOES_ON)
        return code
    except BadInput as error:
        say(f"latentbench: {error}")
        return BAD_INPUT
    except TyperException as error:
        say(f"latentbench: {_message(error)}")
        return BAD_INPUT
    except OSError as error:
        say(f"latentbench: {error.filename}: {error.strerror}" if error.filename else f"latentbench: {error}")
        return BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        say(GOES_ON)
        return INTERRUPTED


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and the commit.")] = False,
) -> None:
    if version:
        from bench.running.provenance import commit

        at = commit()
        typer.echo(f"latentbench {bench.__version__}" + (f" ({at})" if at else ""))
        raise typer.Exit


def _show_warning(message: Warning | str, *_: Any) -> None:
    say(f"warning: {message}")


def _message(error: TyperException) -> str:
    show = getattr(error, "format_message", None)
    return str(show() if show else error)


if __name__ == "__main__":
    sys.exit(main())
