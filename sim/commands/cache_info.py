"""`sim cache info`: what earlier runs have kept, and where."""

from __future__ import annotations

from collections import Counter

from sim.commands.options import AsJson, Debug, command_app, examples, print_json
from sim.pipeline.stage_cache import LIMIT_BYTES, StageCache, cache_folder, refusal

app = command_app()


@app.command(epilog=examples("sim cache info", "sim cache info --json"))
def cache_info_command(as_json: AsJson = False, debug: Debug = False) -> None:
    """Show which stages of earlier runs are kept, where, and how large they are."""
    folder = cache_folder()
    entries = StageCache(folder).entries()
    size = sum(entry.size for entry in entries)
    stages = dict(sorted(Counter(entry.stage for entry in entries).items()))
    why = refusal(folder)
    if as_json:
        print_json(
            {"folder": str(folder), "entries": len(entries), "bytes": size,
             "limit_bytes": LIMIT_BYTES, "stages": stages, "refused": why or None}
        )  # fmt: skip
        return
    print(folder)
    names = ", ".join(f"{count} {stage}" for stage, count in stages.items()) or "nothing kept"
    print(f"{size / 1e6:.1f} MB of at most {LIMIT_BYTES / 1e6:,.0f} MB: {names}")
    if why:
        print(why)
