"""`sim cache clear`: delete what earlier runs have kept."""

from __future__ import annotations

from sim.commands.options import AsJson, Debug, command_app, examples, print_json
from sim.pipeline.stage_cache import StageCache, cache_folder
from sim.wording import counted

app = command_app()


@app.command(epilog=examples("sim cache clear", "sim cache clear --json"))
def cache_clear_command(as_json: AsJson = False, debug: Debug = False) -> None:
    """Delete the stages that earlier runs have kept; the next run computes them again."""
    folder = cache_folder()
    gone = StageCache(folder).clear()
    size = sum(entry.size for entry in gone)
    if as_json:
        print_json({"folder": str(folder), "deleted": len(gone), "bytes": size})
    else:
        print(f"{folder}: {counted(len(gone), 'entry', 'entries')} deleted ({size / 1e6:.1f} MB)")
