import pytest

from careen.catalogers.java.groups import GROUPS, group_of


@pytest.mark.parametrize(
    ("artifact", "group"),
    [
        ("guava", "com.google.guava"),
        ("spring-security-core", "org.springframework.security"),
        ("netty-transport-native-epoll", "io.netty"),
        ("kotlin-stdlib-jdk8", "org.jetbrains.kotlin"),
        ("guavas", None),
        ("spring-unknown", None),
        ("-", None),
        ("", None),
    ],
)
def test_group(artifact, group):
    assert group_of(artifact) == group


def test_an_exact_name_comes_before_a_prefix():
    assert group_of("commons-beanutils2") == "org.apache.commons"
    assert group_of("reactor-netty-http") == GROUPS["reactor-netty-"]


def test_every_prefix_counts_only_with_something_after_it():
    for name in GROUPS:
        if name.endswith("-"):
            assert group_of(f"{name}x") == GROUPS[name]
