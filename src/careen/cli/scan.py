"""``careen scan``: references come in; reports, and the policy's verdict as exit code, go out."""

import argparse
from pathlib import Path

from careen.log import logger

from .again import FlagsAgain
from .arguments import ADVISORIES, ARCHIVE, BOUNDS, LICENCES, LOOKS, NETWORK, Parser, add_common, add_settings
from .references import STRICTEST, add_references, each, file_names, references_of
from .service import FLAGS, connected
from .settings import loaded_settings

log = logger(__name__)

# What people look for first, before the list of all flags.
FIRST = """\
most used:
  --fail-on high            exit with 1 on a high or critical finding
  -s, --severity high       list only these
  --ignore-unfixed          suppress what has no fix
  -f, --format json         also table, sarif, html, cyclonedx, markdown …
  -o, --output FILE         write the report there
  --scanners vuln,secret    look for these only
  --exclude node_modules    leave places of a folder out
  --ignore-file FILE        your decisions, with reasons
  --offline                 use the database as it is
  -q, --quiet               the report and errors only"""


def parser() -> Parser:
    made = Parser(
        prog="careen scan",
        usage="careen scan [flags] REFERENCE …",
        description="List the vulnerabilities of an image, why it has them, and which version fixes them.\n\n" + FIRST,
        epilog="Exit codes: 0 the policy passed, 1 it failed (--fail-on), 2 usage, 3 could not complete.\n"
        "Of several references the strictest code counts. Their reports follow each other, in JSON as one array; "
        "--output-dir writes a file for each.",
    )
    add_references(
        made,
        "image name, archive (.tar, .sif, .squashfs, .AppImage), OCI layout, root file system or source tree, package (.deb, "
        ".rpm, .whl …), jar, program, lock file, SBOM or package URL (pkg:…); - is an archive or SBOM on standard input; a "
        "bare word is an image, a path is "
        "./NAME; a prefix forces the source: docker:, podman:, "
        "registry:, containerd:, docker-archive:, oci-layout:, sif:, squashfs:, appimage:, directory:, file:, sbom:",
    )
    add_settings(made, "image", ("platform", "all_platforms", "referrers", "trust_key", "dockerfile", "exposure"))
    add_settings(made, "what to look for", LOOKS, {"exclude": "--skip-dirs --skip-files"})
    add_settings(made, "licences", LICENCES)
    add_settings(made, "report", ("format", "output", "severity", "verbose", "quiet", "no_progress"), {"verbose": "--all"})
    gates = (
        "fail_on",
        "policy",
        "baseline",
        "grace_days",
        "overdue",
        "exclude_base",
        "base",
        "ignore_unfixed",
        "severity_from",
        "unknown_as",
        "strict",
        "accept",
        "require_signature",
    )
    add_settings(made, "policy", gates)
    add_settings(made, "server", FLAGS)
    add_settings(made, "what to suppress", ("ignore_file", "vex", "image_vex"))
    made.add_argument(
        "--suggest-accept",
        action="store_true",
        help="instead of the report, print accept: entries for what was not assessed",
    )
    add_settings(made, "advisories", (*ADVISORIES, *ARCHIVE))
    add_settings(made, "registry and network", NETWORK)
    add_settings(made, "reading", ("verify_diff_ids", "read_toc", "jobs", "no_cache", *BOUNDS))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.platforms import reports_of
    from careen.app.session import Session
    from careen.app.wiring import reporters

    from .assessing import with_progress
    from .log import start
    from .output import end_of_array, write
    from .output_plan import plan_outputs

    references = references_of(arguments, "careen scan")
    loaded = loaded_settings(arguments)
    settings = loaded.settings
    start(settings.log_level, settings.quiet)
    for note in loaded.notes:
        log.warning("%s", note)
    if not settings.ignore_file and Path(".careenignore").is_file():
        log.warning("the .careenignore of this folder is not applied; --ignore-file .careenignore applies it")
    settings, send = connected(settings)
    outputs = plan_outputs(settings, reporters(), arguments.output_dir, len(references) > 1)
    names, written, listed = file_names(references), 0, len(references) > 1 or settings.all_platforms
    again = FlagsAgain(arguments)

    with Session(settings, details=any(output.reporter.with_details for output in outputs), alone=True) as session:

        def scan(reference: str) -> int:
            nonlocal written
            reports = with_progress(settings, lambda progress: reports_of(reference, session, settings, progress))
            if arguments.suggest_accept:
                from .suggest import suggest

                suggest(reports)
                return 0
            for output in outputs:
                write(output, reports, settings, names[reference], written > 0, listed=listed, again=again)
            written += 1
            send(reports, reference)
            return next(code for code in STRICTEST if code in {report.verdict.exit_code for report in reports})

        code = each(references, scan, arguments.debug)
        if listed and written:
            end_of_array(outputs)
        return code
