"""``careen attest``: SBOM, vulnerabilities and VEX of an image, signed and attached to it in its registry."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import ADVISORIES, BOUNDS, NETWORK, Parser, add_common, add_settings
from .assessing import add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.app.signatories import Signer

SCHEMA = "careen.attestation/1"


def parser() -> Parser:
    made = Parser(
        prog="careen attest",
        usage="careen attest [flags] --key FILE --sbom cyclonedx --vuln REFERENCE\n"
        "       careen attest [flags] --keyless --vex FILE REFERENCE",
        description="Sign what is known about an image, and attach it to the image in its registry:\n"
        "an SBOM, the result of a scan, VEX documents. What the registry then returns is verified.",
        epilog="A password of the key is read from COSIGN_PASSWORD, else from the terminal.\n"
        "Exit codes: 0 attached and verified; 2 usage; 3 could not complete.",
    )
    made.add_argument("reference", metavar="REFERENCE", help="an image in a registry: HOST/NAME:TAG")
    group = made.add_argument_group("what to attest")
    group.add_argument(
        "--sbom", metavar="FORMAT", action="append", default=[], choices=["cyclonedx", "spdx"], help="cyclonedx or spdx"
    )
    group.add_argument("--vuln", action="store_true", help="the result of a scan, as cosign's type vuln")
    group.add_argument(
        "--vex",
        dest="statements",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a VEX document; may be repeated",
    )
    group = made.add_argument_group("who signs")
    group.add_argument("--key", metavar="FILE", type=Path, help="private key: of cosign, or PEM (Ed25519, ECDSA P-256)")
    group.add_argument("--keyless", action="store_true", help="a certificate of Sigstore for an identity token")
    group.add_argument(
        "--identity-token",
        metavar="FILE",
        type=Path,
        help="the token (default: SIGSTORE_ID_TOKEN, else that of the pipeline)",
    )
    group.add_argument(
        "--sigstore-config",
        metavar="FILE",
        type=Path,
        help="services and trusted root of an instance of your own (ClientTrustConfig, JSON)",
    )
    group = made.add_argument_group("where it is stored")
    group.add_argument(
        "--store",
        choices=["referrer", "tag", "both"],
        default="referrer",
        help="referrer (OCI 1.1, the default), tag (.att, of cosign 2), or both",
    )
    add_settings(made, "image", ("platform",))
    add_settings(made, "what to look for", ("scanners",))
    add_settings(made, "advisories", ADVISORIES)
    add_settings(made, "registry and network", NETWORK)
    add_settings(made, "reading", ("verify_diff_ids", "jobs", "no_cache", *BOUNDS))
    add_settings(made, "messages", ("quiet", "no_progress"))
    add_format_flag(made)
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from msgspec import to_builtins

    from careen.app.attesting import Order, attest
    from careen.output.escape import visible

    settings = settings_of(arguments)
    signer = _signer(arguments, settings.offline)
    order = Order(tuple(arguments.sbom), arguments.vuln, tuple(arguments.statements), arguments.store)
    done = with_progress(settings, lambda progress: attest(arguments.reference, order, signer, settings, progress))
    if arguments.form == "json":
        write_json({"schema": SCHEMA, **to_builtins(done)})
        return 0
    sys.stdout.write(f"{visible(arguments.reference)}: {done.digest}\n")
    for made in done.made:
        where = "" if made.place == "referrers" else f" (tag {made.place})"
        sys.stdout.write(f"  {made.predicate}  {made.digest}{where}\n")
    sys.stdout.write(f"signed by {', '.join(visible(name, 300) for name in done.by)}, read back and verified\n")
    return 0


def _signer(arguments: argparse.Namespace, offline: bool) -> "Signer":
    from careen.app.signatories import key_signer, keyless_signer

    if (arguments.key is None) != arguments.keyless:
        raise UsageError("give either --key or --keyless", "--key FILE or --keyless")
    if arguments.key is not None:
        if arguments.identity_token or arguments.sigstore_config:
            raise UsageError("--identity-token and --sigstore-config work only with --keyless", "leave them out")
        return key_signer(arguments.key, lambda: _password(arguments.key))
    if offline:
        raise UsageError("--keyless needs Sigstore's services, which --offline forbids", "--key FILE signs without them")
    if arguments.store != "referrer":
        raise UsageError("a keyless signature needs its bundle, which cosign's tag (.att) cannot hold", "--store referrer")
    return keyless_signer(arguments.identity_token, os.environ.get("SIGSTORE_ID_TOKEN", ""), arguments.sigstore_config)


def _password(file: Path) -> bytes | None:
    given = os.environ.get("COSIGN_PASSWORD")
    if given is not None:
        return given.encode()
    if not sys.stdin.isatty():
        return None
    from getpass import getpass

    return getpass(f"password of {file}: ").encode()
