"""What the registry attaches to an image, in a sentence or two: its signatures, its provenance, and what else there is.

The lines state what was not verified: everybody who may push to the registry can attach it.
"""

from collections.abc import Iterator

from careen.model.attached import Attached, Signature
from careen.output.escape import visible
from careen.output.lines import plural

MAX_NAMED = 3


def attached_lines(beside: Attached) -> Iterator[str]:
    if not beside.asked:
        return  # the coverage states why
    yield _signed(beside)
    for build in beside.provenance[:MAX_NAMED]:
        source = f" from {visible(build.source, 200)}" if build.source else ""
        revision = f" at {visible(build.revision, 40)}" if build.revision and source else ""
        yield f"built by {visible(build.builder or 'an unnamed builder', 200)}{source}{revision}, {_trust(build.signature)}"
    counts = ((beside.sboms, "SBOM", "SBOMs"), (beside.vex, "VEX document", "VEX documents"))
    others = [f"{len(some)} {singular if len(some) == 1 else many}" for some, singular, many in counts if some]
    if len(beside.provenance) > MAX_NAMED:
        others.append(f"{plural(len(beside.provenance), 'attestation')} of provenance")
    if beside.others:
        others.append(plural(beside.others, "other artifact"))
    if others:
        yield f"attached: {', '.join(others)}"


def _signed(beside: Attached) -> str:
    signed = beside.signed
    if not signed:
        return "not signed" if beside.complete else "no signature was found"
    verified = dict.fromkeys(signature.verified_by for signature in signed if signature.verified_by)
    if verified:
        return f"signed by {', '.join(visible(key, 200) for key in verified)}"
    names = list(dict.fromkeys(filter(None, (_name(signature) for signature in signed))))
    by = f" by {', '.join(names[:MAX_NAMED])}{' …' if len(names) > MAX_NAMED else ''}" if names else ""
    return f"signed{by} ({', '.join(sorted({signature.how for signature in signed}))}), not verified"


def _name(signature: Signature) -> str:
    issuer = f" ({visible(signature.issuer, 100)})" if signature.issuer else ""
    if signature.identity:
        return f"{visible(signature.identity, 200)}{issuer}"
    return f"the key {visible(signature.key, 80)}" if signature.key else ""


def _trust(signature: Signature | None) -> str:
    if signature is None:
        return "not signed"
    return f"signed by {visible(signature.verified_by, 200)}" if signature.verified_by else "not verified"
