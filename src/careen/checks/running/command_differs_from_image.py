"""A container runs another command than its image."""

from collections.abc import Iterator, Sequence

from careen.formats.containerinspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for one in containers:
        if one.image_command and one.command != one.image_command and one.command[:1] != one.image_command[:1]:
            program = one.command[0] if one.command else "nothing"
            yield Place(f"container {one.name} starts {program}, its image {one.image_command[0]}", path=one.name)


CHECK = Check(
    id="RTM-002",
    title="A container runs another command than its image",
    severity="negligible",
    why="What was tested with the image is not what runs; a shell or a miner started in place of the program looks like this.",
    fix="Nothing, where it is meant: build it into an image of its own otherwise.",
    references=("CWE-693",),
    inspect=inspect,
    good=(
        """\
{"container": {"Name": "/web", "Image": "sha256:aa", "HostConfig": {"Privileged": false},
  "Config": {"Image": "web:1", "User": "app", "Cmd": ["serve"], "Env": []}},
 "image": {"Id": "sha256:aa", "Config": {"User": "app", "Cmd": ["serve"], "Env": []}},
 "tagged": {"Id": "sha256:aa"}, "changes": []}
""",
        """\
{"container": {"Name": "/web", "Image": "sha256:aa", "HostConfig": {"Privileged": false},
  "Config": {"Image": "web:1", "User": "app", "Cmd": ["serve", "--fast"], "Env": []}},
 "image": {"Id": "sha256:aa", "Config": {"User": "app", "Cmd": ["serve"], "Env": []}},
 "tagged": {"Id": "sha256:aa"}, "changes": []}
""",
    ),
    bad=(
        """\
{"container": {"Name": "/web", "Image": "sha256:aa", "HostConfig": {"Privileged": false},
  "Config": {"Image": "web:1", "User": "app", "Cmd": ["/bin/sh"], "Env": []}},
 "image": {"Id": "sha256:aa", "Config": {"User": "app", "Cmd": ["serve"], "Env": []}},
 "tagged": {"Id": "sha256:aa"}, "changes": []}
""",
    ),
)
