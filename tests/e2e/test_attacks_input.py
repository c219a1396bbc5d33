"""Attacks by what is named, by an image's documents and by a registry: each ends soon, with the right exit code and reason.

The limits of the child are nets for the suite's own sake: no attack comes near them.
"""

import json
import resource
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import (
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    make_image,
    make_layer,
    sha256,
    write_docker_archive,
    write_oci_layout,
)
from tests.support.registry import Registry
from tests.support.servers import Answer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")

CPU_S, MEMORY_BYTES = 60, 4 << 30
STATUS = b"Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\nVersion: 1:1.3\n"
LAYER = make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": STATUS})
KNOWN = ("--offline", "--advisories", ADVISORIES)


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


def run(shell, *arguments, cwd=None, seconds=120):
    """(exit code, standard output, standard error) of a child with limits."""

    def limited():
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    done = subprocess.run(
        shell.command(*arguments), env=shell.environment, cwd=cwd or shell.home, preexec_fn=limited, capture_output=True,
        text=True, timeout=seconds, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def scanned(shell, reference, *flags, **options):
    code, out, err = run(shell, "scan", reference, *KNOWN, "--format", "json", *flags, **options)
    assert out, err
    return code, json.loads(out)


def codes(report):
    return {one["code"] for one in report["unknowns"]}


# --- what is named ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "registry:"])
def test_a_local_file_does_not_hide_an_image_of_a_registry(shell, tmp_path, prefix):
    with Registry() as registry:
        image = make_image([LAYER])
        reference = prefix + registry.push("owner/app", "1.0", image)
        decoy = tmp_path / "checkout" / reference
        decoy.parent.mkdir(parents=True)
        write_docker_archive(tmp_path / "decoy.tar", make_image([make_layer({"a": b"x"})])).rename(decoy)
        _, report = scanned(shell, reference, cwd=tmp_path / "checkout")
        table = run(shell, "scan", reference, *KNOWN, cwd=tmp_path / "checkout")[1]
    opened = f"registry:{registry.host}/owner/app:1.0"
    assert (report["target"]["opened"], report["target"]["digest"]) == (opened, image.digest)
    assert f"opened as {opened}" in table


@pytest.mark.parametrize("reference", ["docker:nginx", "podman:nginx", "containerd:nginx"])
@pytest.mark.parametrize("command", [("scan",), ("inventory",), ("fix",), ("explain", "CVE-2026-1"), ("diff", "./image.tar")])
def test_a_prefix_is_never_a_path(shell, tmp_path, reference, command):
    archive = write_docker_archive(tmp_path / "image.tar", make_image([LAYER]))
    for name in (reference, reference.partition(":")[2]):
        (tmp_path / name).write_bytes(archive.read_bytes())
    flags = () if command == ("inventory",) else KNOWN
    assert run(shell, *command, reference, *flags, cwd=tmp_path)[0] == 3


# --- an image's documents ---------------------------------------------------------------------------------------------


def configured(tmp_path, config=None, history=None):
    return write_oci_layout(tmp_path / "layout", make_image([LAYER], config, history=history))


@pytest.mark.parametrize(
    "config",
    [
        {"Env": [f"VAR_{number}=value" for number in range(90_000)]},
        {"Env": [f"PASSWORD_{number}=x" * 20 for number in range(20_000)]},
        {"Labels": {f"label{number}": "v" for number in range(300_000)}},
        {"Cmd": ["x" * 4000] * 1500},
    ],
    ids=["variables", "names of secrets", "labels", "arguments"],
)
def test_a_huge_configuration_is_refused(shell, tmp_path, config):
    code, report = scanned(shell, configured(tmp_path, config))
    assert code == 3
    assert codes(report) == {"over_budget"}
    assert [one["name"] for one in report["packages"]] == ["zlib1g"]


def test_a_huge_history_is_bounded(shell, tmp_path):
    steps = [{"created_by": f"RUN step {number}", "empty_layer": True} for number in range(60_000)]
    code, report = scanned(shell, configured(tmp_path, history=[*steps, {"created_by": "COPY . /"}]))
    assert (code, codes(report)) == (3, {"over_budget"})


def test_huge_lists_that_nothing_reads_are_harmless(shell, tmp_path):
    config = {
        "ExposedPorts": {f"{number}/tcp": {} for number in range(60_000)},
        "Volumes": {f"/volume{number}": {} for number in range(60_000)},
        "Entrypoint": ["/bin/x"] * 5_000,
        "Env": ["PATH=" + ":".join(f"/p{number}" for number in range(50_000))],
    }
    code, report = scanned(shell, configured(tmp_path, config))
    assert (code, codes(report)) == (0, set())


def test_very_many_instructions_for_later_builds_are_searched_in_part(shell, tmp_path):
    code, report = scanned(shell, configured(tmp_path, {"OnBuild": ["RUN true"] * 60_000}))
    assert (code, codes(report)) == (3, {"over_budget"})


def blob(folder, data):
    place = folder / "blobs" / sha256(data).replace(":", "/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return {"digest": sha256(data), "size": len(data)}


def refused(shell, reference, message, *flags):
    code, out, err = run(shell, "scan", reference, *KNOWN, *flags)
    assert (code, out) == (3, "")
    assert message in err, err


def test_a_manifest_of_very_many_layers_is_refused(shell, tmp_path):
    layout = configured(tmp_path)
    layer = {"mediaType": OCI_LAYER, "digest": sha256(LAYER), "size": 1}
    config = {"mediaType": OCI_CONFIG, "digest": sha256(b"{}"), "size": 2}
    for count, message in ((20_000, "20000 layers"), (100_000, "is larger than 8 MiB")):
        entry = blob(layout, json.dumps({"schemaVersion": 2, "config": config, "layers": [layer] * count}).encode())
        index = {"schemaVersion": 2, "manifests": [{"mediaType": OCI_MANIFEST, **entry}]}
        (layout / "index.json").write_text(json.dumps(index))
        refused(shell, layout, message)


def test_an_index_of_very_many_manifests_is_refused(shell, tmp_path):
    layout = configured(tmp_path)
    (entry,) = json.loads((layout / "index.json").read_text())["manifests"]
    platforms = [{"platform": {"os": "linux", "architecture": f"a{number}"}} for number in range(100_000)]
    entries = [{"mediaType": entry["mediaType"], "digest": entry["digest"], "size": entry["size"], **one} for one in platforms]
    for count, message in ((10_000, "lists 10000 manifests"), (100_000, "is larger than 8 MiB")):
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries[:count]}))
        refused(shell, layout, message)
        refused(shell, layout, message, "--all-platforms")


