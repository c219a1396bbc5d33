"""Certificates and cloud identities that are members of system:masters."""

import binascii
import re
from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

MASTERS = "system:masters"
MAX_REQUEST = 256 * 1024
_ORGANIZATION = re.compile(  # the attribute organizationName in DER, with the group as its value
    b"\x06\x03\x55\x04\x0a[\x0c\x13\x14\x16]" + bytes((len(MASTERS),)) + MASTERS.encode()
)
_PEM = re.compile(rb"-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END")

_MAPPED = re.compile(rf"""(?m)(?:^|[\s\[,'"]){MASTERS}(?:$|[\s\],'"])""")


def _requests(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("CertificateSigningRequest", "CertificateRequest"):
        if _ORGANIZATION.search(_request(resource.spec.text("request"))):
            yield at(resource, f"asks for a certificate of the group {MASTERS}", "spec", "request")
    for resource in manifests.of("Certificate"):
        if MASTERS in resource.spec.texts("subject", "organizations"):
            yield at(resource, f"asks for a certificate of the group {MASTERS}", "spec", "subject", "organizations")


def _request(text: str) -> bytes:
    """The certificate request in DER; b"" if the text is not one. Kubernetes has it as PEM in base64."""
    try:
        pem = _PEM.search(binascii.a2b_base64(text[:MAX_REQUEST]))
        return binascii.a2b_base64(pem[1]) if pem else b""
    except ValueError:  # also for characters beyond ASCII
        return b""


def _maps(manifests: Manifests) -> Iterator[Place]:
    for settings in manifests.of("ConfigMap"):
        for key in ("mapRoles", "mapUsers") if settings.name == "aws-auth" else ():
            if _MAPPED.search(settings.body.text("data", key)):
                yield at(settings, f"makes identities of its {key} members of {MASTERS}", "data", key)


CHECKS = (
    Check(
        id="RBC-046",
        title="Certificate is requested for system:masters",
        severity="high",
        why="The group bypasses all authorization, and nobody can revoke the certificate before it ends.",
        fix="Request a certificate for a group of your own, and bind a role to it.",
        references=(
            "CIS Kubernetes 5.1.7",
            "CWE-250",
            "https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/",
        ),
        inspect=_requests,
    ),
    Check(
        id="RBC-047",
        title="Cloud identity is mapped to system:masters",
        severity="high",
        why="The group bypasses all authorization: anyone with the role or user in the cloud account controls the cluster.",
        fix="Map the identity to a group of your own, and bind a role to it.",
        references=(
            "CIS Kubernetes 5.1.7",
            "CWE-250",
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
        ),
        inspect=_maps,
    ),
)
