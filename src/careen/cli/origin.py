"""``careen origin``: names the projects that code comes from, and builds the knowledge base to do so."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careen.errors import InputError, UsageError
from careen.output.escape import visible
from careen.output.lines import plural

from .arguments import NETWORK, Parser, add_common, add_settings
from .settings import loaded_settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from careen.app.knowledge_transfer import Taken
    from careen.config import Settings
    from careen.origin.component import Component
    from careen.origin.identify import Identified
    from careen.origin.knowledge import Knowledge
    from careen.plugins import Progress

ACTIONS = ("build", "identify", "stats", "show", "merge", "export", "import", "push", "pull")
READS = ("identify", "stats", "show")

MOST_CVES = 6  # of a component in a table


def parser() -> Parser:
    made = Parser(
        prog="careen origin",
        usage="careen origin ACTION [flags] [ARGUMENT …]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Name the projects and versions that code comes from, only by its content.",
        epilog="""\
actions:
  identify PATH…   name third-party code in files and folders
  build            collect releases into a knowledge base (--from, --list)
  stats            what a knowledge base has
  show PROJECT     the versions of one project in it
  merge DIR…       make one knowledge base of several
  export FILE      write a knowledge base to one file; --keys signs it
  import FILE      read one from a file
  push ADDRESS     push one to a registry (oci://…); --keys signs it
  pull ADDRESS     take one from a registry, verified by --root

examples:
  careen origin identify src/
  careen origin build --kb base --from pypi:requests --from npm:lodash
  careen origin build --kb base --from dir:zlib-1.3.1=zlib@1.3.1
  careen origin identify --kb base src/
""",
    )
    made.add_argument("action", choices=ACTIONS, metavar="ACTION", help="what to do: see below")
    made.add_argument("arguments", metavar="ARGUMENT", nargs="*", default=[], help="paths, or a project")
    made.add_argument(
        "--kb",
        dest="bases",
        metavar="DIR",
        type=Path,
        action="append",
        help="folder of the knowledge base (identify, stats, show: default: those that scans use); identify: several are "
        "looked up together",
    )
    made.add_argument(
        "--from",
        dest="sources",
        metavar="SOURCE",
        action="append",
        default=[],
        help="build: pypi:NAME, npm:NAME, deb:SOURCE, git:PATH or dir:PATH=NAME@VERSION",
    )
    made.add_argument(
        "--list",
        dest="lists",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="build: a file with one source per line",
    )
    made.add_argument(
        "--versions", metavar="N", type=int, default=20, help="build: at most so many versions of each project (20)"
    )
    made.add_argument(
        "--sampling",
        metavar="N",
        type=int,
        default=1,
        help="build: keep one of N stretches of code; 1 finds the smallest copies (1)",
    )
    made.add_argument("--deep", action="store_true", help="identify: report copies of low confidence, too")
    made.add_argument("-f", "--format", dest="written", choices=["table", "json"], default="table", help="table or json")
    made.add_argument(
        "--keys", metavar="DIR", type=Path, help="export, push: sign with the keys of this folder (careen db keys)"
    )
    add_settings(made, "network", (*NETWORK, "db_root", "quiet"), {"db_root": "--root"})
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from .log import start

    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    if arguments.bases is None:
        arguments.bases = _usual_bases(arguments.action, settings)
    if arguments.action == "identify":
        return _identify(arguments, settings)
    if len(arguments.bases) > 1:
        raise UsageError("only careen origin identify takes several knowledge bases", "careen origin merge makes one of them")
    if arguments.action in ("merge", "export", "import", "push", "pull", "show") and not arguments.arguments:
        raise UsageError(f"careen origin {arguments.action} needs an argument", "careen origin --help")
    return _DONE[arguments.action](arguments, settings, arguments.bases[0])


def _usual_bases(action: str, settings: "Settings") -> list[Path]:
    from careen.app.origin import folders_of

    found = [*folders_of(settings)] if action in READS else []
    if not found:
        raise UsageError(f"careen origin {action} needs a knowledge base", "--kb DIR names its folder")
    return found if action == "identify" else found[:1]


def _identify(arguments: argparse.Namespace, settings: "Settings") -> int:
    from careen.app.origin import SHIPPED, identify_path, knowledge_bases

    base = knowledge_bases(arguments.bases, settings)
    if not arguments.arguments:
        raise UsageError("careen origin identify needs an argument", "careen origin --help")
    for path in arguments.arguments:
        found = identify_path(Path(path), base, deep=arguments.deep, few_versions=arguments.bases == [SHIPPED])
        if arguments.written == "json":
            sys.stdout.write(json.dumps({"path": path, **_document(found)}) + "\n")
        else:
            _write_table(path, found)
    return 0


def _build(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.origin import build_base

    sources = [*arguments.sources, *(line for path in arguments.lists for line in _lines(path))]
    if not sources:
        raise UsageError("no source is named", "careen origin build --kb DIR --from pypi:NAME")
    with _progress(settings) as progress:
        base, skipped = build_base(
            folder, sources, settings, versions=arguments.versions, sampling=arguments.sampling, progress=progress
        )
    for release in skipped:
        sys.stderr.write(f"careen: skipped {visible(release.what)}: {visible(release.reason)}\n")
    _write_stats(folder, base, arguments.written)
    return 3 if any(release.is_project for release in skipped) else 0


def _merge(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.origin import merge_bases

    _write_stats(folder, merge_bases(folder, [Path(name) for name in arguments.arguments], settings), arguments.written)
    return 0


def _export(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.knowledge_transfer import export_base

    sys.stdout.write(f"{export_base(folder, Path(arguments.arguments[0]), arguments.keys)}\n")
    return 0


def _import(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.knowledge_transfer import import_base

    _write_taken(import_base(Path(arguments.arguments[0]), folder, settings))
    return 0


def _push(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.knowledge_transfer import push_base

    names = push_base(arguments.arguments[0], folder, settings, arguments.keys)
    sys.stdout.writelines(f"{visible(name)}\n" for name in names)
    return 0


def _pull(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.knowledge_transfer import pull_base

    with _progress(settings) as progress:
        taken = pull_base(arguments.arguments[0], folder, settings, progress)
    _write_taken(taken)
    return 0


def _write_taken(taken: "Taken") -> None:
    state = "signature verified" if taken.is_trusted else "not signed: it adds findings, and suppresses none"
    sys.stdout.write(f"{taken.digest} ({state})\n")


def _progress(settings: "Settings") -> "AbstractContextManager[Progress]":
    from .progress import progress_on

    return progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress)


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _stats(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.origin import knowledge_base

    _write_stats(folder, knowledge_base(folder, settings), arguments.written)
    return 0


def _write_stats(folder: Path, base: "Knowledge", written: str) -> None:
    from careen.app.origin import stats_of

    stats = stats_of(folder, base)
    found_cves, of = stats.uncovered_cves
    if written == "json":
        found = {
            "projects": stats.projects,
            "versions": stats.versions,
            "fixes": stats.fixes,
            "bytes": stats.size_bytes,
            "sampling": stats.sampling,
            "features": stats.features,
            "trusted": stats.trusted,
            "uncovered_cves": {"found": found_cves, "of": of},
        }
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        fixed = f", fixes of {plural(stats.fixes, 'vulnerability')}" if stats.fixes else ""
        counted = f"{plural(stats.projects, 'project')}, {plural(stats.versions, 'version')}{fixed}"
        sys.stdout.write(f"{counted}, {stats.size_bytes / 1e6:,.1f} MB\n")
        sys.stdout.writelines(f"  {family:<10}{count:>12,}\n" for family, count in stats.features.items())
        sys.stdout.write(f"  covers {found_cves / of:.0%} of {of:,} CVEs of C and C++ projects that feeds of packages lack\n")


def _show(arguments: argparse.Namespace, settings: "Settings", folder: Path) -> int:
    from careen.app.origin import knowledge_base

    base, name, written = knowledge_base(folder, settings), arguments.arguments[0], arguments.written
    found = [project for project in base.projects if name in (project.name, project.name.partition(":")[2])]
    if not found:
        raise InputError(f"{name} is not in the knowledge base", "careen origin build --from adds it")
    for project in found:
        if written == "json":
            about = {"project": project.name, "purls": project.purls, "versions": project.versions}
            sys.stdout.write(json.dumps(about) + "\n")
        else:
            sys.stdout.write(f"{visible(project.name)}  {visible(' '.join(project.purls))}\n")
            sys.stdout.write(f"  {visible(', '.join(project.versions))}\n")
    return 0


def _document(found: "Identified") -> dict[str, Any]:
    return {"components": [_component(component) for component in found.components], "unexplained": found.unexplained}


def _component(component: "Component") -> dict[str, Any]:
    return {
        "path": component.path,
        "project": component.project,
        "purls": list(component.purls),
        "cpes": list(component.cpes),
        "versions": list(component.versions),
        "nearest": component.nearest,
        "confidence": component.confidence,
        "modified": component.modified,
        "files": len(component.files),
        "evidence": [{"kind": part.kind, "found": part.found, "of": part.of} for part in component.evidence],
        "fixes": [
            {"cve": fix.cve, "state": fix.state, "evidence": fix.evidence, "trusted": fix.is_trusted} for fix in component.fixes
        ],
    }


def _write_table(path: str, found: "Identified") -> None:
    sys.stdout.write(
        f"{visible(path)}: {plural(len(found.components), 'component')}, {plural(found.unexplained, 'file')} unidentified\n"
    )
    for component in found.components:
        about = "nearest known " if component.nearest else ""
        sys.stdout.write(
            f"  {visible(component.project)} {about}{visible(_range(component.versions))}  {visible(component.path)}\n"
        )
        state = {None: "in a program", True: "modified", False: "as published"}[component.modified]
        parts = ", ".join(f"{part.found:,} of {part.of:,} {part.kind}" for part in component.evidence)
        sys.stdout.write(f"    {component.confidence}, {state}: {parts}\n")
        for fix_state in ("vulnerable", "fixed"):
            cves = [fix.cve for fix in component.fixes if fix.state == fix_state]
            if cves:
                more = f" and {len(cves) - MOST_CVES} more" if len(cves) > MOST_CVES else ""
                sys.stdout.write(f"    {fix_state}, by its code: {visible(', '.join(cves[:MOST_CVES]))}{more}\n")


def _range(versions: tuple[str, ...]) -> str:
    return " or ".join(versions) if len(versions) <= 3 else f"{versions[0]} to {versions[-1]}"


_DONE = {
    "build": _build,
    "stats": _stats,
    "show": _show,
    "merge": _merge,
    "export": _export,
    "import": _import,
    "push": _push,
    "pull": _pull,
}
