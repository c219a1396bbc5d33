"""``careen verify``: who signed an image and its attestations, and which of these signatures are accepted."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import NETWORK, Parser, add_common, add_settings
from .assessing import add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.app.attesting import Verification
    from careen.app.signatories import Requirement

SCHEMA = "careen.verification/1"


def parser() -> Parser:
    made = Parser(
        prog="careen verify",
        usage="careen verify [flags] --key FILE REFERENCE\n"
        "       careen verify [flags] --identity NAME --issuer URL REFERENCE\n"
        "       careen verify [flags] --require-signature FILE REFERENCE",
        description="Verify the signatures and attestations beside an image, in its registry or its OCI layout.",
        epilog="Exit codes: 0 a signer who counts has signed everything that is required; 1 something lacks such a\n"
        "signature; 2 usage; 3 the signatures could not be looked up.",
    )
    made.add_argument("reference", metavar="REFERENCE", help="an image in a registry, or an OCI layout")
    group = made.add_argument_group("whose signatures count")
    group.add_argument(
        "--key", dest="keys", metavar="FILE", type=Path, action="append", default=[], help="public key (PEM); may be repeated"
    )
    group.add_argument("--identity", metavar="NAME", default="", help="the exact identity in the certificate, with --issuer")
    group.add_argument("--issuer", metavar="URL", default="", help="the issuer that vouches for the identity")
    group.add_argument(
        "--trusted-root", metavar="FILE", type=Path, help="trusted root of Sigstore (default: the public instance's)"
    )
    group = made.add_argument_group("what they have to sign")
    group.add_argument(
        "--type",
        dest="kinds",
        metavar="TYPE",
        action="append",
        default=[],
        help="signature (the default), cyclonedx, spdx, vuln, openvex, slsa1, slsa02, or a predicate type; may be repeated",
    )
    add_settings(made, "policy", ("require_signature",))
    add_settings(made, "image", ("platform",))
    add_settings(made, "registry and network", ("offline", *NETWORK))
    add_settings(made, "messages", ("quiet", "no_progress"))
    add_format_flag(made)
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.attesting import verify

    settings = settings_of(arguments)
    requirement = _requirement(arguments, settings.require_signature)
    found = with_progress(settings, lambda progress: verify(arguments.reference, requirement, settings, progress))
    if arguments.form == "json":
        _write_json(found)
    else:
        _write_text(found)
    return 0 if not found.lacking else 1 if found.is_known else 3


def _requirement(arguments: argparse.Namespace, policy: Path | None) -> "Requirement":
    from careen.app.signatories import Trusted, requirement_of

    by_flags = bool(arguments.keys or arguments.identity or arguments.issuer or arguments.trusted_root)
    if by_flags and getattr(arguments, "require_signature", None) is not None:
        raise UsageError(
            "the policy of --require-signature alone states whose signatures count",
            "leave out --key, --identity, --issuer and --trusted-root",
        )
    trusted = Trusted(arguments.keys, arguments.identity, arguments.issuer, arguments.trusted_root, kinds=arguments.kinds)
    return requirement_of(trusted if by_flags else Trusted(policy=policy, kinds=arguments.kinds))


def _write_text(found: "Verification") -> None:
    from careen.output.escape import visible

    sys.stdout.write(f"{visible(found.image)}: {found.digest}\n")
    for signature in found.attached.signed:
        what = visible(signature.predicate, 200)
        if signature.verified_by:
            sys.stdout.write(f"  verified  {what}  by {visible(signature.verified_by, 300)}\n")
        else:
            sys.stdout.write(f"  refused   {what}  {signature.refusal}: {visible(signature.why, 300)}\n")
        sys.stdout.write(f"            {signature.digest}\n")
    for refusal in found.attached.refusals:
        sys.stdout.write(f"  refused   {refusal.code}: {visible(refusal.why, 300)}\n            {refusal.digest}\n")
    if not found.is_known:
        troubles = found.attached.troubles or ("it was not looked up",)
        sys.stdout.writelines(f"  unread    {visible(trouble, 300)}\n" for trouble in troubles)
    if found.lacking:
        sys.stdout.write(f"not verified: {', '.join(visible(kind, 200) for kind in found.lacking)}\n")
    else:
        sys.stdout.write(f"verified: {', '.join(visible(kind, 200) for kind in found.required.kinds)}\n")


def _write_json(found: "Verification") -> None:
    from msgspec import to_builtins

    write_json(
        {
            "schema": SCHEMA,
            "image": found.image,
            "digest": found.digest,
            "verified": not found.lacking,
            "complete": found.is_known,
            "required": list(found.required.kinds),
            "trusted": sorted(found.required.by),
            "lacking": list(found.lacking),
            "signatures": to_builtins(found.attached.signed),
            "refusals": to_builtins(found.attached.refusals),
            "troubles": list(found.attached.troubles),
        }
    )
