import json

import pytest

from careen.model.package import Evidence, Source
from careen.sboms.syft import read

LAYERS = ["sha256:" + "00" * 32, "sha256:" + "01" * 32]


def artifact(id, name, version, purl, path, layer=0, **more):
    place = {"path": path, "layerID": LAYERS[layer]}
    return {"id": id, "name": name, "version": version, "purl": purl, "locations": [place], **more}


def document(*artifacts, relations=()):
    return json.dumps(
        {
            "artifacts": artifacts,
            "artifactRelationships": relations,
            "source": {"type": "image", "metadata": {"userInput": "shop:1", "manifestDigest": "sha256:" + "ff" * 32,
                       "layers": [{"digest": digest} for digest in LAYERS]}},
            "distro": {"id": "debian", "versionID": "12", "versionCodename": "bookworm", "prettyName": "Debian 12"},
            "descriptor": {"name": "syft", "version": "1.18.1"},
        }
    ).encode()  # fmt: skip


def test_sources_owners_places_and_layers():
    yaml = artifact("1", "python3-yaml", "6.0-3", "pkg:deb/debian/python3-yaml@6.0-3?arch=amd64&distro=debian-12",
                    "/var/lib/dpkg/status", metadata={"source": "pyyaml", "sourceVersion": "6.0-3+b1"})  # fmt: skip
    egg = artifact("2", "PyYAML", "6.0", "pkg:pypi/pyyaml@6.0", "/usr/lib/python3/dist-packages/PyYAML.egg-info", 1)
    found = read(document(yaml, egg, relations=[{"parent": "1", "child": "2", "type": "ownership-by-file-overlap"}]))
    deb, pypi = found.inventory.packages
    assert deb.source == Source("pyyaml", "6.0-3+b1")
    assert (pypi.name, pypi.owned_by) == ("PyYAML", deb.purl)
    assert pypi.evidence == (Evidence("usr/lib/python3/dist-packages/PyYAML.egg-info", 1),)
    assert (found.subject, found.digest, len(found.layers)) == ("shop:1", "sha256:" + "ff" * 32, 2)
    assert found.inventory.distribution.codename == "bookworm"


@pytest.mark.parametrize("data", [b"", b"{}", b'{"artifacts": []}', b'{"artifacts": {}, "descriptor": {"name": "syft"}}'])
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        read(data)


def test_the_words_of_older_schemas():
    data = {
        "artifacts": [{"id": "1", "name": "a", "version": "1", "purl": "pkg:npm/a@1", "licenses": ["MIT"]}],
        "source": {"type": "image", "target": {"userInput": "shop:1", "manifestDigest": "sha256:" + "ff" * 32}},
        "distro": {"name": "rocky", "version": "8.4", "idLike": "rhel fedora"},
        "descriptor": {"name": "syft"},
    }
    found = read(json.dumps(data).encode())
    assert (found.subject, found.digest) == ("shop:1", "sha256:" + "ff" * 32)
    distribution = found.inventory.distribution
    assert (distribution.id, distribution.version, distribution.id_like) == ("rocky", "8.4", ("rhel", "fedora"))
    assert found.inventory.packages[0].licenses == ("MIT",)
    data["source"] = {"type": "directory", "target": "/srv/shop"}
    assert read(json.dumps(data).encode()).subject == "/srv/shop"


def test_the_version_may_be_beside_the_url():
    (found,) = read(document(artifact("1", "lodash", "4.17.4", "pkg:npm/lodash", "/a"))).inventory.packages
    assert found.purl == "pkg:npm/lodash@4.17.4"
