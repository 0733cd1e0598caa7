"""Says at the end of a session how many cases each surface has tried."""

import answered


def pytest_terminal_summary(terminalreporter):
    if answered.TRIED:
        counts = ", ".join(f"{name} {count:,}" for name, count in answered.TRIED.items())
        terminalreporter.write_line(f"fuzz: {answered.TRIED.total():,} cases: {counts}")
