"""How the documentation site is built: `python -m sphinx -W --keep-going docs site`.

The pages are plain Markdown, readable where they lie. The reference of the library is made from
the docstrings, that of the commands from their own help, so neither can go stale. The built site
asks nothing of any other host, and works from disk.
"""

import sys
from importlib.metadata import version as installed
from pathlib import Path

from sphinx.ext.napoleon.docstring import NumpyDocstring

sys.path.insert(0, str(Path(__file__).parent))

project = "hk-camera-sim"
author = "The hk-camera-sim contributors"
copyright = f"{author}; BSD-3-Clause. Streets © OpenStreetMap contributors, ODbL 1.0"
version = release = installed("hk-camera-sim")
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "command_reference",
    "library_reference",
]
exclude_patterns = ["__pycache__", "paper"]  # the paper is in the form of its journal

myst_heading_anchors = 3  # so that a page may point at a heading of another, as on a code host

autodoc_typehints = "signature"
python_maximum_signature_line_length = 88
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_attr_annotations = False  # types stand in the signature
napoleon_custom_sections = [("Attributes", "params_style")]

# A property's docstring is a sentence like any other; napoleon would take what stands before its
# first colon for a type.
NumpyDocstring._parse_attribute_docstring = lambda docstring: [*docstring._consume_to_end()]

html_theme = "furo"
html_title = "What can still be walked unseen?"
html_static_path: list[str] = []
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"footer_icons": []}
