"""What lies beside an image, in a sentence or two for people: who signed it, who built it, what else is there.

What nobody verified says so: anybody who may push could have written it.
"""

from collections.abc import Iterator

from careen.model.attached import Attached, Signature
from careen.output.escape import visible
from careen.output.lines import plural

MAX_NAMED = 3


def attached_lines(beside: Attached) -> Iterator[str]:
    if not beside.asked:
        return  # why not is told by the coverage
    yield _signed(beside)
    for one in beside.provenance[:MAX_NAMED]:
        source = f" from {visible(one.source, 200)}" if one.source else ""
        revision = f" at {visible(one.revision, 40)}" if one.revision and source else ""
        yield f"built by {visible(one.builder or 'nobody named', 200)}{source}{revision}, {_trust(one.signature)}"
    counts = ((beside.sboms, "bill of materials", "bills of materials"), (beside.vex, "VEX document", "VEX documents"))
    others = [f"{len(some)} {one if len(some) == 1 else many}" for some, one, many in counts if some]
    if len(beside.provenance) > MAX_NAMED:
        others.append(f"{plural(len(beside.provenance), 'attestation')} of provenance")
    if beside.others:
        others.append(plural(beside.others, "thing") + " of other kinds")
    if others:
        yield f"beside it lie {', '.join(others)}" if len(others) > 1 else f"beside it: {others[0]}"


def _signed(beside: Attached) -> str:
    signed = beside.signed
    if not signed:
        return "no signature lies beside it" if beside.complete else "no signature was found beside it"
    verified = dict.fromkeys(one.verified_by for one in signed if one.verified_by)
    if verified:
        return f"signed by the key {', '.join(visible(one, 200) for one in verified)}"
    names = list(dict.fromkeys(filter(None, (_name(one) for one in signed))))
    told = f" by {', '.join(names[:MAX_NAMED])}{' …' if len(names) > MAX_NAMED else ''}" if names else ""
    return f"signed{told} ({', '.join(sorted({one.how for one in signed}))}), which nobody verified"


def _name(one: Signature) -> str:
    issuer = f" ({visible(one.issuer, 100)})" if one.issuer else ""
    return f"{visible(one.identity, 200)}{issuer}" if one.identity else f"the key {visible(one.key, 80)}" if one.key else ""


def _trust(signature: Signature | None) -> str:
    if signature is None:
        return "which nobody signed"
    return f"signed by the key {visible(signature.verified_by, 200)}" if signature.verified_by else "which nobody verified"
