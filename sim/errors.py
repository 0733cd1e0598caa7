"""The one error a user can fix.

Everything that is wrong with the user's input (a file, a key, a coordinate, a request too large)
is raised as `InputError`, whose text is one line: where, what, what to do. The command turns it
into exit code 2; anything else that escapes is a fault of ours and exits 1.
"""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return `text` on one line without characters that steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


class InputError(ValueError):
    """The user's input is wrong; the message is one line that names the place and the remedy.

    Attributes
    ----------
    key
        Path of the scenario key at fault, for example "trips.walks.0.via.1", where one is: the
        command puts the file and line of that key before the message.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(one_line(message))
        self.key = key


class InputErrors(InputError):  # noqa: N818 - the plural of InputError
    """Several input errors found in one reading; `lines` has one message each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("")
        self.lines = [one_line(line) for line in lines]
        self.args = ("\n".join(self.lines),)

    def __reduce__(self) -> tuple[type[InputErrors], tuple[list[str]]]:
        """Come back from another process with the same lines."""
        return InputErrors, (self.lines,)


class KeptBesideError(RuntimeError):
    """The work is done but its place was taken meanwhile; the message names where it is instead."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))
