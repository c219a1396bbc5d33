"""``careen check``: misconfigurations, secrets and vulnerabilities of files, with their lines, and the verdict as exit code."""

import argparse

from careen.errors import UsageError

from .arguments import ADVISORIES, Parser, add_common, add_settings
from .assessing import settings_of, with_progress
from .clusters import access_of, add_cluster_flags


def parser() -> Parser:
    made = Parser(
        prog="careen check",
        usage="careen check [flags] PATH…\n       careen check --cluster [CONTEXT] [flags]",
        description="Find misconfigurations and secrets in Dockerfiles, Kubernetes manifests, Compose files, Terraform and "
        "other files that start containers, and the vulnerabilities that a build will install. Nothing is built.",
        epilog="Exit codes: 0 the policy passed, 1 it failed (--fail-on), 2 usage, 3 could not complete.",
    )
    made.add_argument("paths", metavar="PATH", nargs="*", help="a file, or a folder to search; - reads standard input")
    made.add_argument(
        "--run", metavar="COMMAND", action="append", default=[], dest="commands",
        help="check a command that starts a container: --run 'docker run -v /:/host app:1'; may be repeated",
    )  # fmt: skip
    made.add_argument(
        "--running", nargs="?", const="any", type=str.lower, choices=("any", "docker", "podman"), metavar="ENGINE",
        help="check the running containers of an engine (docker or podman), and compare them with their images",
    )  # fmt: skip
    add_cluster_flags(
        made, "check the objects of a Kubernetes cluster, as the kubeconfig names it (default: the current context)"
    )
    add_settings(
        made,
        "what to look for",
        (
            "scanners",
            "exclude",
            "checks_off",
            "checks_on",
            "check_severity",
            "checks",
            "compliance",
            "pss_version",
            "allowed_registries",
            "allowed_images",
            "helm_values",
            "helm_set",
        ),
        {"exclude": "--skip-dirs --skip-files"},
    )
    add_settings(made, "report", ("format", "output", "severity", "verbose", "quiet", "no_progress"), {"verbose": "--all"})
    add_settings(made, "policy", ("fail_on", "policy", "ignore_unfixed", "unknown_as", "strict"))
    add_settings(made, "what to suppress", ("ignore_file", "vex"))
    add_settings(made, "advisories", ADVISORIES)
    add_settings(made, "what a build will install", ("context", "resolve", "resolve_hosts"))
    add_settings(made, "network", ("insecure", "ca_file", "timeout"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.checking import check, check_cluster, check_running
    from careen.app.wiring import reporters

    from .output import write
    from .output_plan import plan_outputs

    settings = settings_of(arguments)
    named = bool(arguments.paths or arguments.commands)
    if arguments.cluster is not None and (named or arguments.running):
        raise UsageError("a cluster is checked by a separate command", "leave out --cluster, or PATHs, --run and --running")
    if arguments.cluster is not None:
        named = True
    if not named and not arguments.running:
        raise UsageError("there is nothing to check", "name a PATH (careen check .), or give --run 'docker run …'")
    if named and arguments.running:
        raise UsageError("running containers and files are checked by separate commands", "leave out --running, or the PATHs")
    outputs = plan_outputs(settings, reporters())
    access = access_of(arguments)
    engine = None if arguments.running == "any" else arguments.running
    report = with_progress(
        settings,
        lambda progress: (
            check_running(engine, settings, progress)
            if arguments.running
            else check_cluster(access, arguments.namespaces, settings, progress)
            if access is not None
            else check(arguments.paths, settings, progress, arguments.commands)
        ),
    )
    for output in outputs:
        write(output, [report], settings)
    return report.verdict.exit_code
