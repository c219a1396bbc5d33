"""Templates are read, or refused with a line; changed ones never do anything else."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.charts import HERE

from careen.charts.template import TemplateError, Templates, parse

SOURCES = [path.read_text("utf-8") for path in sorted((HERE / "shop").rglob("templates/**/*.*"))]


def printed(text: str, data=None) -> str:
    templates = Templates({})
    templates.add(parse(text, "t"))
    return templates.run("t", data)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{- 1 }} b", "a1 b"),
        ("a {{ 1 -}} b", "a 1b"),
        ("a\n{{- /* note */ -}}\nb", "ab"),
        ("{{/* a }} b */}}c", "c"),
        ("{{ 3 -}}\n\n{{- 4 }}", "34"),
        ("{{3}}{{-3}}", "3-3"),
        ('{{ "}}" }}', "}}"),
        ("{{ `a\nb` }}", "a\nb"),
        ("{{ 'x' }} {{ 0x10 }} {{ .5 }} {{ 1_0 }}", "120 16 0.5 10"),
        ("{{ if 0 }}a{{ else if 1 }}b{{ else }}c{{ end }}", "b"),
        ('{{ define "a" }}x{{ end }}{{ template "a" }}', "x"),
        ("{{ $a := 1 }}{{ $b := $a }}{{ $b }}", "1"),
        ("{{ with $x := 5 }}{{ $x }}{{ end }}", "5"),
        ('{{ printf "%s-%s" "a" "b" | printf "%s" | len }}', "3"),
        ('{{ (index (slice "abc" 1) 0) }}', "98"),
    ],
)
def test_what_a_template_gives(text, expected):
    assert printed(text) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n{{ if 1 }}", 2),
        ("a\n\n{{ end }}", 3),
        ("{{ }}", 1),
        ('{{ "a }}', 1),
        ("{{ 1 | }}", 1),
        ("{{ (1 }}", 1),
        ("{{ template x }}", 1),
        ("x\n{{ range . }}{{ else if 1 }}{{ end }}", 2),
        ("{{ .a.b. }}", 1),
        ("{{ ! }}", 1),
        ("{{ 'ab' }}", 1),
        ('{{ define "x" }}', 1),
        ("{{ else }}", 1),
    ],
)
def test_what_is_refused(text, line):
    with pytest.raises(TemplateError) as caught:
        parse(text, "t")
    assert (caught.value.name, caught.value.line) == ("t", line)


@settings(max_examples=300)
@given(
    st.sampled_from(SOURCES),
    st.lists(
        st.tuples(
            st.floats(0, 1), st.sampled_from(["{{", "}}", "-", "end", "(", ")", "|", '"', "$x", ".", "", "\0", "else", "1e9"])
        ),
        max_size=4,
    ),
)
def test_changed_templates_are_read_or_refused(source, changes):
    for place, text in changes:
        at = int(place * len(source))
        source = source[:at] + text + source[at + 1 :]
    try:
        nodes = parse(source, "t")
    except TemplateError:
        return
    templates = Templates({})
    templates.add(nodes)
    with suppress(TemplateError):
        assert isinstance(templates.run("t", {"Values": {}, "Release": {"Name": "r"}})[0], str)
