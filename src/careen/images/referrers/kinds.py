"""The media types and predicate types of attached documents, and the words in them that identify their kind."""

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
SIGNATURES = ("cosign container image signature", "atomic container signature")
NOTATION = "application/vnd.cncf.notary.signature"
THUMBPRINT = "io.cncf.notary.x509chain.thumbprint#S256"
BUNDLE = "application/vnd.dev.sigstore.bundle"
BUNDLE_03 = f"{BUNDLE}.v0.3+json"
ATTESTATION = ("application/vnd.in-toto", "application/vnd.dsse.envelope", BUNDLE)
SIGNED_BY_COSIGN = "https://sigstore.dev/cosign/sign/v1"
SBOMS, VEX = ("spdx", "cyclonedx", "syft"), ("vex", "csaf")
PREDICATE = ("in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType")
