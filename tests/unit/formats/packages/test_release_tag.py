import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.formats.packages.release_tag import version_of_tag


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("1.2.3", "1.2.3"),
        ("v2.3.0", "2.3.0"),
        ("release-1.14.0", "1.14.0"),
        ("release-v1.14.0", "1.14.0"),
        ("rel/2.14.1", "2.14.1"),
        ("log4j-2.14.1", "2.14.1"),
        ("curl-7_68_0", "7.68.0"),
        ("OpenSSL_1_1_1a", "1.1.1a"),
        ("R_2_2_5", "2.2.5"),
        ("n4.2.1", "4.2.1"),
        ("go1.16", "1.16"),
        ("php-7.4.3RC1", "7.4.3RC1"),
        ("jdk-11.0.11+9", "11.0.11+9"),
        ("mysql-cluster-8.0.17", "8.0.17"),
        ("main", ""),
        ("", ""),
        ("v" + "1" * 300, ""),
    ],
)
def test_tags(tag, version):
    assert version_of_tag(tag) == version


@given(st.lists(st.integers(0, 99), min_size=2, max_size=4), st.sampled_from(["", "v", "release-", "Name_", "a/b-"]))
def test_prefixes_do_not_count(numbers, prefix):
    version = ".".join(map(str, numbers))
    assert version_of_tag(prefix + version) == version
    assert version_of_tag(prefix + version.replace(".", "_")) == version
