"""Command lines of docker, podman and nerdctl, option by option."""

import shlex

import pytest

from careen.formats.services.compose_service import Mount, Port
from careen.formats.shell.run_command import Word, started


def container(text):
    return started([Word(word, 1) for word in shlex.split(text)], "x.sh")


def test_options_become_the_keys_of_compose():
    found = container(
        "docker run -dit --name web --privileged --cap-add SYS_ADMIN --cap-drop=ALL --security-opt seccomp=unconfined "
        "--pid host --ipc=host --uts host --userns host --cgroupns host -u root --read-only -e A=b -e TOKEN --env-file x.env "
        "--device /dev/mem -m 512m --cpus 1.5 --pids-limit 10 --oom-kill-disable --sysctl kernel.msgmax=1 --dns 1.1.1.1 "
        "--add-host h:host-gateway --link db --volumes-from other --restart always --log-driver none --no-healthcheck "
        "--tmpfs /run:exec --gpus all --cgroup-parent /x --group-add docker app:1 serve --flag"
    )
    node = found.node
    assert (found.name, found.image, found.label) == ("web", "app:1", "container web")
    assert found.is_on("privileged") and found.is_on("read_only") and found.is_on("oom_kill_disable")
    assert (found.added, found.dropped, found.security) == ({"SYS_ADMIN"}, {"ALL"}, ["seccomp=unconfined"])
    wanted = {"pid": "host", "ipc": "host", "uts": "host", "userns_mode": "host", "cgroup": "host", "user": "root"}
    wanted |= {"gpus": "all", "cgroup_parent": "/x", "restart": "always"}
    assert {key: node[key] for key in wanted} == wanted
    assert list(found.environment()) == [("A", "b", 0), ("TOKEN", None, 1)]
    assert (found.limit("memory"), found.limit("cpus"), found.limit("pids")) == (512e6, 1.5, 10)
    assert node.text("logging", "driver") == "none"
    assert node.texts("healthcheck", "test") == ["NONE"]
    assert found.command() == ["serve", "--flag"]
    assert [node.texts(key) for key in ("dns", "links", "volumes_from", "devices", "group_add", "sysctls")] == [
        ["1.1.1.1"], ["db"], ["other"], ["/dev/mem"], ["docker"], ["kernel.msgmax=1"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("docker run -p80:80 -eA=b nginx", "nginx"),
        ("docker run --rm -it --entrypoint sh alpine -c ls", "alpine"),
        ("docker -H tcp://h:1 --context c --debug container run alpine", "alpine"),
        ("/usr/bin/podman --root /x run --pod p --sdnotify conmon --replace img", "img"),
        ("podman create -v a:/b -- img", "img"),
        ("nerdctl -n k8s.io run img", "img"),
        ("docker run --unknown-switch --rm img", "img"),
        ("docker run --unknown-option value img", "img"),
        ("docker service create --replicas 3 --limit-memory 1g img", "img"),
    ],
)
def test_the_image_is_found_among_the_words(text, image):
    assert container(text).image == image


@pytest.mark.parametrize(
    "text", ["docker ps", "docker compose run web", "run docker", "docker exec run sh", "docker", "make run"]
)
def test_other_commands_start_nothing(text):
    assert container(text) is None


def test_mounts_of_both_syntaxes():
    found = container(
        "docker run -v $(pwd)/src:/app -v data:/d:ro --mount type=bind,src=/etc,dst=/e,readonly,bind-propagation=rshared "
        "--mount source=vol,target=/v --mount 'type=tmpfs,destination=/t' img".replace("$(pwd)", "'$(pwd)'")
    )
    assert list(found.mounts()) == [
        Mount("bind", "./src", "/app", False, "", (), 0),
        Mount("volume", "data", "/d", True, "", ("ro",), 1),
        Mount("bind", "/etc", "/e", True, "rshared", ("propagation",), 2),
        Mount("volume", "vol", "/v", False, "", (), 3),
        Mount("tmpfs", "", "/t", False, "", (), 4),
    ]


def test_ports_of_both_syntaxes():
    found = container("docker service create --publish published=8080,target=80,mode=host -p 127.0.0.1:5432:5432 img")
    assert list(found.ports()) == [Port("", "8080", "80", "tcp", 0), Port("127.0.0.1", "5432", "5432", "tcp", 1)]


@pytest.mark.parametrize(
    ("option", "mode", "networks"),
    [
        ("--network host", "host", ()),
        ("--net=container:db", "container:db", ()),
        ("--network bridge", "", ("default",)),
        ("--network front --network back", "", ("front", "back")),
        ("--network name=front,alias=x", "", ("front",)),
        ("--network front:ip=10.0.0.2", "", ("front",)),
        ("--network pasta:-t,80", "pasta", ()),
    ],
)
def test_networks(option, mode, networks):
    found = container(f"docker run {option} img")
    assert (found.network_mode, found.networks()) == (mode, networks)


def test_a_command_that_is_cut_short():
    for text in ("docker run", "docker run -p", "docker run --mount", "docker run -v ''", "docker run --", "docker run -"):
        assert container(text).image in ("", "-")
