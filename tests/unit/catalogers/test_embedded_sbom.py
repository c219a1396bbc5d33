import gzip
import json
import random

import pytest
from tests.support.reading import MemoryFile
from tests.support.sectioned import elf

from careen.catalogers.embedded_sbom import CATALOGER, NATIVE_CONFIDENCE, read_native

SYMBOLS = b"\0JNI_OnLoad\0sbom\0sbom_length\0"


def bill(*purls):
    components = [{"type": "library", "name": purl.rpartition("/")[2], "purl": purl} for purl in purls]
    return gzip.compress(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}).encode())


def facts_of(data, chunk=None):
    class Head:
        path, size_bytes, mode = "app", len(data), 0o755

    Head.data = data[: 64 << 10]
    scanner = read_native(Head)
    if scanner is None:
        return None
    step = chunk or len(data)
    for at in range(0, len(data), step):
        scanner.feed(data[at : at + step])
    return list(scanner.facts())


@pytest.mark.parametrize("chunk", [1, 7, 1000, None])
def test_the_sbom_of_a_native_image(chunk):
    other = gzip.compress(b"{not the bill}") + gzip.compress(b"text") + b"\x1f\x8b\x08\xff"
    image = elf(
        b".data", SYMBOLS + other + bill("pkg:maven/org.yaml/snakeyaml@1.33", "pkg:maven/io.netty/netty-buffer@4.1.94.Final")
    )
    found = facts_of(image + bytes(300), chunk)
    assert [(one.name, one.version, one.confidence) for one in found] == [
        ("org.yaml:snakeyaml", "1.33", NATIVE_CONFIDENCE),
        ("io.netty:netty-buffer", "4.1.94.Final", NATIVE_CONFIDENCE),
    ]


def test_libraries_that_have_coordinates_alone():
    document = {
        "bomFormat": "CycloneDX",
        "components": [
            {"group": "io.netty", "name": "netty-codec", "version": "4.1.76.Final"},
            {"name": "app", "version": "1.0"},
            "noise",
        ],
    }
    (found,) = facts_of(elf(b".data", SYMBOLS + gzip.compress(json.dumps(document).encode())))
    assert found.purl == "pkg:maven/io.netty/netty-codec@4.1.76.Final"


def test_the_program_itself_is_listed():
    document = {
        "bomFormat": "CycloneDX",
        "metadata": {"component": {"name": "shop", "version": "3.1", "purl": "pkg:maven/org.example/shop@3.1"}},
        "components": [{"group": "io.netty", "name": "netty-codec", "version": "4.1.76.Final"}],
    }
    image = elf(b".data", SYMBOLS + gzip.compress(json.dumps(document).encode()))
    assert [(one.name, one.version) for one in facts_of(image)] == [
        ("org.example:shop", "3.1"),
        ("io.netty:netty-codec", "4.1.76.Final"),
    ]


def test_other_executables_are_skipped():
    assert facts_of(elf(b".data", bill("pkg:maven/a/b@1"))) is None


def test_a_native_image_without_its_sbom_is_an_error():
    with pytest.raises(ValueError, match="was not found"):
        facts_of(elf(b".data", SYMBOLS + gzip.compress(b'{"other": 1}')))
    with pytest.raises(ValueError, match="was not found"):
        facts_of(elf(b".data", SYMBOLS + bill("pkg:maven/a/b@1")[:-20]))


def test_starts_of_gzip_by_the_thousand_cost_little():
    data = random.Random(1).randbytes(200_000) + b"\x1f\x8b\x08" * 300_000
    with pytest.raises(ValueError, match="was not found"):
        facts_of(elf(b".data", SYMBOLS + data), 64 << 10)


def test_it_reads_executables_alone():
    assert CATALOGER.readers[1].wants.magic == (b"\x7fELF",)


def test_what_an_installer_carries_has_the_confidence_of_its_copies():
    data = gzip.decompress(bill("pkg:pypi/setuptools@70.3.0"))

    def confidence(path):
        (package,) = CATALOGER.readers[0].read(MemoryFile(path, data))
        return package.confidence

    site = "opt/v/lib/python3.13/site-packages"
    assert confidence(f"{site}/pip/_vendor/bom.cdx.json") == 0.4
    assert confidence(f"{site}/acme/_vendor/bom.cdx.json") == 0.7
    assert confidence(f"{site}/pip/bom.cdx.json") == 0.7
