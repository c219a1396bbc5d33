"""What to upgrade a package to, beside its name: the version that fixes its findings, or the package that contains it."""

from collections.abc import Mapping, Sequence

from careen.model.finding import Vulnerability
from careen.model.plan import Plan
from careen.output.lines import plural


def target_of(findings: Sequence[Vulnerability], plan: Plan | None) -> str:
    """ "3.0.13-1 fixes all", "3.0.13-1 fixes 2 of 3", "3.0.13-1 fixes 2 of 4 in 2 packages", "upgrade flask, which contains
    it"; "" if nothing fixes any."""
    if plan is None:
        return ""
    purls = [*dict.fromkeys(finding.package for finding in findings)]
    with_fix = sum(bool(finding.fix.versions) for finding in findings)
    upgrades = _upgrades(plan)
    known = [upgrades[purl] for purl in purls if purl in upgrades]
    removed = sum(removes for _, removes in known)
    if removed > 0:  # else a copy elsewhere keeps its findings
        versions = [version for versions, _ in known for version in versions]
        # A version may be outside of what a finding without a fix affects: the plan has matched it.
        return _fixes(versions, removed if removed == len(findings) else min(with_fix, removed), findings)
    owners = {plan.bundled.get(purl, "") for purl in purls}
    if len(owners) == 1 and "" not in owners:
        owner = owners.pop()
        return f"upgrade {owner}, which {'contain' if ' and ' in owner else 'contains'} it"
    # Nothing in the image can upgrade these: the version is one that a newer base image has.
    return _fixes([plan.versions[purl] for purl in purls if purl in plan.versions], with_fix, findings)


def _upgrades(plan: Plan) -> Mapping[str, tuple[list[str], int]]:
    """The target versions of each package, and the number of findings that they remove, by purl."""
    found: dict[str, tuple[list[str], int]] = {}
    for upgrade in (upgrade for action in plan.actions for upgrade in action.upgrades):
        versions, removes = found.get(upgrade.purl, ([], 0))
        found[upgrade.purl] = ([*versions, upgrade.to], removes + upgrade.removes)
    return found


def _fixes(versions: Sequence[str], fixed: int, findings: Sequence[Vulnerability]) -> str:
    if not versions or not fixed:
        return ""
    share = "all" if fixed >= len(findings) else f"{fixed:,} of {len(findings):,}{_counted_in(findings)}"
    return f"{', '.join(dict.fromkeys(versions))} fixes {share}"


def _counted_in(findings: Sequence[Vulnerability]) -> str:
    """ " in 2 packages": a reader who counts the rows finds fewer, because a row shows a vulnerability once."""
    if len({finding.id for finding in findings}) == len(findings):
        return ""
    packages = len({finding.package for finding in findings})
    places = len({finding.paths for finding in findings})
    return f" in {plural(packages, 'package')}" if packages > 1 else f" in {plural(places, 'place')}"
