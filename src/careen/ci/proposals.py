"""A pull or merge request with the diff of ``careen fix``: one for each image, updated while it is open, never a
second one.

The branch belongs to Careen: it is written anew on the head of the base, unless a user has added a commit. A request
that was closed stays closed until the fix is another one.
Raises: InputError if the diff does not fit the file of the base.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from careen.errors import InputError, UsageError
from careen.model.plan import Action, Staying
from careen.output.escape import visible
from careen.output.lines import few, plural

from .forge import Forge
from .unified_diff import applied

ACTIONS, UPGRADES = 20, 20
TRAILER = "Careen-Fix"
Outcome = Literal["opened", "updated", "unchanged", "nothing", "declined", "taken"]


class FixPlan(Struct, frozen=True):
    """The output of ``careen fix --format json``, as far as this module needs it."""

    reference: str
    before: int
    after: int
    after_dockerfile: int
    actions: tuple[Action, ...]
    stays: tuple[Staying, ...]
    diff: str | None = None


class Proposal(Struct, frozen=True):
    """The result. ``outcome``: ``declined`` if the request was closed before, ``taken`` if the branch has commits of
    others."""

    outcome: Outcome
    url: str = ""


def propose(forge: Forge, plan: FixPlan, path: str, base: str) -> Proposal:
    if not plan.diff:
        return Proposal("nothing")
    key = _key(plan.reference, path)
    branch = f"careen/fix-{_slug(plan.reference)}-{key}"
    parent = forge.head(base)
    before = forge.text(path, parent) if parent else None
    if parent is None or before is None:
        raise InputError(
            f"the branch {visible(base, 100)} has no {visible(path, 200)}", "--dockerfile names the file from the root"
        )
    after = _patched(before, plan.diff, path)
    mark = f"<!-- careen:fix {key} {hashlib.sha256(after).hexdigest()[:16]} -->"
    known = forge.requests(branch, base)
    current = next((request for request in known if request.open), None)
    if current is None and any(mark in request.body and not request.merged for request in known):
        return Proposal("declined")
    head = forge.head(branch)
    if head and any(f"{TRAILER}: {key}" not in message for message in forge.messages(parent, head)):
        return Proposal("taken", current.url if current else "")
    same = head is not None and forge.text(path, head) == after
    title, body = _title(plan), f"{mark}\n{description(plan)}"
    if not same:
        forge.commit(branch, parent, path, after, f"{title}\n\n{TRAILER}: {key}\n")
    if current is None:
        return Proposal("opened", forge.open_request(branch, base, title, body))
    if same and current.body == body:
        return Proposal("unchanged", current.url)
    forge.change_request(current.number, title, body)
    return Proposal("updated", current.url)


def description(plan: FixPlan) -> str:
    """The text of the request in Markdown. Text of the image is code in it, so it has no markup, no link and no
    mention of a user."""
    return "\n".join(_described(plan)) + "\n"


def _described(plan: FixPlan) -> Iterator[str]:
    removed = plan.before - plan.after_dockerfile
    yield f"`careen fix` removes {plural(removed, 'finding')} of {plan.before:,} from {_code(plan.reference)} with this change."
    yield ""
    actions = [action for action in plan.actions if action.in_dockerfile]
    for action in actions[:ACTIONS]:
        commands = " and ".join(_code(change.command) for change in action.in_dockerfile)
        yield f"- {commands} removes {action.removes - action.by_manifest:,}{_besides(action)}"
        for upgrade in action.upgrades[:UPGRADES]:
            yield f"  - {_code(upgrade.package)} {_code(upgrade.version)} → {_code(upgrade.to)}: {upgrade.removes:,}"
        if more := len(action.upgrades) - UPGRADES:
            yield from [f"  - and {plural(more, 'more package')}"] if more > 0 else []
    if (more := len(actions) - ACTIONS) > 0:
        yield f"- and {plural(more, 'more action')}"
    if plan.stays:
        yield from ("", f"What stays ({plan.after_dockerfile:,}):", "")
        yield from (f"- {rest.findings:,}: {_code(rest.why)}" for rest in plan.stays)
    yield from ("", "Build and test the image before you merge: no tool knows whether two upgraded versions work together.")


def _besides(action: Action) -> str:
    """The changes that are necessary outside of the Dockerfile, as text."""
    places = [change.place for change in action.also if change.where == "manifest"]
    return f", and {action.by_manifest:,} more when {_code(few(places))} has the same versions" if places else ""


def _patched(before: bytes, diff: str, path: str) -> bytes:
    try:
        return applied(before.decode(), diff).encode()
    except ValueError as error:
        raise InputError(
            f"the diff does not fit {visible(path, 200)} of the base branch: {error}", "run careen fix on the base branch"
        ) from None


def _title(plan: FixPlan) -> str:
    """The title of the request, which is also the subject of its commit. It has no number sign, which would close an
    issue."""
    name = re.sub(r"[^A-Za-z0-9._/:-]+", "-", _without_tag(plan.reference))[:100]
    return f"Fix {plural(plan.before - plan.after_dockerfile, 'finding')} in {name}"


def _key(reference: str, path: str) -> str:
    """A key from the image without its tag, and its Dockerfile: a new tag updates the request of the old one."""
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise UsageError(
            f"{visible(path, 200)!r} is not a path inside the repository", "give --dockerfile relative to the repository's root"
        )
    return hashlib.sha256(f"{_without_tag(reference)}\0{path}".encode()).hexdigest()[:10]


def _without_tag(reference: str) -> str:
    name = reference.partition("@")[0]
    return re.sub(r":[A-Za-z0-9_.-]+$", "", name)


def _slug(reference: str) -> str:
    """The letters of a reference that are safe in a branch; the key after them distinguishes images."""
    last = _without_tag(reference).rpartition("/")[2]
    return re.sub(r"[^a-z0-9]+", "-", last.lower())[:40].strip("-") or "image"


def _code(text: str) -> str:
    return f"`{visible(text, 300).replace('`', chr(39)).strip() or '-'}`"
