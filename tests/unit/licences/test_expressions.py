from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.licences.expressions import combined, expression_of, ids_in, is_valid, parsed, simplified


@pytest.mark.parametrize(
    ("stated", "expression"),
    [
        ("MIT", "MIT"),
        ("mit license", "MIT"),
        ("The Apache Software License, Version 2.0", "Apache-2.0"),
        ("License :: OSI Approved :: BSD License", "BSD-3-Clause"),
        ("GPLv2+", "GPL-2.0-or-later"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-2.0", "GPL-2.0-only"),
        ("GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"),
        ("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"),
        ("GPL", "GPL-1.0-or-later"),
        ("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("LGPLv2+ and (BSD or MIT)", "LGPL-2.0-or-later AND (BSD-3-Clause OR MIT)"),
        ("(GPL+ or Artistic) and BSD", "(GPL-1.0-or-later OR Artistic-1.0-Perl) AND BSD-3-Clause"),
        ("GPLv3+ with GCC exceptions", "GPL-3.0-or-later WITH GCC-exception-3.1"),
        ("GPLv2+ with exceptions", "GPL-2.0-or-later"),
        ("SUSE-GPL-2.0-with-OSI-exception", "GPL-2.0-only"),
        ("MIT BSD GPL2+", "MIT AND BSD-3-Clause AND GPL-2.0-or-later"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("Public Domain", "LicenseRef-Public-Domain"),
        ("MIT AND custom terms", "MIT AND LicenseRef-custom-terms"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("http://example.org/own/terms.html", "LicenseRef-http-example.org-own-terms.html"),
        ("", ""),
        ("UNKNOWN", ""),
    ],
)
def test_what_packages_state_becomes_an_expression(stated, expression):
    assert expression_of(stated) == expression
    assert not expression or is_valid(expression)


@given(st.text(max_size=80) | st.from_regex(r"[ ()A-Za-z0-9.+,/&|-]{0,60}", fullmatch=True))
def test_no_text_becomes_an_invalid_expression(text):
    found = expression_of(text)
    assert found == "" or is_valid(found)


@pytest.mark.parametrize("text", ["(", "( )", "( AND MIT", "MIT (", "MIT WITH", "( MIT WITH )", ") OR ("])
def test_damaged_expressions_have_no_tree(text):
    assert parsed(text) is None
    assert simplified(text) == ""


def test_names_that_differ_in_case_have_one_order():
    names = [f"LicenseRef-{name}" for name in ("abc", "Abc", "aBc", "abC", "ABC", "aBC")]
    found = {combined(chosen) for chosen in permutations(names)}
    assert len(found) == 1


def test_all_licences_stay_in_a_combination():
    assert combined(["MIT", "MIT OR GPL-2.0-only", ""]) == "MIT AND (MIT OR GPL-2.0-only)"
    assert combined(["MIT", "ISC"], "OR") == "ISC OR MIT"
    assert combined([]) == ""


def test_ids_are_listed_without_exceptions():
    assert ids_in("MIT AND (GPL-2.0-only WITH Classpath-exception-2.0 OR ISC)") == ("MIT", "GPL-2.0-only", "ISC")


@pytest.mark.parametrize("text", ["Nothing-1.0", "MIT WITH MIT", "MIT AND", "(MIT", ")(", ""])
def test_other_texts_are_not_valid(text):
    assert not is_valid(text)


def test_deep_and_long_texts_end_soon():
    assert simplified("(" * 20_000 + "MIT" + ")" * 20_000) in ("", "MIT")
    expression_of("MIT and " * 240)
    combined(f"LicenseRef-{number}" for number in range(5000))
