"""Queries of a Dockerfile that several checks share."""

import pytest

from careen.checks.steps import (
    installs,
    left_behind,
    modes_set,
    mounted,
    of_call,
    of_stage,
    of_step,
    of_word,
    removes,
    shown,
    unpinned,
    uses_flag,
)
from careen.formats.dockerfile.reader import read_dockerfile
from careen.plugins import Place


def dockerfile(*lines):
    return read_dockerfile("\n".join(("FROM a", *lines)))


def call(line, program):
    return dockerfile(f"RUN {line}").calls(program)[0]


def test_places():
    file = dockerfile("RUN a \\\n b \\\n && curl x \\\n  y")
    (step,), (curl,) = file.of("RUN"), file.calls("curl")
    assert of_step(step, "m") == Place("m", 2, 5)
    assert of_call(curl, "m") == Place("m", 4, 5)
    assert of_word(curl, "y", "m") == Place("m", 5, 5)
    assert of_stage(file.stages[0], "m") == Place("m", 1, 1)


def test_a_command_as_a_short_line():
    assert shown(("a", "b")) == "a b"
    assert shown(("x" * 100,)) == "x" * 100
    assert shown(("x" * 101,)) == "x" * 99 + "…"
    assert "secret" not in shown(("curl", "https://user:secret@x.example/" + "y" * 100))


def test_calls_that_install():
    found = installs(dockerfile("RUN pip download a; pip install b"), "pip")
    assert [call.command.words[1] for call, _ in found] == ["install"]


@pytest.mark.parametrize(("specs", "expected"), [("a", ["a"]), ("a==1", []), ("$A", []), ("a==1 b", ["b"])])
def test_names_without_a_version(specs, expected):
    ((_, package),) = installs(dockerfile(f"RUN pip install {specs}"), "pip")
    assert [spec.text for spec in unpinned(package)] == expected


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("type=cache,target=/var/cache", True),
        ("type=cache,target=/var/cache/apt/", True),
        ("type=tmpfs,dst=/var", True),
        ("type=cache,destination=/", True),
        ("type=bind,target=/var", False),
        ("target=/var", False),
        ("type=cache,target=/var/ca", False),
    ],
)
def test_folders_over_which_something_is_mounted(mount, expected):
    (step,) = dockerfile(f"RUN --mount={mount} a").of("RUN")
    assert mounted(step, "/var/cache/apt") is expected


def left(*lines, folders=()):
    found = left_behind(
        dockerfile(*lines), lambda call: call.command.program == "fill", lambda call: call.command.program == "clean", *folders
    )
    return [call.command.line for call in found]


def test_caches_that_stay_in_a_layer():
    assert left("RUN fill", "RUN clean") == [2]
    assert left("RUN fill && clean") == []
    assert left("RUN clean && fill") == [2]
    assert left("RUN fill && clean && fill") == [2]
    assert left("RUN other") == []
    assert left("RUN --mount=type=cache,target=/c fill", folders=("/c",)) == []
    assert left("RUN fill", "FROM b", "COPY --from=0 x y") == []


@pytest.mark.parametrize(
    ("line", "mode"),
    [
        ("RUN chmod -R 777 /a", ["777"]),
        ("RUN chmod u+s /a", ["u+s"]),
        ("RUN find / -exec chmod 666 {} +", ["666"]),
        ("RUN find / -name a", []),
        ("RUN mkdir -m 1777 /a", ["1777"]),
        ("RUN install --mode=4755 -o root a b", ["4755"]),
        ("RUN mkdir /a", []),
        ("COPY --chmod=777 a b", ["777"]),
        ("ADD a b", []),
    ],
)
def test_modes(line, mode):
    assert [found for found, _ in modes_set(dockerfile(line))] == mode


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("rm -rf /var/lib/apt/lists/*", True),
        ("rm -rf /var/lib/apt/lists", True),
        ("rm -rf /var/lib/apt/lists/partial", True),
        ("rm -rf /var/lib", True),
        ("rm -rf /var/lib/apt/listsx", False),
        ("rm -rf /opt", False),
        ("ls /var/lib/apt/lists", False),
    ],
)
def test_what_an_rm_removes(command, expected):
    assert removes(call(command, command.split()[0]), "/var/lib/apt/lists") is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("-k x", True),
        ("-sk x", True),
        ("--insecure", True),
        ("--insecure=1", True),
        ("-s x", False),
        ("--kind", False),
        ("k", False),
    ],
)
def test_flags_of_a_command(words, expected):
    assert uses_flag(call(f"curl {words}", "curl"), "-k", "--insecure") is expected
