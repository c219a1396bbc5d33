import re

import pytest
from jinja2 import UndefinedError

from careen.output.embedding import hash_source
from careen.output.pages import FOLDER, asset, environment


def test_every_expression_is_visible_and_escaped():
    made = environment().from_string("{{ text }}|{{ text|upper }}|{{ count|number }}")
    assert made.render(text="<b>\u202e", count=1234) == "&lt;b&gt;\\u202e|&lt;B&gt;\\u202E|1,234".replace("202E", "202e")


def test_what_is_not_there_is_an_error():
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


@pytest.mark.parametrize("path", sorted((FOLDER / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_script_a_style_or_an_address_of_its_own(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\son\w+=|\sstyle=|javascript:|\|\s*safe\b|autoescape", text)
    assert not re.search(r"(?:src|href)=\"(?!#|{{ of_step|{{ as_dockerfile)", text)  # which pages of the server define


def test_the_script_makes_no_markup_of_text():
    script = asset("page.js")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttp", script
    )
    assert "</script" not in script
    assert "</style" not in asset("page.css")
    assert hash_source(script).startswith("'sha256-")
