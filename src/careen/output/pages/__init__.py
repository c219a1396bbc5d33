"""HTML pages of one design: templates, macros, style and script, for reports in a file and for pages of a server.

``page`` renders a template of this folder to one document that needs no other file. Every expression of a template is made
visible text (``output/escape.py``) and then escaped for HTML; only what a macro of ours made is markup. The content security
policy allows one script and one style by their hashes, and no request.
**Source:** Jinja 3.1, "Autoescaping", ``finalize``; Content Security Policy Level 3.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careen.output.embedding import hash_source, json_block
from careen.output.escape import visible

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
LONGEST = 2000  # characters of one text


def page(template: str, values: dict[str, Any], data: Any = None) -> Iterator[str]:
    """The document in parts. ``data`` is for the script, in a block of JSON."""
    from markupsafe import Markup

    script, style = asset("page.js"), asset("page.css")
    policy = f"default-src 'none'; script-src {hash_source(script)}; style-src {hash_source(style)}"
    own = {
        "policy": Markup(f"{policy}; base-uri 'none'; form-action 'none'"),  # noqa: S704 made of hashes alone
        "script": Markup(script),  # noqa: S704 a file of ours, as is the style
        "style": Markup(style),  # noqa: S704
        "data": Markup(json_block(data)),  # noqa: S704 without a character that is special in HTML
    }
    return environment().get_template(template).generate(values | own)


@cache
def environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def plain(value: Any) -> Any:
        return visible(value, LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value

    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        finalize=plain,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = lambda count: f"{count:,}"
    return made


@cache
def asset(name: str) -> str:
    return (FOLDER / "assets" / name).read_text("utf-8")
