"""Where the command `sim` begins: signals are heard before anything else is loaded."""

import sys

from sim.stopping import STOPPED, end_at_once, leave, listening, stop_asked


def main() -> int:
    """Run the command and return its exit code; a stop while it loads is answered here."""
    with listening():
        try:
            from sim.cli import main as command  # slow: loads typer

            code = command()
            leave(code)
        except KeyboardInterrupt:
            leave(STOPPED)
            print("sim: stopped; nothing was written", file=sys.stderr)
            code = STOPPED
        if stop_asked() and code == STOPPED:
            end_at_once(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
