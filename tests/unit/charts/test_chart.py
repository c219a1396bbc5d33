"""Which files of a folder are a chart's, and what its Chart.yaml states."""

import pytest

from careen.charts.chart import read_chart

PLAIN = {"Chart.yaml": b"name: a\nversion: 1\nkeywords: [x]\nmaintainers: [{name: Ada}, 5]\n"}


def test_files_are_templates_or_files_of_the_chart():
    files = {
        **PLAIN,
        "templates/a.yaml": b"a",
        "templates/sub/b.tpl": b"\xef\xbb\xbfb",
        "templates/.swp": b"x",
        "conf/x.txt": b"x",
        "values.yaml": b"a: 1\n",
        "charts/README.md": b"",
        "charts/_off/Chart.yaml": b"name: off\n",
        "charts/b/Chart.yaml": b"name: inner\n",
        "charts/b/templates/c.yaml": b"c",
        "secret.bak": b"",
        ".helmignore": b"*.bak\n/conf/x.md\n",
    }
    chart = read_chart(files)
    assert sorted(chart.templates) == ["templates/a.yaml", "templates/sub/b.tpl"]
    assert sorted(chart.files) == [".helmignore", "conf/x.txt"]
    assert chart.templates["templates/sub/b.tpl"] == "b"
    (inner,) = chart.subcharts
    assert (inner.name, inner.path, inner.folder) == ("inner", "a/charts/inner", "charts/b")
    described = chart.described(True)
    assert (described["Version"], described["Maintainers"], described["IsRoot"]) == (
        "1",
        [{"Name": "Ada", "Email": "", "URL": ""}],
        True,
    )


@pytest.mark.parametrize(
    ("pattern", "is_in"),
    [
        ("conf", False),
        ("conf/", False),
        ("*.txt", False),
        ("conf/*.txt", False),
        ("/conf", False),
        ("x", True),
        ("!x.txt", False),
    ],
)
def test_ignored_files(pattern, is_in):
    chart = read_chart({**PLAIN, "conf/x.txt": b"", ".helmignore": f"# note\n{pattern}\n".encode()})
    assert ("conf/x.txt" in chart.files) is is_in


@pytest.mark.parametrize("text", [b"", b"name: 5\n", b"- a\n", b"name: [\n", b"name: ''\n"])
def test_charts_without_a_name(text):
    with pytest.raises(ValueError, match=r"Chart\.yaml"):
        read_chart({"Chart.yaml": text})


def test_charts_in_charts_without_end():
    path, files = "", dict(PLAIN)
    for _ in range(30):
        path += "charts/a/"
        files[f"{path}Chart.yaml"] = b"name: a\n"
    with pytest.raises(ValueError, match="more than 10 deep"):
        read_chart(files)


def test_metadata_of_odd_types():
    text = b"name: a\nmaintainers: 5\nkeywords: 3\nannotations: x\ndependencies: {a: b}\n"
    chart = read_chart({"Chart.yaml": text})
    described = chart.described(True)
    assert (described["Maintainers"], described["Keywords"], described["Annotations"], chart.dependencies) == ([], [], {}, [])
