"""From a finished run folder to HTML files that ask nothing of any network.

It reads the files that a run leaves behind. What the page draws and says is decided here; every
figure on it comes from the run folder unchanged, or from the run's curves by addition. Names are
loaded when first used, so that what only needs the words does not wait for the maps.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maps.comparison import write_comparison
    from maps.page import write_map
    from maps.pages import write_pages
    from maps.report import write_report
    from maps.site import write_site

_HOME = {
    "write_comparison": "maps.comparison",
    "write_map": "maps.page",
    "write_pages": "maps.pages",
    "write_report": "maps.report",
    "write_site": "maps.site",
}

__all__ = ["write_comparison", "write_map", "write_pages", "write_report", "write_site"]


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'maps' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
