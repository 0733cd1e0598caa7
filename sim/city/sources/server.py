"""Answers of web servers: asked for politely, one at a time, and kept on disk by their question.

It knows how servers of OpenStreetMap data fail (busy, unreachable, cut off, garbage with status
200), how long to wait for them and when to give up. It knows nothing of what is asked; whether an
answer is whole is told by a check that the asker brings.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from sim.errors import InputError

if TYPE_CHECKING:
    import requests

PAUSES_S = (5.0, 15.0, 45.0, 120.0, 240.0)
"""How long a server that is busy or answers garbage is left alone before each further try."""
PAUSES_UNREACHED_S = PAUSES_S[:2]
"""A server that cannot be reached at all is more often a wrong address than a busy one."""
LONGEST_PAUSE_S = 300.0
"""A server that asks to be left alone for longer is taken to say no."""
BETWEEN_S = 1.0
"""The least time between two questions, as Nominatim's rules ask for."""
CONNECT_S, SILENCE_S, LONGEST_ANSWER_S = 30.0, 240.0, 1800.0
LARGEST_ANSWER_MB = 500
KEPT_DAYS = 7
"""Older answers are asked for again, so that one bundle does not mix old streets with new ones."""
BUSY = {408, 425, 429, 500, 502, 503, 504}
_CHUNK = 1 << 16

Checked = TypeVar("Checked")


class NoAnswerError(ConnectionError):
    """A server gave no usable answer after all tries; what it had answered before is kept."""

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(0, reason, server)

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


class TooMuchError(Exception):
    """A server cannot answer a question in one piece; a smaller area may do."""


class GarbageError(Exception):
    """An answer is not what was asked for, though the server thinks so; the text says what it is.

    Checks raise it, and the question is asked again after a pause.
    """


class _TroubleError(Exception):
    """One try failed; another may not."""

    def __init__(self, reason: str, *, wait_s: float = 0.0, reached: bool = True) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.reached = reached


