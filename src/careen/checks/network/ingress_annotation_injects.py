"""Ingress annotation injects configuration."""

import re
from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9$._~:/?@!&'()*+,=%\[\]-]+")
PLACES = {
    "auth-url": URL,
    "auth-tls-match-cn": re.compile(r"CN=[A-Za-z0-9$._*@ ^/()=,:-]+"),
    "mirror-target": URL,
    "mirror-host": re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?[A-Za-z0-9$._:/*-]+"),
}


def inspect(manifests: Manifests) -> Iterator[Place]:
    for ingress in manifests.of("Ingress"):
        for name, allowed in PLACES.items():
            key = f"nginx.ingress.kubernetes.io/{name}"
            value = ingress.annotations.text(key)
            if value and not allowed.fullmatch(value):
                yield at(ingress, f"has something else than it should in {key}", "metadata", "annotations", key)


CHECK = Check(
    id="NWP-016",
    title="Ingress annotation injects configuration",
    severity="critical",
    why=(
        "The controller runs the injected configuration as code, and can read the Secrets of the whole cluster (CVE-2025-1974)."
    ),
    fix="Write a plain URL or name; update or replace the controller.",
    references=(
        "CVE-2025-1097",
        "CVE-2025-1098",
        "CVE-2025-24514",
        "CVE-2025-1974",
        "CWE-94",
    ),
    inspect=inspect,
)
