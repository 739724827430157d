"""What Sphinx is told: `make docs` builds the pages, and a reference from the docstrings, into build/docs."""

import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from docstrings import as_rst  # noqa: E402
from pygments.lexers.special import TextLexer  # noqa: E402

project = "palate"
copyright = "the palate authors"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "palate"
html_static_path = ["style"]
html_css_files = ["palate.css"]
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
FRONT_PAGE = "index"


def setup(app: Any) -> None:
    app.add_lexer("mermaid", TextLexer)  # drawn by who reads the page on a forge
    app.connect("source-read", add_contents)
    app.connect("autodoc-process-docstring", mend_docstring)


def add_contents(_app: Any, page: str, source: list[str]) -> None:
    """The links of the front page are the contents of all, under its headings."""
    if page == FRONT_PAGE:
        for section in source[0].split("\n## ")[1:]:
            heading = section.partition("\n")[0]
            pages = "\n".join(re.findall(r"\]\(([\w/-]+)\.md\)", section))
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{pages}\n```\n"


def mend_docstring(_app: Any, _kind: str, _name: str, thing: Any, _options: Any, lines: list[str]) -> None:
    lines[:] = as_rst(lines, thing)
