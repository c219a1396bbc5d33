"""Compose files: what is published, what is shared, what leads to the host; and what only looks like it."""

import pytest
from tests.support.exposure import chains, edges, exposure, scanned

SERVICE = "services:\n  a:\n    image: x/a:1\n"


def one(text):
    """A service with these lines more."""
    return SERVICE + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("ports", "out"),
    [
        ('ports: ["80:80"]', True),
        ('ports: ["80"]', True),
        ('ports: ["0.0.0.0:80:80"]', True),
        ('ports: ["[::]:80:80"]', True),
        ('ports: ["203.0.113.7:80:80"]', True),
        ('ports: ["192.168.1.5:80:80"]', True),
        ("ports: [{target: 80, published: 8080}]", True),
        ("network_mode: host", True),
        ('ports: ["127.0.0.1:80:80"]', False),
        ('ports: ["127.0.0.2:80:80"]', False),
        ('ports: ["[::1]:80:80"]', False),
        ("ports: [{target: 80, published: 8080, host_ip: 127.0.0.1}]", False),
        ('expose: ["80"]', False),
        ("network_mode: none", False),
    ],
)
def test_what_is_published(ports, out):
    assert (chains(exposure(one(ports))) == ["Internet > a"]) is out


def test_a_private_address_is_reached_by_fewer():
    everywhere, private = (exposure(one(f'ports: ["{ip}80:80"]')) for ip in ("", "10.0.0.1:"))
    assert private.paths[0].likelihood < everywhere.paths[0].likelihood / 2


def test_an_internal_network_publishes_nothing_which_is_noted():
    text = one('ports: ["80:80"]\nnetworks: [in]') + "networks:\n  in: {internal: true}\n"
    answer = exposure(text)
    assert chains(answer) == []
    assert answer.graph.notes == (
        "a.yaml:4: a publishes port 80, but its networks are internal: it is not reachable from outside",
    )
    assert chains(exposure(text.replace("[in]", "[in, default]"))) == ["Internet > a"]


@pytest.mark.parametrize(
    ("lines", "way"),
    [
        ("volumes: [/var/run/docker.sock:/s:ro]", "socket"),
        ("volumes: [/run/podman/podman.sock:/s]", "socket"),
        ("volumes: [/var/run/docker:/s:ro]", "socket"),
        ("use_api_socket: true", "socket"),
        ("privileged: true", "privilege"),
        ("cap_add: [SYS_ADMIN]", "privilege"),
        ("cap_add: [CAP_SYS_MODULE]", "privilege"),
        ("cap_add: [ALL]", "privilege"),
        ("devices: [/dev/sda]", "privilege"),
        ("pid: host", "namespace"),
        ("volumes: [/:/host]", "host_path"),
        ("volumes: [/:/host:ro]", "host_path"),
        ("volumes: [/etc/cron.d:/c]", "host_path"),
        ("volumes: [/var/run:/r:ro]", "host_path"),
        ("volumes: [{type: bind, source: /root, target: /r}]", "host_path"),
    ],
)
def test_ways_to_the_host(lines, way):
    assert edges(exposure(one(lines)), "socket", "privilege", "namespace", "host_path") == {("a", "host", way)}


@pytest.mark.parametrize(
    "lines",
    [
        "volumes: [/etc/localtime:/etc/localtime:ro]",
        "volumes: [./conf:/etc/nginx]",
        "volumes: [/srv/data:/data]",
        "volumes: [/var/lib/app:/data]",
        "volumes: [/run/app/app.sock:/s]",
        "volumes: [/run/docker-data:/s]",
        "volumes: [/usr/share/fonts:/f:ro]",
        "volumes: [/sys:/sys:ro]",
        "cap_add: [NET_BIND_SERVICE]",
        "cap_add: [NET_RAW, CHOWN]",
        "devices: [/dev/ttyUSB0]",
        "volumes: [data:/data]",
        "tmpfs: [/tmp]",
        "privileged: false",
    ],
)
def test_what_does_not_lead_to_the_host(lines):
    assert edges(exposure(one(lines)), "socket", "privilege", "namespace", "host_path") == set()


def test_root_gets_out_sooner_than_others():
    likely = [
        exposure(one(f'privileged: true\nports: ["80:80"]{user}')).paths[0].likelihood
        for user in ("\nuser: root", "", '\nuser: "1000"')
    ]
    assert likely == sorted(likely, reverse=True)
    assert len(set(likely)) == 3


