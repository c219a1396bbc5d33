"""What changed between two databases, whichever way each was built."""

from careen.database.build import FeedRow, Fresh, build
from careen.database.compare import MAX_FIXES, Fix, SourceChange, compare
from careen.model.advisory import Advisory, Epss, Exploited, Malicious, Range, VulnerabilityRecord

ALIASES = tuple(f"CVE-2025-{n}" for n in range(100, 110))


def osv(id, fixed, name="boat", **more):
    return Advisory(id, "ghsa", "npm", name, (Range(None, fixed),), url=f"https://osv.dev/vulnerability/{id}", **more)


def made(path, osv_records, others=(), as_of="2026-01-02", first=()):
    """``first`` is read before, so that words and feeds get other numbers."""
    feeds = [Fresh(FeedRow("a/first", "a"), lambda: first)] if first else []
    feeds += [
        Fresh(FeedRow("osv/npm/all.zip", "osv", "npm", as_of=as_of), lambda: osv_records),
        Fresh(FeedRow("kev.json", "kev"), lambda: others),
    ]
    build(path, feeds, "2026-01-02T03:04:05+00:00")
    return path


def test_the_order_of_building_is_no_difference(tmp_path):
    records = [osv("GHSA-1", "2.0", aliases=ALIASES), osv("GHSA-2", "2.0"), VulnerabilityRecord("GHSA-1", "ghsa", ALIASES)]
    noise = [Advisory("X-1", "elsewhere", "PyPI", "x", url="https://elsewhere.example/X-1", aliases=ALIASES[::-1])]
    one, other = made(tmp_path / "1", records, first=noise), made(tmp_path / "2", records)
    found = compare(one, other)
    assert [change.name for change in found.sources] == ["a"]
    assert (found.sources[0].removed, found.fixes_changed) == (1, 0)
    assert compare(one, one).sources == ()


def test_records_and_fixes(tmp_path):
    before = made(
        tmp_path / "1",
        [osv("GHSA-1", "2.0"), osv("GHSA-2", "2.0"), osv("GHSA-3", None, status="open"), Malicious("MAL-1", "npm", "evil")],
        [Exploited("CVE-1", "2026-01-01"), Epss("CVE-1", 0.5, 0.5)],
    )
    after = made(
        tmp_path / "2",
        [osv("GHSA-1", "2.1"), osv("GHSA-3", "3.0"), osv("GHSA-4", "1.0"), osv("GHSA-5", "1.0", severity="high")],
        [Exploited("CVE-1", "2026-01-01", True), Epss("CVE-1", 0.5, 0.5), Epss("CVE-2", 0.5, 0.5)],
        as_of="2026-02-03",
    )
    found = compare(before, after)
    assert found.sources == (
        SourceChange("osv/npm", "2026-01-02", "2026-02-03", added=2, removed=2, changed=2, records=4),
        SourceChange("kev", "", "", added=1, removed=0, changed=1, records=3),
    )
    assert found.fixes == (
        Fix("osv/npm", "npm", "boat", "GHSA-1", ("2.0",), ("2.1",), "fixed", "fixed"),
        Fix("osv/npm", "npm", "boat", "GHSA-3", (), ("3.0",), "open", "fixed"),
    )


def test_the_list_of_fixes_is_bounded(tmp_path):
    many = range(MAX_FIXES + 50)
    one = made(tmp_path / "1", [osv(f"GHSA-{n}", "1.0") for n in many])
    other = made(tmp_path / "2", [osv(f"GHSA-{n}", "1.1") for n in many])
    found = compare(one, other)
    assert (len(found.fixes), found.fixes_changed) == (MAX_FIXES, MAX_FIXES + 50)
