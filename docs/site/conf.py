"""Settings of Sphinx for the site; ``build.py`` makes the pages."""

import re
from pathlib import Path

_ABOUT = (Path(__file__).parents[2] / "src/careen/__init__.py").read_text("utf-8")

project = "Careen"
release = version = re.search(r'__version__ = "([^"]+)"', _ABOUT)[1]
copyright = "the authors of Careen"
extensions = ["myst_parser"]
root_doc = "index"
html_theme = "furo"
html_search_scorer = str(Path(__file__).with_name("scorer.js"))
html_title = f"Careen {version}"
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
smartquotes = False  # "--flag" stays as it is typed
myst_heading_anchors = 4  # as code hosts make them
myst_enable_extensions = ["colon_fence"]
highlight_language = "text"
pygments_style = "default"
pygments_dark_style = "github-dark"
# Excerpts of output and files with "…" in them are not whole documents of their language.
suppress_warnings = ["misc.highlighting_failure"]
