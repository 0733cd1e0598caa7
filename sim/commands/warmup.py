"""`sim warmup`: the engine compiled ahead of the first run."""

from __future__ import annotations

from sim.commands.options import AsJson, Debug, command_app, examples, print_json
from sim.commands.terminal import progress
from sim.pipeline.warm_up import warm_up
from sim.wording import counted

app = command_app()


@app.command(epilog=examples("sim warmup", "sim warmup --json"))
def warmup_command(as_json: AsJson = False, debug: Debug = False) -> None:
    """Compile the engine now, so that the next command need not; done once an installation."""
    with progress() as announce:
        done = warm_up(announce)
    if as_json:
        print_json({**done._asdict(), "seconds": round(done.seconds, 1)})
    elif done.compiled:
        print(
            f"{done.compiled} of {counted(done.kernels, 'kernel')} compiled ({done.seconds:.1f} s)"
        )
    else:
        print(
            f"{counted(done.kernels, 'kernel is', 'kernels are')} compiled already: all there are."
        )
