import pytest

from careen.licences.categories import category, decision


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", "permissive"),
        ("GPL-3.0-or-later", "strong-copyleft"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "weak-copyleft"),
        ("MIT OR GPL-3.0-only", "permissive"),
        ("MIT AND GPL-3.0-only", "strong-copyleft"),
        ("MIT AND (AGPL-3.0-only OR LGPL-2.1-only)", "weak-copyleft"),
        ("CC-BY-NC-4.0", "source-available"),
        ("LicenseRef-Public-Domain", "public-domain"),
        ("LicenseRef-ours", "unknown"),
        ("", "unknown"),
    ],
)
def test_of_a_choice_the_lenient_part_counts(expression, expected):
    assert category(expression) == expected


@pytest.mark.parametrize(
    ("expression", "lists", "expected"),
    [
        ("GPL-3.0-only", {"deny": ("strong-copyleft",)}, "deny"),
        ("GPL-3.0-only OR MIT", {"deny": ("strong-copyleft",)}, "allow"),
        ("GPL-3.0-only AND MIT", {"deny": ("GPL-*",)}, "deny"),
        ("GPL-2.0-only", {"deny": ("strong-copyleft",), "allow": ("GPL-2.0-only",)}, "allow"),
        ("MIT", {"allow": ("permissive",)}, "allow"),
        ("MPL-2.0", {"allow": ("permissive",)}, "ask"),
        ("", {"deny": ("unknown",)}, "deny"),
        ("", {}, "allow"),
        ("GPL-2.0-only WITH GCC-exception-2.0", {"deny": ("GPL-2.0-only",)}, "deny"),
    ],
)
def test_an_id_counts_before_its_category(expression, lists, expected):
    assert decision(expression, lists) == expected
