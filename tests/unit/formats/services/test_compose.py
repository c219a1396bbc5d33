"""Compose files as the engine sees them: syntaxes, merging, extends, include, variables; and hostile ones."""

import pytest
from tests.support.work import grows_with_its_input

from careen.formats.data import yaml_document
from careen.formats.services import compose


def read(*texts, **variables):
    names = ("compose.yaml", "compose.override.yaml", "other.yaml")
    return compose.read(list(zip(names, texts, strict=False)), variables or None)


def service(text):
    return read("services:\n  web:\n    image: web\n" + "".join(f"    {line}\n" for line in text.splitlines())).services[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", ("", "", "80", "tcp")),
        ("8080:80", ("", "8080", "80", "tcp")),
        ("127.0.0.1:8080:80/udp", ("127.0.0.1", "8080", "80", "udp")),
        ("127.0.0.1::80", ("127.0.0.1", "", "80", "tcp")),
        ('"[::1]:8080:80"', ("::1", "8080", "80", "tcp")),
        ("3000-3005:3000-3005", ("", "3000-3005", "3000-3005", "tcp")),
        ("{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp}", ("127.0.0.1", "8080", "80", "udp")),
        ("{target: 80}", ("", "", "80", "tcp")),
    ],
)
def test_ports(text, expected):
    (port,) = service(f"ports: [{text}]" if text.startswith("{") else f"ports:\n  - {text}").ports()
    assert (port.host_ip, port.published, port.target, port.protocol) == expected
    assert port.everywhere is (expected[0] == "")


def test_port_numbers_of_ranges_are_few():
    (port,) = service("ports: ['1-65535:80']").ports()
    assert {1, 80, 101} <= port.numbers()
    assert len(port.numbers()) <= 102


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data:/data", ("volume", "data", "/data", False)),
        ("data:/data:ro", ("volume", "data", "/data", True)),
        ("/data", ("volume", "", "/data", False)),
        ("./src:/app:z,ro", ("bind", "./src", "/app", True)),
        ("~/x:/x", ("bind", "~/x", "/x", False)),
        ("/:/host", ("bind", "/", "/host", False)),
        ("${HOME}/x:/x", ("bind", "${HOME}/x", "/x", False)),
        ("'C:\\src:/app:ro'", ("bind", "C:\\src", "/app", True)),
        ("{type: bind, source: /srv, target: /x, read_only: true}", ("bind", "/srv", "/x", True)),
        ("{type: volume, source: data, target: /x}", ("volume", "data", "/x", False)),
    ],
)
def test_mounts(text, expected):
    (mount,) = service(f"volumes:\n  - {text}").mounts()
    assert (mount.kind, mount.source, mount.target, mount.read_only) == expected


def test_propagation_and_host_paths():
    first, second, third = service(
        "volumes:\n  - /srv/:/srv:rshared\n  - {type: bind, source: /x, target: /x, bind: {propagation: shared}}\n"
        "tmpfs: /tmp:exec,size=1m"
    ).mounts()
    assert (first.host_path, first.propagation, second.propagation) == ("/srv", "rshared", "shared")
    assert (third.kind, third.target, third.options) == ("tmpfs", "/tmp", ("exec", "size=1m"))


def test_environment_in_either_form():
    assert list(service("environment:\n  A: 1\n  B:\n").environment()) == [("A", "1", "A"), ("B", None, "B")]
    assert list(service("environment: [A=1, B, 'C=']").environment()) == [("A", "1", 0), ("B", None, 1), ("C", "", 2)]


@pytest.mark.parametrize(
    ("text", "what", "number"),
    [
        ("mem_limit: 512m", "memory", 512e6),
        ("mem_limit: 1gb", "memory", 1e9),
        ("mem_limit: 1048576", "memory", 1048576.0),
        ("deploy: {resources: {limits: {memory: 50M}}}", "memory", 50e6),
        ("mem_limit: '0'", "memory", None),
        ("", "memory", None),
        ("cpus: 0.5", "cpus", 0.5),
        ("cpu_quota: 50000", "cpus", 50000.0),
        ("deploy: {resources: {limits: {cpus: '0.50'}}}", "cpus", 0.5),
        ("pids_limit: -1", "pids", None),
        ("pids_limit: 100", "pids", 100.0),
    ],
)
def test_limits(text, what, number):
    assert service(text).limit(what) == number


