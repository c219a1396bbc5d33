"""Generated config maps and secrets; tests/data/kustomize/values has those that Kustomize made."""

from careen.kustomize.generate import files_of_values, generate
from careen.kustomize.reading import Reading


def made(kustomization, **files):
    reading = Reading({"k": kustomization, **files})
    (body,), objects = reading.documents("k"), []
    generate(reading, "", body, objects)
    return reading, body, [object.body for object in objects]


def test_values_with_the_lines_of_their_files():
    reading, body, (found,) = made(
        "configMapGenerator:\n- name: a\n  literals: ['x=\"1\"', y=a=b]\n  envs: [e]\n  files: [d/f.txt, g=f2]\n",
        e="# no\nA=1\r\n\nexport\nB\n1=no\n",
        f2="text",
        **{"d/f.txt": "line\n"},
    )
    data = found["data"]
    assert data == {"A": "1", "export": "", "B": "", "f.txt": "line\n", "g": "text", "x": "1", "y": "a=b"}
    assert [reading.nodes.origin(data.lines[key]) for key in ("A", "g", "y")] == [("e", 2), ("f2", 0), ("k", 3)]
    assert list(files_of_values(body)) == ["e", "d/f.txt", "f2"]
    assert reading.troubles == []


def test_one_that_exists_gets_more_values_or_others():
    _, _, found = made(
        "configMapGenerator:\n- {name: a, literals: [x=1]}\n- {name: a, behavior: merge, literals: [y=2]}\n"
        "- {name: b, literals: [x=1]}\n- {name: b, behavior: replace, literals: [y=2]}\n"
        "secretGenerator:\n- {name: a, env: e, options: {labels: {l: m}}}\n",
        e="P=q",
    )
    assert [each.get("data") or each.get("stringData") for each in found] == [{"x": "1", "y": "2"}, {"y": "2"}, {"P": "q"}]
    assert found[2]["metadata"] == {"name": "a", "labels": {"l": "m"}}


def test_missing_files():
    reading, _, _ = made("secretGenerator:\n- name: a\n  envs:\n  - no.env\n  files: [k=no.txt]\n")
    assert [(trouble.line, trouble.reason) for trouble in reading.troubles] == [
        (4, "no.env is not among the checked files"),
        (5, "no.txt is not among the checked files"),
    ]
