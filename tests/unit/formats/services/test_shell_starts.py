"""Scripts and Makefiles: which containers they start, with the line of each option."""

import pytest

from careen.formats.services.shell_starts import in_makefile, in_markdown, in_script, starts_containers

SCRIPT = """\
#!/bin/bash
IMAGE=registry.example/web:1.2
OPTS="--privileged --pid=host"
args=(
  --cap-add SYS_ADMIN
  -v /var/run/docker.sock:/var/run/docker.sock
)
args+=(-e "DB_PASSWORD=hunter2")
if [ "$1" = up ]; then
  sudo docker run -d --name web $OPTS \\
    -p 8080:80 \\
    "${args[@]}" \\
    ${IMAGE} serve
fi
id=$(docker run -d --network host alpine:3.20)
sh -c "podman run --userns=host busybox:1"
docker logs web
"""


def test_a_script():
    web, alpine, busybox = in_script(SCRIPT, "start.sh")
    assert (web.name, web.image) == ("web", "registry.example/web:1.2")
    assert {key: web.where(key)[1] for key in ("privileged", "ports", "cap_add", "volumes", "environment", "image")} == {
        "privileged": 10, "ports": 11, "cap_add": 5, "volumes": 6, "environment": 8, "image": 13,
    }  # fmt: skip
    assert (alpine.network_mode, alpine.where("network_mode")) == ("host", ("start.sh", 15))
    assert (busybox.node["userns_mode"], busybox.node.line) == ("host", 16)


def test_lines_that_end_as_on_windows():
    (found,) = in_script("docker run \\\r\n  --privileged \\\r\n  app:1\r\n", "x.sh")
    assert (found.image, found.where("privileged")) == ("app:1", ("x.sh", 2))


def test_what_a_command_prints_is_not_guessed():
    (found,) = in_script("T=1\nT=$(git describe)\ndocker run app:$T", "x.sh")
    assert found.image == "app:$T"


def test_arrays_do_not_grow_without_bound():
    text = "a=(--cap-add X)\n" + 'a+=("${a[@]}")\n' * 40 + 'docker run "${a[@]}" img\n'
    assert len(in_script(text, "x.sh")) == 1


def test_blocks_of_shell_in_a_document():
    text = (
        "# How\n\ndocker run in prose:1\n\n```console\n$ docker run --privileged \\\n    app:1\n```\n\n"
        "```python\ndocker run no:1\n```\n\n~~~\npodman run other:2\n~~~\n"
    )
    first, second = in_markdown(text, "README.md")
    assert (first.image, first.where("privileged"), first.where("image")) == ("app:1", ("README.md", 6), ("README.md", 7))
    assert (second.image, second.node.line) == ("other:2", 15)


def test_a_makefile():
    text = (
        "IMG ?= app:1\nFLAGS := --rm -it\n\nrun: build\n\t@docker run $(FLAGS) -v $(CURDIR):/src \\\n"
        "\t  --privileged $(IMG) make\n\nother:\n\t-docker run -v $$(pwd):/x -e T=$${TOKEN} $(UNKNOWN)\n"
    )
    first, second = in_makefile(text, "Makefile")
    assert (first.image, first.command(), first.where("privileged")) == ("app:1", ["make"], ("Makefile", 6))
    assert [mount.source for mount in (*first.mounts(), *second.mounts())] == [".", "."]
    assert (second.image, list(second.environment())) == ("${UNKNOWN}", [("T", "${TOKEN}", 0)])
    assert second.node.line == 9


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("docker run x", True), ("podman \\\n  create x", True), ("docker build .", False), ("echo run", False),
        ("docker\nrun", False),
    ],
)  # fmt: skip
def test_what_is_worth_reading(text, is_one):
    assert starts_containers(text) is is_one


def test_a_script_too_large_is_refused():
    with pytest.raises(ValueError):
        in_script("docker run x\n" * 20_000, "x.sh")


def test_an_image_that_the_text_builds_has_a_build():
    script = (
        "docker run app\nT=lib\ndocker build --tag=other -t $T:latest .\ndocker run lib:latest x\n"
        "docker tag x app\ndocker run y\n"
    )
    assert [(one.image, "build" in one.node) for one in in_script(script, "a.sh")] == [
        ("app", True),
        ("lib:latest", True),
        ("y", False),
    ]
    makefile = "TAG=app\nrun:\n\tdocker run $(TAG)\nimage:\n\tpodman build . -t $(TAG)\n"
    assert [(one.image, "build" in one.node) for one in in_makefile(makefile, "Makefile")] == [("app", True)]


def test_computed_options_are_not_the_image():
    script = (
        'X=" --rm"\ndocker run $(test -t 0 && echo "-it") -v$PWD:/w a:1 sh\ndocker run $X b:1\n'
        "docker run $OPTS --rm c:1\ndocker run $IMAGE -v\ndocker run $(build) --version\n"
    )
    assert [(one.image, one.command()) for one in in_script(script, "a.sh")] == [
        ("a:1", ["sh"]),
        ("b:1", []),
        ("c:1", []),
        ("$IMAGE", ["-v"]),
        ("$(build)", ["--version"]),
    ]