def test_networks():
    assert service("").networks() == ("default",)
    assert service("networks: [a, b]").networks() == ("a", "b")
    assert service("networks: {a: {aliases: [x]}}").networks() == ("a",)
    assert service("network_mode: host").networks() == ()


def test_later_files_are_merged_over_earlier_ones():
    found = read(
        "services:\n  web:\n    image: web:1\n    command: [a, b]\n    ports: ['80:80']\n"
        "    environment: {A: 1, B: 1}\n    volumes: ['x:/d']\n",
        "services:\n  web:\n    image: web:2\n    command: [c]\n    ports: ['81:81', '80:80']\n"
        "    environment: {B: 2}\n    volumes: ['y:/d']\n"
        "    privileged: true\n  new:\n    image: new\n",
    )
    web, new = found.services
    assert web.image == "web:2"
    assert web.node["command"] == ["c"]
    assert web.node["ports"] == ["81:81", "80:80"]
    assert web.node["environment"] == {"A": 1, "B": 2}
    assert web.node["volumes"] == ["y:/d"]
    assert web.where("privileged") == ("compose.override.yaml", 8)
    assert web.where("environment", "A") == ("compose.yaml", 6)
    assert web.where("environment", "B") == ("compose.override.yaml", 6)
    assert new.where() == ("compose.override.yaml", 9)


def test_extends_of_the_same_and_of_a_given_file():
    found = read(
        "services:\n  base:\n    image: base\n    cap_add: [A]\n  web:\n    extends: base\n    cap_add: [B]\n"
        "  far:\n    extends: {service: db, file: other.yaml}\n    read_only: true\n",
        "services: {}\n",
        "services:\n  db:\n    image: db\n    privileged: true\n",
    )
    by_name = {one.name: one for one in found.services}
    assert by_name["web"].node["cap_add"] == ["A", "B"]
    assert by_name["web"].image == "base"
    assert by_name["far"].is_on("privileged")
    assert by_name["far"].where("privileged") == ("other.yaml", 4)
    assert "db" not in by_name
    assert not found.unresolved


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  a: {extends: b}\n  b: {extends: a}\n",
        "services:\n  a: {extends: a}\n",
        "services:\n  a: {extends: nobody}\n",
        "services:\n  a: {extends: {service: x, file: ../far.yaml}}\n",
    ],
)
def test_what_cannot_be_extended_is_unresolved(text):
    found = read(text)
    assert found.unresolved
    assert found.unresolved[0].what.startswith("extends")


def test_includes_of_given_files_and_of_others():
    found = compose.read(
        [
            (
                "app/compose.yaml",
                "include:\n  - ../base/compose.yaml\n  - path: [more.yaml]\n  - oci://registry.example/x\n"
                "services:\n  web: {image: web}\n",
            ),
            ("base/compose.yaml", "services:\n  db: {image: db}\nvolumes:\n  data:\n"),
            ("app/more.yaml", "include: [compose.yaml]\nservices:\n  more: {image: more}\n"),
        ]
    )
    assert {one.name for one in found.services} == {"web", "db", "more"}
    assert {one.name: one.path for one in found.services}["db"] == "base/compose.yaml"
    assert found.volumes["data"].where() == ("base/compose.yaml", 4)
    assert [(one.what, one.path, one.line) for one in found.unresolved] == [
        ("include compose.yaml", "app/more.yaml", 1),
        ("include oci://registry.example/x", "app/compose.yaml", 4),
    ]