def two(a="", b="", rest=""):
    text = "services:\n"
    for name, lines in (("a", a), ("b", b)):
        text += f"  {name}:\n    image: x/{name}:1\n    network_mode: none\n" + "".join(
            f"    {x}\n" for x in lines.splitlines()
        )
    return text + rest


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("volumes: [data:/d]", "volumes: [data:/d]", ["a > b", "b > a"]),
        ("volumes: [data:/d]", "volumes: [data:/d:ro]", ["a > b"]),
        ("volumes: [data:/d:ro]", "volumes: [data:/d:ro]", []),
        ("volumes: [data:/d]", "volumes: [other:/d]", []),
        ("volumes: [/srv/x:/d]", "volumes: [/srv/x:/d:ro]", ["a > b"]),
        ("volumes: [/srv:/d]", "volumes: [/srv/x:/d:ro]", ["a > b"]),
        ("volumes: [/srv/x:/d]", "volumes: [/srv:/d:ro]", ["a > b"]),
        ("volumes: [/srv/x:/d]", "volumes: [/srv/xy:/d]", []),
        ("volumes: [/srv/x:/d]", "volumes: [/srv/y:/d]", []),
        ("volumes: [./x:/d]", "volumes: [./x:/d:ro]", ["a > b"]),
        ("volumes: [data:/d]", "volumes_from: [a]", ["a > b", "b > a"]),
        ("volumes: [data:/d]", 'volumes_from: ["a:ro"]', ["a > b"]),
        ("pid: service:b", "", ["a > b", "b > a"]),
        ("ipc: service:b", "", ["a > b", "b > a"]),
        ("pid: service:a", "", []),
        ("environment: {X: a}", "environment: {X: a}", []),
    ],
)
def test_from_one_to_the_other(a, b, found):
    answer = exposure(two(a, b, "volumes: {data: {}, other: {}}\n"))
    assert sorted(chains(answer)) == found


def test_a_path_between_two_others_in_order_is_not_lost():
    text = "services:\n" + "".join(
        f"  {name}: {{image: x, network_mode: none, volumes: ['{path}:/d']}}\n"
        for name, path in (("a", "/srv/x"), ("b", "/srv/x-y"), ("c", "/srv/x/z"))
    )
    assert {"a > c", "c > a"} == set(chains(exposure(text)))


def test_the_network_of_another_service_is_its_ports_too():
    text = """\
        services:
          vpn: {image: x/vpn:1, ports: ["8080:8080"], networks: [out]}
          app: {image: x/app:1, network_mode: "service:vpn", expose: ["8080"]}
          far: {image: x/far:1, networks: [other]}
        networks: {out: {}, other: {}}
        """
    assert set(chains(exposure(text))) >= {"Internet > app", "Internet > vpn"}
    assert not any("far" in chain for chain in chains(exposure(text)))


def test_networks_join_and_keep_apart():
    text = """\
        services:
          web: {image: x/web:1, ports: ["80:80"], networks: [front]}
          app: {image: x/app:1, expose: ["1"], networks: [front, back]}
          db: {image: "postgres:17", networks: [back]}
          job: {image: x/job:1, network_mode: none}
        networks: {front: {}, back: {internal: true}}
        """
    found = chains(exposure(text), "Internet")
    assert set(found) == {"Internet > web", "Internet > web > app > db", "Internet > web > app"}


def test_a_shared_credential_opens_a_database_that_is_reached():
    text = """\
        services:
          web: {image: x/web:1, secrets: [pw], networks: [n]}
          db: {image: "postgres:17", secrets: [pw], networks: [n]}
          far: {image: x/far:1, secrets: [pw], networks: [m]}
          plain: {image: x/plain:1, networks: [n]}
        secrets: {pw: {file: pw}}
        networks: {n: {}, m: {}}
        """
    assert edges(exposure(text), "credential") == {("web", "db", "credential")}


