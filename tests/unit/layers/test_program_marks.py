"""The compilers that programs name."""

import pytest

from careen.layers.dispatch import at_paths
from careen.layers.program_marks import read_programs
from careen.layers.verified import read_again
from careen.model.package import Evidence
from careen.safety.budget import Budget, Limits
from tests.support.executables import elf
from tests.support.images import make_layer
from tests.unit.layers.helpers import layer_of


def read(files, *paths):
    layer = layer_of(make_layer(files))
    places = [Evidence(path, 0) for path in paths or files]
    return read_programs(places, lambda number, wanted: read_again(layer, at_paths(wanted), Budget(Limits())))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\0GCC: (Debian 12.2.0-14) 12.2.0\0more", ("GCC: (Debian 12.2.0-14) 12.2.0",)),
        (b"\0GCC: (GNU) 8.5.0 20210514 (Red Hat 8.5.0-4)\0", ("GCC: (GNU) 8.5.0 20210514 (Red Hat 8.5.0-4)",)),
        (b"\0Alpine clang version 17.0.6\0", ("Alpine clang version 17.0.6",)),
        (b"\0rustc version 1.75.0 (82e1608df)\0", ("rustc version 1.75.0 (82e1608df)",)),
        (b"a manual about GCC: (Debian)\n", ()),
        (b"", ()),
    ],
)
def test_the_names_in_a_program(data, expected):
    (found,) = read({"usr/bin/x": elf(data)})
    assert (found.path, found.compilers) == ("usr/bin/x", expected)


def test_a_name_across_two_chunks_is_found_once():
    name = b"\0GCC: (Alpine 13.2.1) 13.2.1\0"
    for at in range((1 << 16) - 300, (1 << 16) + 40, 7):
        (found,) = read({"x": elf(b"") + b"x" * at + name})
        assert found.compilers == ("GCC: (Alpine 13.2.1) 13.2.1",)


def test_other_files_and_lost_ones_are_left_out():
    assert read({"script": b"#!/bin/sh\n\0GCC: (Debian 12) 12\0"}) == ()
    assert read({"x": elf(b"")}, "gone") == ()