def test_a_huge_list_of_platform_features_is_refused(shell, tmp_path):
    layout = configured(tmp_path)
    document = json.loads((layout / "index.json").read_text())
    document["manifests"][0]["platform"] = {"os": "linux", "architecture": "amd64", "os.features": ["x"] * 500_000}
    (layout / "index.json").write_text(json.dumps(document))
    code, report = scanned(shell, layout)
    assert (code, codes(report)) == (0, set())


@pytest.mark.parametrize("nested", [b"[" * 2_000_000, b'{"a":' * 600_000, b'{"manifests":[' * 250_000])
def test_deeply_nested_documents_are_refused(shell, tmp_path, nested):
    layout = configured(tmp_path)
    (layout / "index.json").write_bytes(nested)
    refused(shell, layout, "malformed")
    index = {"schemaVersion": 2, "manifests": [{"mediaType": OCI_MANIFEST, **blob(layout, nested)}]}
    (layout / "index.json").write_text(json.dumps(index))
    refused(shell, layout, "malformed")


def test_indexes_in_a_cycle_are_refused(shell, tmp_path):
    layout = configured(tmp_path)
    entry = json.loads((layout / "index.json").read_text())["manifests"][0]
    for _ in range(8):
        entry = {"mediaType": OCI_INDEX, **blob(layout, json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode())}
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    refused(shell, layout, "nested")


# --- a registry -------------------------------------------------------------------------------------------------------


class Circular(Registry):
    """Its catalogue has two pages, each of which is the next one of the other."""

    def _catalogue(self, query):
        page = 1 - int(query.get("page", ["1"])[0])
        return Answer(200, b'{"repositories": ["team/app"]}', {"Link": f'</v2/_catalog?page={page}>; rel="next"'})


def test_endless_pages_are_refused(shell):
    with Circular() as registry:
        registry.push("team/app", "1", make_image([LAYER]))
        code, out, _ = run(shell, "registry", "scan", registry.host, *KNOWN, "--json")
        assert len(registry.asked("GET", "_catalog")) < 5
    assert code == 3
    assert "does not end" in json.loads(out)["troubles"][0]["error"]


@contextmanager
def dripping(*pieces):
    """A server that sends the pieces, and the last one for ever, a tenth of a second apart; gives its host."""
    ended = threading.Event()

    def serve(connection):
        with suppress(OSError), connection:
            connection.recv(65536)
            for piece in pieces[:-1]:
                connection.sendall(piece)
            while not ended.wait(0.1):
                connection.sendall(pieces[-1])

    def accept():
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"{"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    ],
    ids=["body", "headers", "one header"],
)
def test_a_slow_answer_is_bounded(shell, pieces):
    """With less patience than is usual, which is a minute."""
    with dripping(*pieces) as host:
        code, out, err = run(shell, "scan", f"registry:{host}/a:1", *KNOWN, "--plain-http", "--timeout", "0.5")
    assert (code, out) == (3, "")
    assert "sends almost nothing" in err


def test_a_token_service_in_a_private_network_is_not_asked(shell):
    with Registry() as registry:
        challenge = {"WWW-Authenticate": 'Bearer realm="http://169.254.169.254/latest/meta-data"'}
        registry.busy = [Answer(401, headers=challenge)] * 20
        code, out, err = run(shell, "scan", f"registry:{registry.host}/a:1", *KNOWN)
    assert (code, out) == (3, "")
    assert "sends for a token into a private network" in err
