"""`sim quote`: what may be said of a run, in one place, with its doubt and how to cite it."""

from __future__ import annotations

from maps.quote import quotation
from sim.commands.options import (
    AsJson,
    Debug,
    Language,
    RunFolder,
    command_app,
    examples,
    print_json,
    say_without_doubt,
)

app = command_app()


@app.command(
    epilog=examples("sim quote out/mong_kok_core", "sim quote out/mong_kok_core --lang zh")
)
def quote_command(
    run_folder: RunFolder,
    lang: Language = "en",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Print the answer of a run as it may be quoted: band, range, digest, how to cite."""
    said = quotation(run_folder, lang)
    if as_json:
        print_json(said._asdict())
        return
    if not said.whole:
        say_without_doubt(run_folder)
    print("\n".join(said.lines))
