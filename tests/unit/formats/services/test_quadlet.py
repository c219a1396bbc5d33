"""Podman's Quadlets as services, with file and line."""

from careen.formats.services.quadlet import manifests, read_units

CONTAINER = """\
[Unit]
Description=Web
[Container]
Image=docker.io/library/nginx:1
Exec=serve --x "a b"
AddCapability=SYS_ADMIN NET_ADMIN
DropCapability=all
NoNewPrivileges=true
SecurityLabelDisable=true
ReadOnly=true
Environment=A=b "GREETING=hello you"
Volume=data.volume:/data
Mount=type=bind,source=/etc,target=/e,ro
PodmanArgs=--privileged \\
  --pid=host
Pod=p.pod
[Service]
Restart=always
"""


def units(*files):
    return read_units(files)


def test_a_container():
    (web,) = units(("q/web.container", CONTAINER)).services
    assert (web.label, web.image, web.command()) == ("container web", "docker.io/library/nginx:1", ["serve", "--x", "a b"])
    assert (web.added, web.dropped) == ({"SYS_ADMIN", "NET_ADMIN"}, {"ALL"})
    assert web.security == ["no-new-privileges", "label=disable"]
    assert web.is_on("read_only") and web.is_on("privileged")
    assert list(web.environment()) == [("A", "b", 0), ("GREETING", "hello you", 1)]
    assert [(mount.kind, mount.source, mount.read_only) for mount in web.mounts()] == [
        ("volume", "data", False),
        ("bind", "/etc", True),
    ]
    assert (web.where("privileged"), web.where("pid"), web.where("cap_add")) == (
        ("q/web.container", 14), ("q/web.container", 15), ("q/web.container", 6),
    )  # fmt: skip


def test_a_pod_gives_its_settings_to_its_containers():
    pod = "[Pod]\nPublishPort=80:80\nVolume=/srv:/srv\nNetwork=host\n"
    other = "[Container]\nImage=b:1\nPod=p.pod\n"
    found = units(("q/web.container", CONTAINER), ("q/b.container", other), ("q/p.pod", pod))
    web, b = found.services
    assert [port.published for port in web.ports()] == ["80"]
    assert list(b.ports()) == []  # they are one and the same
    assert (web.network_mode, b.network_mode) == ("host", "host")
    assert (web.where("ports", 0), web.where("volumes", 2), web.where("volumes", 0)) == (
        ("q/p.pod", 2), ("q/p.pod", 3), ("q/web.container", 12),
    )  # fmt: skip
    assert found.unresolved == ()
    assert [one.what for one in units(("q/p.pod", pod)).unresolved] == ["containers of p.pod"]


def test_networks_and_volumes():
    found = units(
        ("q/net.network", "[Network]\nDriver=macvlan\nInternal=true\n"),
        ("q/share.volume", "[Volume]\nType=nfs\nDevice=h:/x\nOptions=nolock,password=y\n"),
    )
    assert found.networks["net"].node == {"driver": "macvlan", "internal": True}
    assert found.volumes["share"].node.text("driver_opts", "o") == "nolock,password=y"
    assert found.volumes["share"].where("driver_opts", "o") == ("q/share.volume", 4)


def test_a_kube_unit_names_its_manifests():
    assert manifests("[Kube]\nYaml=pods.yaml\n") == [("pods.yaml", 2)]