def test_the_same_password_written_out_twice_is_shared_and_never_shown():
    text = """\
        services:
          web: {image: x/web:1, environment: {DB_PASSWORD: hunter2-x}}
          db: {image: "mysql:8", environment: {MYSQL_PASSWORD: hunter2-x}}
          other: {image: x/other:1, environment: {API_TOKEN: other-one}}
        """
    answer = exposure(text)
    assert edges(answer, "credential") == {("web", "db", "credential")}
    assert "hunter2-x" not in repr(answer)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("{DB_PASSWORD: '${PW_SECRET}'}", "{POSTGRES_PASSWORD: '${PW_SECRET:?missing}'}", True),
        ("{URL: 'postgres://u:${DB_PASSWORD}@db/x'}", "{POSTGRES_PASSWORD: '${DB_PASSWORD}'}", True),
        ("{URL: 'postgres://u:hunter2x@db/x'}", "{POSTGRES_PASSWORD: hunter2x}", True),
        ("[DB_PASSWORD]", "{POSTGRES_PASSWORD: '$DB_PASSWORD'}", True),
        ("{DB_PASSWORD: '${ONE_PASSWORD}'}", "{POSTGRES_PASSWORD: '${OTHER_PASSWORD}'}", False),
        ("{DB_HOST: '${DB_HOST}'}", "{POSTGRES_HOST: '${DB_HOST}'}", False),
        ("{DB_PASSWORD_FILE: /run/secrets/a}", "{POSTGRES_PASSWORD_FILE: /run/secrets/a}", False),
        ("{DB_PASSWORD: one-of-two}", "{POSTGRES_PASSWORD: two-of-two}", False),
    ],
)
def test_what_the_environment_shares(one, other, shared):
    text = f"services:\n  web: {{image: x, environment: {one}}}\n  db: {{image: postgres, environment: {other}}}\n"
    assert edges(exposure(text), "credential") == ({("web", "db", "credential")} if shared else set())


def test_a_container_is_known_by_its_own_name_too():
    text = "services:\n  a: {image: x, container_name: vpn, network_mode: none}\n"
    assert set(chains(exposure(text + "  b: {image: y, network_mode: none, pid: 'container:vpn'}\n"))) == {"a > b", "b > a"}
    assert chains(exposure(text + "  b: {image: y, network_mode: none, pid: 'container:other'}\n")) == []


def test_who_reads_the_files_of_a_database_has_its_data():
    answer = exposure(
        two("volumes: [data:/backup:ro]", "volumes: [data:/var/lib/postgresql/data]", "volumes: {data: {}}\n").replace(
            "x/b:1", "postgres:17"
        )
    )
    assert "a > data of b" in chains(answer)


def test_its_own_data_is_not_a_target_of_a_database():
    text = two("volumes: [data:/backup]", "volumes: [data:/var/lib/mysql]", "volumes: {data: {}}\n").replace("x/b:1", "mysql:8")
    assert {"a > data of b", "b > a"} <= set(chains(exposure(text)))
    assert not any(chain.startswith("b > ") and chain.endswith("data of b") for chain in chains(exposure(text)))


def test_an_external_network_joins_projects():
    web = 'services:\n  web: {image: x/web:1, ports: ["80:80"], networks: [shared]}\nnetworks: {shared: {external: true}}\n'
    app = 'services:\n  app: {image: x/app:1, expose: ["1"], networks: [shared]}\nnetworks: {shared: {external: true}}\n'
    assert "Internet > a.yaml/web > b.yaml/app" in chains(exposure(web, app))
    own = app.replace("external: true", "driver: bridge")
    assert not any("app" in chain for chain in chains(exposure(web, own)))


def test_an_external_volume_joins_projects():
    mount = "services:\n  {0}: {{image: x/{0}:1, volumes: ['{1}:/d']}}\nvolumes: {{{1}: {{external: true{2}}}}}\n"
    one, other = mount.format("one", "files", ""), mount.format("other", "mine", ", name: files")
    assert set(chains(exposure(one, other))) == {"a.yaml/one > b.yaml/other", "b.yaml/other > a.yaml/one"}
    assert chains(exposure(one)) == []


def test_an_image_that_was_read_gives_user_and_ports():
    silent = one("networks: [n]") + "  b: {image: x/b:1, ports: ['80:80'], networks: [n]}\nnetworks: {n: {}}\n"
    node = next(node for node in exposure(silent, images=[scanned("x/a:1", user="app")]).graph.containers() if node.name == "a")
    assert (node.container.user, node.container.listens) == ("non_root", False)
    node = next(node for node in exposure(silent, images=[scanned("x/a:1", ports=("80/tcp",))]).graph.containers())
    assert (node.container.user, node.container.ports, node.container.listens) == ("root", ("80",), True)
    node = next(exposure(silent).graph.containers())
    assert (node.container.user, node.container.listens) == ("unknown", None)