def test_variables_and_their_types():
    text = "services:\n  web:\n    image: web:${TAG:-1.2}\n    privileged: ${P:-true}\n    user: ${NOBODY}\n"
    (web,) = read(text).services
    assert (web.image, web.node["privileged"], web.node["user"]) == ("web:1.2", True, "${NOBODY}")
    assert read(text, TAG="3", NOBODY="5").services[0].node["user"] == 5


def test_anchors_and_merge_keys():
    (web,) = read("x-a: &a\n  read_only: true\nservices:\n  web:\n    <<: *a\n    image: web\n").services
    assert web.is_on("read_only")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web: {image: web}\ndb: {build: .}\napp: {extends: web}\n", True),
        ("services:\n  web: {image: web}\n", False),
        ("services:\n  image: {image: web}\n", False),
        ("web: {image: web}\nvolumes: {data: {}}\n", False),
        ("web: {image: web}\nversion: '2'\n", False),
        ("{}\n", False),
        ("- image: web\n", False),
    ],
)
def test_the_first_format(text, expected):
    assert compose.is_first_format(yaml_document.read(text)[0]) is expected


def test_services_at_the_top():
    (web,) = read("web:\n  image: web\n  privileged: true\n").services
    assert (web.name, web.image, web.is_on("privileged"), web.where("privileged")) == ("web", "web", True, ("compose.yaml", 3))


@pytest.mark.parametrize("text", ["", "- x\n", "x\n", "services: [\n"])
def test_an_invalid_file_is_refused(text):
    with pytest.raises(ValueError):
        read(text)


def test_a_long_chain_costs_no_more_than_its_length():
    def chained(count):
        more = "".join(f"  s{i}: {{extends: s{i - 1}, hostname: h{i}}}\n" for i in range(1, count))
        return lambda: read("services:\n  s0: {image: a, ports: [1]}\n" + more)

    assert grows_with_its_input(chained, 100)


def test_what_is_copied_is_bounded(monkeypatch):
    monkeypatch.setattr(yaml_document, "MAX_EXPANDED", 20_000)
    base = "services:\n  base: {environment: {" + ", ".join(f"A{i}: 1" for i in range(300)) + "}}\n"
    wide = base + "".join(f"  s{i}: {{extends: base, environment: {{B: 1}}}}\n" for i in range(300))
    with pytest.raises(ValueError, match="too large"):
        read(wide)
    many = "services:\n" + "".join(f"  s{i}: {{image: a}}\n" for i in range(compose.MAX_SERVICES + 1))
    with pytest.raises(ValueError, match="services"):
        read(many)


def test_the_documents_of_a_file_are_merged():
    found = read("services: {web: {image: a}}\n---\nservices:\n  web:\n    privileged: true\n  db: {image: b}\n")
    web, db = found.services
    assert (web.image, web.is_on("privileged"), db.image) == ("a", True, "b")
    assert web.where("privileged") == ("compose.yaml", 5)


@pytest.mark.parametrize("text", ["true", "'true'", "'TRUE'", "'yes'", "'on'", "'y'", "!!bool 'true'", "${X:-yes}"])
def test_a_boolean_may_be_text(text):
    assert service(f"privileged: {text}").is_on("privileged")
    assert not service("privileged: 'no'").is_on("privileged")


def test_a_volume_may_be_a_path_of_the_host():
    text = (
        "services: {web: {image: a, volumes: ['one:/x', 'two:/y:ro', 'three:/z', {type: volume, source: four, target: /q}]}}\n"
        "volumes:\n  one: {driver_opts: {type: none, o: bind, device: /}}\n"
        "  two: {driver_opts: {o: 'rbind,rw', device: /etc/}}\n"
        "  three: {driver_opts: {type: tmpfs, device: tmpfs}}\n  four: {driver_opts: {o: 'bind,ro', device: /srv}}\n"
    )
    (service,) = compose.read([("compose.yaml", text)]).services
    assert [(mount.host_path, mount.read_only, mount.shown) for mount in service.mounts()] == [
        ("/", False, "/"),
        ("/etc", True, "/etc/"),
        ("", False, "three"),
        ("/srv", True, "/srv"),
    ]
