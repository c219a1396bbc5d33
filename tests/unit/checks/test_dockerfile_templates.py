"""Templates of Dockerfiles without their directives."""

import pytest
from tests.support.work import ends

from careen.checks.dockerfile_templates import without_directives


def test_directives_become_comments_on_the_same_lines():
    text = "FROM a\n{{ if x\n and y -}}\n  {% else %}\n% if z:\nRUN echo {{ v }}\n<% } %><% if (w) { %> \n"
    assert without_directives(text) == "FROM a\n#\n#\n#\n#\nRUN echo {{ v }}\n#\n"


@pytest.mark.parametrize("piece", ["{{", "{{ x\n", "{%\n", "<%\n", "{# \n", "% ", "<%><%>", "{{}} "])
def test_time_is_linear(piece):
    with ends(piece):
        without_directives(piece * 300_000)
