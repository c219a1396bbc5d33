"""Whether the image has what ``--require-signature`` requires, signed by the identities in its policy.

Exit code 1 if it is missing, or signed only by others; 3 if it could not be looked up, or not completely: what was not
assessed never passes.
"""

from collections.abc import Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from careen.model.attached import Attached, Signature
from careen.model.report import FailedBy, Rule, Verdict


class Required(Struct, frozen=True):
    """The requirement. ``kinds``: ``signature``, and predicate types, each of which has to be signed by one of the keys
    and identities in ``by``.
    """

    source: str
    kinds: tuple[str, ...]
    by: frozenset[str]


def with_required(verdict: Verdict, attached: Attached | None, required: Required) -> Verdict:
    lacking = missing(attached, required)
    if not lacking:
        return replace(verdict, rules=(*verdict.rules, _rule(required, True)))
    is_known = attached is not None and bool(attached.asked) and attached.complete
    rule = replace(_rule(required, False), failed_by=FailedBy(len(lacking), lacking), why=_why(attached, required))
    code = max(verdict.exit_code, 1 if is_known else 3)
    return replace(verdict, passed=False, exit_code=code, rules=(*verdict.rules, rule))


def missing(attached: Attached | None, required: Required) -> tuple[str, ...]:
    """The required kinds that none of the policy's identities has signed."""
    signed = {signature.predicate for signature in _all(attached) if signature.verified_by in required.by}
    return tuple(kind for kind in required.kinds if kind not in signed)


def _all(attached: Attached | None) -> tuple[Signature, ...]:
    return attached.signed if attached is not None else ()


def _rule(required: Required, passed: bool) -> Rule:
    return Rule(f"signatures required by {required.source}", passed)


def _why(attached: Attached | None, required: Required) -> str:
    if attached is None or not attached.asked:
        return "no registry or layout was asked for the signatures of the image"
    refusals: Collection[str] = dict.fromkeys(_codes(attached, required))
    found = f"the signatures found do not count: {', '.join(refusals)}" if refusals else "no such signature was found"
    return found if attached.complete else f"{found}; not everything could be read"


def _codes(attached: Attached, required: Required) -> Iterator[str]:
    for signature in attached.signed:
        if signature.verified_by not in required.by and signature.refusal:
            yield signature.refusal
    for refusal in attached.refusals:
        yield refusal.code
