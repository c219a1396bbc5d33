"""Secret with values in a manifest."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

REFERENCES = ("${", "$(", "{{", "<")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("Secret"):
        if resource.body.text("type") in ("helm.sh/release.v1", "bootstrap.kubernetes.io/token"):
            continue
        for place in ("data", "stringData"):
            values = resource.body.map(place)
            filled = [key for key in values if values.text(key).strip() and not values.text(key).startswith(REFERENCES)]
            if filled:
                yield at(resource, f"has the value of {', '.join(filled[:5])} written out", place, filled[0])


CHECK = Check(
    id="K8S-110",
    title="Secret with values in a manifest",
    severity="high",
    why="Base64 is not encryption: anyone who can read the file or the repository has the credential.",
    fix="Keep values out of manifests (sealed secrets, an external store), and rotate the credential.",
    references=(
        "CIS Kubernetes 5.4.2",
        "CWE-312",
        "CWE-540",
    ),
    inspect=inspect,
)
