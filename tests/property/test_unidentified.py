"""Images with an unidentified piece never end ``assessed``, whatever else is in them and however it is laid out."""

from hypothesis import given
from hypothesis import strategies as st
from tests.support.executables import elf, inline
from tests.support.images import File, Hardlink, make_layer
from tests.support.jars import classes, jar, manifest
from tests.support.matching import TODAY, info, knowledge
from tests.unit.layers.helpers import OS_RELEASE, layer_of, status

from careen.catalogers import distribution as distributions
from careen.catalogers import dpkg, golang, java, native_code, npm
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.layers.verified import read_again
from careen.matching.coverage import coverage
from careen.matching.match import match
from careen.pipeline.image import with_vendors
from careen.plugins import VersionScheme, load
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore

CATALOGERS = tuple(one.CATALOGER for one in (distributions, dpkg, golang, java, native_code, npm))
ECOSYSTEMS = {one.ecosystem.purl_type: one.ecosystem for one in CATALOGERS if one.ecosystem.purl_type}
SCHEMES = {one.name: one for one in load("careen.versions", "VERSION_SCHEME", VersionScheme)}
KNOWN = knowledge(
    info("debian:12", unfixed=True, packages=500),
    info("npm", unfixed=True),
    info("Maven", unfixed=True),
    info("Go", unfixed=True),
)
MAINTAINER = "Maintainer: Jane Person <jane@example.net>"
OWNED = File(elf(b"owned" * 300), mode=0o755)
MODULES = "path\texample.com/app\nmod\texample.com/app\tv1.2.3\t\n"


class Layer(dict):
    """Files by path; contents would make examples unreadable."""

    def __repr__(self):
        return f"Layer({', '.join(self)})"


names = st.text("abcdefgh", min_size=1, max_size=6)
folders = st.sampled_from(["usr/bin", "usr/local/bin", "opt/app", "srv", "usr/lib", "opt/x/lib", "home/u/bin"])
BASE = {
    "etc/os-release": OS_RELEASE,
    "var/lib/dpkg/status": status(("bash", "5.2-1", MAINTAINER)),
    "var/lib/dpkg/info/bash.list": b"/.\n/bin/bash\n",
    "bin/bash": OWNED,
}
HONEST = st.sampled_from(
    [
        Layer({"opt/copy/bash": OWNED}),
        Layer({"bin/bash": OWNED, "opt/link/bash": Hardlink("bin/bash")}),
        Layer({"app/node_modules/x/package.json": b'{"name": "x", "version": "1.0.0"}', "app/node_modules/x/x.node": OWNED}),
        Layer({"opt/go/app": File(elf(writable=inline("go1.22.1", MODULES)), mode=0o755)}),
        Layer({"run.sh": File(b"#!/bin/sh\n", mode=0o755)}),
    ]
)


@st.composite
def unidentified_pieces(draw):
    folder, name, salt = draw(folders), draw(names), draw(st.binary(min_size=4, max_size=8))
    code = elf(b"unknown" + salt * 300)
    file = File(code, mode=draw(st.sampled_from([0o755, 0o700, 0o4755])))
    return Layer(
        draw(
            st.sampled_from(
                [
                    {f"{folder}/{name}": file},
                    {f"{folder}/lib{name}.so.1": File(code)},
                    {f"{folder}/{name}": file, f"{folder}/{name}.2": Hardlink(f"{folder}/{name}")},
                    {"bin/bash": file},
                    {f"{folder}/{name}": file, f"{folder}/release": b"NOTHING=1\n"},
                    {f"usr/{name}": file, "usr/release": b'JAVA_VERSION="17.0.1"\n'},
                    {f"{folder}/{name}.jar": jar(classes(f"dev/{name}/a"))},
                    {f"{folder}/{name}-1.2.3.jar": jar(classes(f"dev/{name}/a"))},
                    {f"{folder}/{name}.jar": jar(classes("dev/a/b") | manifest(Implementation_Version="1.2"))},
                ]
            )
        )
    )


@st.composite
def self_built_packages(draw):
    suffix = draw(st.sampled_from(["-1+", "-1~", "-", "-0"])) + draw(st.sampled_from(["corp", "acme", "internal", "hotfix"]))
    package = (draw(names), f"1.2{suffix}{draw(st.integers(1, 9))}", MAINTAINER)
    return Layer({"var/lib/dpkg/status": status(("bash", "5.2-1", MAINTAINER), package)})


def verdict_of(layers):
    opened = [layer_of(make_layer(layer), number) for number, layer in enumerate(layers)]
    deltas = [index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits())) for layer in opened]
    found = bind(deltas, CATALOGERS, lambda number, select: read_again(opened[number], select, Budget(Limits())))
    inventory = with_vendors(found)
    matched = match(inventory, KNOWN, SCHEMES, ECOSYSTEMS, TODAY)
    return coverage(inventory, KNOWN, matched, inventory.unknowns, TODAY).verdict


@given(st.lists(HONEST, max_size=4))
def test_honest_images_are_assessed(honest):
    assert verdict_of([BASE, *honest]) == "assessed"


@given(st.lists(HONEST, max_size=3), st.one_of(unidentified_pieces(), self_built_packages()), st.data())
def test_an_unknown_piece_is_never_assessed(honest, piece, data):
    layers = list(honest)
    layers.insert(data.draw(st.integers(0, len(layers))), piece)
    layers = [{path: file for path, file in one.items() if path != "bin/bash" or one is piece} for one in layers]
    layers = [
        one for one in layers if not any(isinstance(file, Hardlink) and file.target == "bin/bash" for file in one.values())
    ]
    if data.draw(st.booleans()) and "bin/bash" not in piece:
        layers = [{path: file for layer in [BASE, *layers] for path, file in layer.items()}]  # flattened
    else:
        layers = [BASE, *layers]
    assert verdict_of(layers) != "assessed"


@given(st.lists(HONEST, max_size=3), st.sampled_from([{"var/lib/dpkg/status": b""}, {"var/lib/.wh.dpkg": b""}]))
def test_without_its_package_database_an_image_is_never_assessed(honest, loss):
    assert verdict_of([BASE, *honest, loss]) != "assessed"
    flat = {path: file for path, file in BASE.items() if not path.startswith("var/")} | {"etc/dpkg/dpkg.cfg": b""}
    assert verdict_of([flat]) != "assessed"
