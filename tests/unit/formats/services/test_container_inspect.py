"""A container as its engine describes it, as a service and against its image."""

import pytest

from careen.formats.services.compose_service import Mount, Port
from careen.formats.services.container_inspect import read

ID = "c" * 64
CONTAINER = {
    "Id": ID,
    "Name": "/web",
    "Image": "sha256:" + "a" * 64,
    "AppArmorProfile": "unconfined",
    "HostConfig": {
        "Privileged": True, "ReadonlyRootfs": False, "CapAdd": ["CAP_SYS_ADMIN"], "CapDrop": ["ALL"], "PidMode": "host",
        "IpcMode": "private", "UTSMode": "", "UsernsMode": "host", "CgroupnsMode": "private", "NetworkMode": "host",
        "SecurityOpt": ["seccomp=unconfined"], "Devices": [{"PathOnHost": "/dev/mem"}], "Memory": 536870912,
        "NanoCpus": 1500000000, "PidsLimit": None, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        "LogConfig": {"Type": "none"}, "ExtraHosts": ["h:host-gateway"], "Tmpfs": {"/run": "exec"},
        "DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}], "OomScoreAdj": -500,
    },
    "Mounts": [
        {"Type": "bind", "Source": "/etc", "Destination": "/e", "RW": False, "Propagation": "rshared"},
        {"Type": "volume", "Name": "data", "Source": "/var/lib/docker/volumes/data/_data", "Destination": "/d", "RW": True},
    ],
    "NetworkSettings": {
        "Ports": {
            "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}],
            "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "53"}], "443/tcp": None,
        },
        "Networks": {"front": {}, "bridge": {}},
    },
    "Config": {
        "Image": "registry.example/web:1", "User": "root", "Entrypoint": ["/serve"],
        "Cmd": ["--password", "hunter2", "--token=t0ken-of-web", "--url=https://u:secretpw@h/"],
        "Env": ["PATH=/bin", "DB_PASSWORD=hunter2", "URL=postgres://u:secretpw@db/x", "MODE=fast"],
        "Labels": {"a": "b", "team": "x"},
    },
}  # fmt: skip
IMAGE = {
    "Id": "sha256:" + "a" * 64,
    "Config": {"User": "app", "Entrypoint": ["/serve"], "Cmd": None, "Env": ["PATH=/bin"], "Labels": {"a": "b"}},
}


def test_a_service():
    one = read(CONTAINER, "docker", image=IMAGE, tagged=IMAGE, changes=[])
    service = one.service
    assert (one.name, service.label, service.where("privileged")) == ("web", "container web", ("web", 0))
    assert service.is_on("privileged") and not service.is_on("read_only")
    assert (service.added, service.dropped, service.network_mode) == ({"SYS_ADMIN"}, {"ALL"}, "host")
    assert service.security == ["seccomp=unconfined", "apparmor=unconfined"]
    wanted = {"pid": "host", "userns_mode": "host", "restart": "on-failure:3", "gpus": "all", "user": "root"}
    assert {key: service.node.get(key) for key in wanted} == wanted
    assert (service.limit("memory"), service.limit("cpus"), service.limit("pids")) == (536870912, 1.5, None)
    assert list(service.mounts()) == [
        Mount("bind", "/etc", "/e", True, "rshared", ("propagation",), 0),
        Mount("volume", "data", "/d", False, "", (), 1),
        Mount("tmpfs", "", "/run", False, "", ("exec",), -1),
    ]
    assert list(service.ports()) == [Port("", "8080", "80", "tcp", 0), Port("127.0.0.1", "53", "53", "udp", 1)]
    assert service.node.texts("labels") == ["team=x"]


def test_credentials_are_redacted_and_their_names_stay():
    one = read(CONTAINER, "docker", image=IMAGE, changes=[])
    assert [name for name, _, _ in one.service.environment()] == ["DB_PASSWORD", "URL", "MODE"]
    assert one.added_variables == ("DB_PASSWORD", "URL", "MODE")
    shown = repr(one) + repr(dict(one.service.node))
    assert "hunter2" not in shown
    assert "t0ken-of-web" not in shown
    assert "secretpw" not in shown
    assert "MODE=fast" in shown


def test_against_its_image():
    one = read(CONTAINER, "docker", image=IMAGE, tagged={"Id": "sha256:" + "b" * 64}, changes=[{"Path": "/x", "Kind": 1}])
    assert (one.user, one.image_user, one.image_command) == ("root", "app", ("/serve",))
    assert one.moved
    assert [(change.path, change.kind) for change in one.changes] == [("/x", "added")]
    assert not read(CONTAINER, "docker", image=IMAGE, tagged=IMAGE).moved
    by_id = CONTAINER | {"Config": CONTAINER["Config"] | {"Image": "sha256:" + "a" * 64}}
    assert not read(by_id, "docker", image=IMAGE, tagged={"Id": "b"}).moved


def test_fields_that_the_engine_leaves_out_are_named():
    assert read(CONTAINER, "docker").missing == ("its image", "its changed files")


@pytest.mark.parametrize("broken", [{}, {"Config": []}, {"Config": {"Image": 1}, "HostConfig": "x"}])
def test_no_description(broken):
    with pytest.raises(ValueError):
        read(broken, "docker")


def test_strange_types_are_borne():
    strange = {key: value for key in CONTAINER for value in (None,)} | {"Config": {"Env": 1, "Labels": [], "Cmd": {}}}
    for value in (None, 1, "x", [1], {"a": 1}, [None], [{}]):
        fields = dict.fromkeys(CONTAINER["HostConfig"], value)
        read(
            strange | {"HostConfig": fields | {"x": 1}, "Mounts": value, "NetworkSettings": value},
            "podman",
            value,
            value,
            value,
        )