@dataclass
class Server(Generic[Checked]):
    """A web server, and the answers that it has given.

    Attributes
    ----------
    title
        How messages call it.
    url
        Address to which questions go.
    method
        How they go: "GET" or "POST" (as a form).
    kept
        Folder of the kept answers; made when the first one comes.
    suffix
        End of their names, before ".gz".
    check
        Reads a kept answer and returns what the asker wants to know of it; raises `GarbageError`
        where it is damaged or something else, `TooMuchError` where less should be asked.
    say
        Told in one line what the wait is for.
    wait
        Called with seconds.
    also_busy
        Statuses besides the usual ones after which a server is asked again later.
    """

    title: str
    url: str
    method: Literal["GET", "POST"]
    kept: Path
    suffix: str
    check: Callable[[Path], Checked]
    say: Callable[[str], None] = lambda _line: None
    wait: Callable[[float], None] = time.sleep
    also_busy: frozenset[int] = frozenset()
    _session: requests.Session | None = field(default=None, repr=False)
    _asked: bool = False

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            good = False
        if not good:
            raise InputError(
                f"{self.url}: is no address of a server; give one like https://example.org/api"
            )

    @property
    def host(self) -> str:
        """The server's name without user, password and path."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    def place(self, form: Mapping[str, str]) -> Path:
        """Return the file in which the answer to a question is kept, whether it is there or not."""
        question = "\n".join([self.url, *(f"{key}={form[key]}" for key in sorted(form))])
        digest = hashlib.sha256(question.encode()).hexdigest()
        return self.kept / f"{digest}{self.suffix}.gz"

    def has(self, form: Mapping[str, str]) -> bool:
        """Return whether the answer to a question is kept and young enough."""
        path = self.place(form)
        return path.is_file() and time.time() - path.stat().st_mtime < KEPT_DAYS * 86400

    def answer(self, form: Mapping[str, str]) -> tuple[Path, Checked]:
        """Return the file of an answer and what the check says of it; ask only if it is not kept.

        Raises
        ------
        NoAnswerError
            Every try failed, or the server says no.
        TooMuchError
            Less should be asked at once.
        """
        path = self.place(form)
        if self.has(form):
            try:
                return path, self.check(path)
            except (GarbageError, TooMuchError):
                self.say(f"{self.title}: a kept answer is damaged; asking for it again")
        path.unlink(missing_ok=True)
        return path, self._insist(form, path)

    def _insist(self, form: Mapping[str, str], path: Path) -> Checked:
        for tried in range(1, len(PAUSES_S) + 2):
            try:
                return self._ask_once(form, path)
            except _TroubleError as trouble:
                pauses = PAUSES_S if trouble.reached else PAUSES_UNREACHED_S
                if tried > len(pauses) or trouble.wait_s > LONGEST_PAUSE_S:
                    raise self._given_up(f"{trouble}, {tried} times in a row", trouble) from trouble
                pause = max(pauses[tried - 1], trouble.wait_s)
                self.say(f"{self.title}: {trouble}; again in {pause:.0f} s (try {tried + 1})")
                self.wait(pause)
        raise AssertionError("unreachable")

    def _given_up(self, reason: str, trouble: _TroubleError | None = None) -> NoAnswerError:
        asked = ""
        if trouble is not None and trouble.wait_s > LONGEST_PAUSE_S:
            asked = f" (it asks to be left alone for {trouble.wait_s:.0f} s)"
        return NoAnswerError(
            f"{self.title} at {self.host}",
            f"{reason}{asked}; try later or another server, finished answers are kept",
        )

    def _ask_once(self, form: Mapping[str, str], path: Path) -> Checked:
        """Ask, write the answer to a temporary file, check it, and rename it when it is whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.stem}.{os.getpid()}{self.suffix}.gz")
        try:
            self._download(form, unfinished)
            checked = self.check(unfinished)
            unfinished.rename(path)
        except GarbageError as garbage:
            raise _TroubleError(str(garbage)) from garbage
        finally:
            unfinished.unlink(missing_ok=True)
        return checked

    def _download(self, form: Mapping[str, str], unfinished: Path) -> None:
        import requests  # slow, and needed only where a server is asked

        if self._session is None:
            self._session = requests.Session()
            self._session.headers.update({"User-Agent": user_agent(), "Accept-Language": "en"})
        if self._asked:
            self.wait(BETWEEN_S)
        self._asked = True
        begun = time.monotonic()
        body, words = (form, None) if self.method == "POST" else (None, form)
        reached = False
        try:
            with self._session.request(
                self.method, self.url, data=body, params=words, stream=True,
                timeout=(CONNECT_S, SILENCE_S), allow_redirects=self.method == "GET",
            ) as response:  # fmt: skip
                reached = True
                self._judge(response)
                self._keep(response, unfinished, begun)
        except requests.exceptions.SSLError as error:
            raise self._given_up(f"its certificate is not accepted ({_short(error)})") from error
        except requests.exceptions.RequestException as error:
            what = "the answer was cut off" if reached else "cannot be reached"
            if isinstance(error, requests.exceptions.ReadTimeout):
                reached, what = True, f"silent for {SILENCE_S:.0f} s"
            raise _TroubleError(what, reached=reached) from error

    def _judge(self, response: requests.Response) -> None:
        """Raise where the status says that no answer follows."""
        status = response.status_code
        if status == 200:
            return
        if status in BUSY or status in self.also_busy:
            asked = response.headers.get("Retry-After", "")
            wait_s = float(asked) if asked.isascii() and asked.isdigit() else 0.0
            raise _TroubleError(
                f"answers {status} {_MEANING.get(status, '')}".rstrip(), wait_s=wait_s
            )
        if response.is_redirect:
            # A form that is sent on would arrive empty.
            raise self._given_up(f"has moved to {response.headers['Location']}, ask there")
        hint = " (is this the right address?)" if status in (404, 405) else ""
        raise self._given_up(f"answers {status} {response.reason}{hint}")

    def _keep(self, response: requests.Response, unfinished: Path, begun: float) -> None:
        """Write an answer to disk as it comes; its size is limited, not its promise."""
        size = 0
        with unfinished.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            for chunk in response.iter_content(_CHUNK):
                size += len(chunk)
                if size > LARGEST_ANSWER_MB * 1_000_000:
                    raise TooMuchError(f"an answer of more than {LARGEST_ANSWER_MB} MB")
                if time.monotonic() - begun > LONGEST_ANSWER_S:
                    raise _TroubleError(f"no end of an answer after {LONGEST_ANSWER_S:.0f} s")
                file.write(chunk)


_MEANING = {
    403: "(refused)",
    429: "(too many requests)",
    503: "(unavailable)",
    504: "(overloaded)",
}


def user_agent() -> str:
    """Return who asks, as the rules of the public servers want it."""
    try:
        return f"hk-camera-sim/{version('hk-camera-sim')}"
    except PackageNotFoundError:
        return "hk-camera-sim"


def forget_old_answers(kept: Path) -> None:
    """Delete answers that are too old to be used."""
    oldest = time.time() - KEPT_DAYS * 86400
    for path in kept.glob("*.gz") if kept.is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _short(error: Exception) -> str:
    return " ".join(str(error).split()).rsplit(": ", 1)[-1][:80]
