"""Templates of Dockerfiles, of Go, Jinja, Mako or ERB: their text without directives, whose lines become comments.

So all branches of a template are read, as if one followed the other. Expressions within an instruction stay.
"""

import re

from careen.formats.dockerfile.stages import Dockerfile

MARKS = ("{{", "{%", "{#", "<%")  # of a directive, where an instruction should be
_ONE = r"\{\{[^{}]{0,4000}\}\}|\{%[^{}%]{0,4000}%\}|\{#[^{}#]{0,4000}#\}|<%[^<>]{0,4000}>"
_DIRECTIVE = re.compile(rf"(?m)^[ \t]*+(?:(?:(?:{_ONE})[ \t]*+)++|%[ \t][^\n]*)$")


def is_template(document: Dockerfile) -> bool:
    directives = any(step.keyword.startswith(MARKS) for step in document.steps)
    return directives or any(mark in stage.image for stage in document.stages for mark in MARKS)


def without_directives(text: str) -> str:
    return _DIRECTIVE.sub(lambda match: "\n".join("#" for _ in match[0].split("\n")), text)
