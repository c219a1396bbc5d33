"""The squash against a naive overlay: the same layers applied, one file operation after another, to a real folder."""

import os
import shutil
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples
from tests.unit.layers.helpers import visible_files

from careen.layers.facts import Facts
from careen.layers.squash import squash
from careen.model.delta import Delta, FileTable

names = st.sampled_from(["a", "b", "c"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


@st.composite
def layers(draw):
    """Files, folders, whiteouts and opaque folders that one layer may hold together: no file below a file."""
    files = draw(st.sets(paths, max_size=4))
    files = {path for path in files if not any(other != path and path.startswith(other + "/") for other in files)}
    below = {parent for path in files for parent in parents(path)}
    folders = {path for path in draw(st.sets(paths, max_size=2)) if not any(under(path, file) for file in files)}
    gone = {path for path in draw(st.sets(paths, max_size=2)) if not any(parent in files for parent in parents(path))}
    opaque = draw(st.sets(st.sampled_from(["", "a", "b", "a/b"]), max_size=1)) - files
    opaque = {path for path in opaque if path in below | folders or path == ""}
    return files, folders | below, gone, opaque


def parents(path):
    parts = path.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def under(path, top):
    return path == top or path.startswith(top + "/")


def delta(number, layer):
    files, folders, gone, opaque = layer
    rows = sorted(files)
    table = FileTable(
        "\0".join(rows), "f" * len(rows), bytes(2 * len(rows)), bytes(8 * len(rows)), bytes(8 * len(rows)), "",
        "\0".join(sorted(folders)),
    )  # fmt: skip
    facts = {"x": tuple((path, number) for path in rows)} if rows else {}
    return Delta(str(number), None, table, facts, tuple(sorted(gone)), tuple(sorted(opaque)))


def remove(place: Path):
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    elif place.exists():
        place.unlink()


def overlay(root: Path, sequence):
    root.mkdir()
    for number, (files, folders, gone, opaque) in enumerate(sequence):
        for path in opaque:
            if (root / path).is_dir():
                for child in (root / path).iterdir():
                    remove(child)
        for path in gone:
            if all((root / parent).is_dir() for parent in parents(path)):
                remove(root / path)
        for path in sorted(folders):
            for place in (*parents(path), path):
                if not (root / place).is_dir():
                    remove(root / place)
                    (root / place).mkdir()
        for path in sorted(files):
            remove(root / path)
            (root / path).write_text(str(number))
    return {
        os.path.relpath(os.path.join(folder, name), root): int((Path(folder) / name).read_text())
        for folder, _, found in os.walk(root)
        for name in found
    }


@examples(150)
@given(sequence=st.lists(layers(), min_size=1, max_size=4))
def test_the_visible_files_are_those_of_the_overlay(tmp_path_factory, sequence):
    expected = overlay(tmp_path_factory.mktemp("overlay") / "root", sequence)
    tree = squash([delta(*item) for item in enumerate(sequence)])
    assert visible_files(tree) == expected
    facts = Facts(tree, [])
    facts.replay()
    assert {fact.path: fact.value for fact in facts.of("x")} == expected


@examples(50)
@given(sequence=st.lists(layers(), min_size=2, max_size=4))
def test_the_facts_after_each_layer_are_those_of_the_overlay_of_as_many(tmp_path_factory, sequence):
    facts = Facts(squash([delta(*item) for item in enumerate(sequence)]), [])
    after = {}
    facts.replay(lambda layer, name: after.update({layer: {fact.path: fact.value for fact in facts.of(name)}}))
    for layer, found in after.items():
        assert found == overlay(tmp_path_factory.mktemp("overlay") / "root", sequence[: layer + 1])
