"""What a scan takes of what is published."""

from careen.app import publications
from careen.app.publications import Verified, bring
from careen.config import Settings
from careen.database.head import FeedRow
from careen.database.layer import Packed
from careen.database.publication import LARGE_BYTES, Contents, Group, Publication
from careen.database.take import Taken


def group(name, *namespaces, path="", large=True):
    row = FeedRow(path or f"{name}.zip", name, large=large)
    return Group(name, Packed(f"sha256:{name}", 10, LARGE_BYTES + 1), (row,), frozenset(namespaces))


def taken_by_a_scan(monkeypatch, tmp_path, groups, *namespaces):
    chosen = []
    monkeypatch.setattr(publications, "_taken", lambda found, path, groups, **options: chosen.extend(groups) or Taken())
    found = Verified("oci://one.example/db", Contents(b"", {}), Publication(1, groups, ()), None)
    settings = Settings(cache_dir=tmp_path / "cache", db_artifact=("oci://one.example/db",))
    bring(settings, frozenset(namespaces), {"chainguard-osv.zip"}, found=found)  # sources name their large feeds too
    return [one.name for one in chosen]


def test_a_large_group_is_left_out_if_a_feed_of_the_scan_assesses(monkeypatch, tmp_path):
    """``chainguard`` has a feed of its own that a scan asks; no other feed covers ``acme``."""
    groups = (group("chainguard-osv", "chainguard"), group("acme-oval", "acme:1"), group("npm", "npm", large=False))
    assert taken_by_a_scan(monkeypatch, tmp_path, groups, "chainguard", "npm") == ["npm"]
    assert taken_by_a_scan(monkeypatch, tmp_path, groups, "acme:1") == ["acme-oval"]
