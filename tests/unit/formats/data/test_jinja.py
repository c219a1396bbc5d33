import pytest

from careen.formats.data import jinja
from careen.formats.data.jinja import filled, is_escaped


def test_a_template_is_filled_in():
    assert filled("a.txt", "{{ name }}!", {"name": "x"}) == "x!"
    assert filled("a.txt", "{{ name }}!", None) == ""  # only read


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{% if %}", "line 1: "),
        ("a\n{{ x", "line 2: "),
        ("{{ 'x' * 10 ** 12 }}", "Memory"),
        ("{% for a in range(99999) %}{% for b in range(999) %}{{ 'x' * 99 }}{% endfor %}{% endfor %}", "its output has"),
        ("{{ [].append(1) }}", "unsafe"),
        ("{{ x.__init__.__globals__ }}", "unsafe"),
    ],
)
def test_what_is_no_template_or_too_much(text, error):
    with pytest.raises(ValueError, match=error):
        filled("a.txt", text, {"x": 1})


def test_time_is_bounded():
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(ValueError, match=r"it takes more than 0\.5 s"):
        filled("a.txt", endless, {}, timeout_s=0.5)


def test_memory_is_bounded(monkeypatch):
    text = "{% set ns = namespace(x='x' * 99999) %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
    with pytest.raises(ValueError, match=r"memory|Memory"):
        filled("a.txt", text, {}, timeout_s=60)


@pytest.mark.parametrize(
    ("name", "escaped"), [("a.html", True), ("A.HTM.tpl", True), ("a.xml.j2", True), ("a.txt", False), ("html", False)]
)
def test_which_templates_are_escaped(name, escaped):
    assert is_escaped(name) is escaped


def test_the_bounds_are_those_of_the_documentation():
    assert (jinja.TIMEOUT_S, jinja.MAX_TEMPLATE_BYTES, jinja.MAX_OUTPUT_BYTES) == (30, 1 << 20, 64 << 20)
