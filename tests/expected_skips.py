"""Option --expected-skips FILE: a test that skips and is not listed there fails the run.

A line of the file is `node id pattern | reason pattern`, both with shell wildcards (`*`, `?`); what
follows a `#` at the beginning of a line is a comment. The option may be given more than once, and
with `=`: pytest takes a word after a space for a test file, and looks for options beside that.
"""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--expected-skips",
        action="append",
        metavar="FILE",
        help="fail if a test skips that FILE does not list (node id pattern | reason pattern)",
    )


def pytest_configure(config):
    files = config.getoption("--expected-skips")
    if files:
        config.pluginmanager.register(ExpectedSkips(files), "expected-skips")


def listed(file):
    """Return the (node id, reason) patterns of a file."""
    pairs = []
    for number, line in enumerate(Path(file).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        node, bar, reason = (part.strip() for part in line.partition("|"))
        if not (node and bar and reason):
            raise pytest.UsageError(f"{file}:{number}: expected `node id pattern | reason pattern`")
        pairs.append((node, reason))
    return pairs


class ExpectedSkips:
    """Collects every skip, of a test or of a whole file, and compares it with the lists."""

    def __init__(self, files):
        self.patterns = [pair for file in files for pair in listed(file)]
        self.unexpected = []

    def look_at(self, report):
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        for node, why in self.patterns:
            if fnmatchcase(plain(report.nodeid), plain(node)) and fnmatchcase(reason, why):
                return
        self.unexpected.append(f"{report.nodeid} | {reason}")

    def pytest_runtest_logreport(self, report):
        self.look_at(report)

    def pytest_collectreport(self, report):
        self.look_at(report)

    def pytest_sessionfinish(self, session):
        if self.unexpected and session.exitstatus in (
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.unexpected:
            terminalreporter.section("skips that nobody expected")
            for line in self.unexpected:
                terminalreporter.line(line, red=True)


def plain(node):
    """Return a node id without the brackets that shell patterns would take as a set."""
    return node.replace("[", "(").replace("]", ")")
