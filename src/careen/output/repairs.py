"""The changes that remove findings other than vulnerabilities, each with the findings that it removes.

Secrets in one file leave the image together, in the build step that adds the file: a later layer only hides it.
Findings of all other kinds are grouped by their advice, so a new kind needs no change here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import basename

from careen.model.finding import ExposedSecret, Vulnerability
from careen.model.plan import Repair
from careen.model.report import Report
from careen.safety.pattern import pattern

from .lines import few, plural
from .rows import Row, row_of
from .summary import build_step, ordered
from .tied import tied

MAX_STEP = 80  # characters of a build step that are shown
_PLAIN = pattern(r"[A-Za-z0-9@._+~/-]+")


def repairs_of(report: Report, lines: Mapping[str, str] | None = None) -> tuple[Repair, ...]:
    """The changes. ``lines``: lines for a Dockerfile, by the id of the check that they satisfy. A finding that is
    only possible has no change of its own."""
    others = ordered(finding for finding in report.findings if not isinstance(finding, Vulnerability))
    secrets = [finding for finding in others if isinstance(finding, ExposedSecret)]
    rest = [row_of(finding, report.image) for finding in others if not isinstance(finding, ExposedSecret)]
    return (*_of_secrets(secrets, report), *_of_advice(rest, lines or {}))


def _of_secrets(secrets: Sequence[ExposedSecret], report: Report) -> Iterator[Repair]:
    # a value is gone when all of its files are, and a file with all of its values
    files = {index: [(place.location.path, place.layer) for place in secret.all_places] for index, secret in enumerate(secrets)}
    for indexes in tied(files):
        group = [secrets[index] for index in indexes]
        if all(secret.confidence == "possible" for secret in group):
            continue
        places = [
            *dict.fromkeys((place.location.path, place.layer, place.deleted) for secret in group for place in secret.all_places)
        ]
        titles = [*dict.fromkeys(secret.title for secret in group)]
        paths = tuple(dict.fromkeys(path for path, _, _ in places))
        them = "it" if len(group) == 1 else "them"
        yield Repair(
            "secret",
            tuple(dict.fromkeys(secret.id for secret in group)),
            f"remove {few(titles)} from {few(paths)}, and revoke {them}",
            paths,
            (
                *(_out_of(*place, report) for place in places),
                f"Revoke {them}, and issue new credentials: everybody who has the image can read the old ones.",
            ),
            (),
            len(group),
            tuple(secret.fingerprint for secret in group),
        )


def brief_titles(repair: Repair) -> tuple[str, ...]:
    """The title in fewer words, the longest first: "remove 2 secrets from app/.env, and revoke them", "USER missing"; () if
    nothing can be left out."""
    if repair.kind != "secret":
        title, explained, _ = repair.title.partition(": ")
        return (title,) if explained else ()
    where = repair.paths[0] if len(repair.paths) == 1 else plural(len(repair.paths), "place")
    them = "it" if repair.removes == 1 else "them"
    title = f"remove {plural(repair.removes, 'secret')} from"
    file = (f"{title} …/{basename(where)}",) if "/" in where else ()
    return (f"{title} {where}, and revoke {them}", f"{title} {where}", *file)


def _out_of(path: str, layer: int | None, deleted: bool, report: Report) -> str:
    if report.image.kind != "image":
        return f"Remove it from {path}, and from the history of the repository if it is there."
    if layer is None:  # in the configuration of the image
        return (
            f"Take it out of the Dockerfile ({path}): give it to the container at run time, or to a build step as a secret "
            "(RUN --mount=type=secret)."
        )
    step = next((build_step(found.created_by) for found in report.image.layers if found.index == layer), "")
    name = f"layer {layer}" + (f" ({step[:MAX_STEP]}{'…' if len(step) > MAX_STEP else ''})" if step else "")
    base = report.base
    if base and base.layers and layer < base.layers:
        return f"{path} is in {name} of the base image{f' {base.reference}' if base.reference else ''}: use a base without it."
    hidden = "; the layer that deletes it only hides it" if deleted else ""
    if step.startswith(("COPY ", "ADD ")):
        return f"Keep {path} out of {name}: list it in .dockerignore, or copy less{hidden}."
    return f"Keep {path} out of {name}: delete it in the same step that makes it{hidden}."


def _of_advice(rows: Iterable[Row], lines: Mapping[str, str]) -> Iterator[Repair]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.confidence != "possible":
            groups.setdefault((row.id, row.advice), []).append(row)
    for (id, advice), group in groups.items():
        first = group[0]
        line = lines.get(id, "")
        paths = tuple(dict.fromkeys(row.path for row in group if row.path))
        safe = all(_PLAIN.fullmatch(path) and not path.startswith("-") for path in paths) or "{path}" not in line
        yield Repair(
            first.kind,
            (id,),
            first.title or id,
            paths,
            (advice,) if advice else (),
            tuple(dict.fromkeys(line.replace("{path}", path) for path in paths)) if line and safe else (),
            len(group),
            tuple(row.fingerprint for row in group),
        )
