import pytest
from tests.support.work import ends

from careen.catalogers.java.groups import GROUPS, group_of
from careen.catalogers.java.names import Guess, guess, split_name
from careen.formats.packages.jar import Archive


def archive(name, folders=(), **manifest):
    attributes = {key.replace("_", "-"): value for key, value in manifest.items()}
    return Archive("", name, (), {}, attributes, frozenset(folders), bool(folders))


@pytest.mark.parametrize(
    ("name", "artifact", "version"),
    [
        ("commons-lang3-3.10", "commons-lang3", "3.10"),
        ("log4j-1.2-api-2.14.0", "log4j-1.2-api", "2.14.0"),
        ("json4s-ast_2.12-3.7.0-M5", "json4s-ast_2.12", "3.7.0-M5"),
        ("guava-29.0-jre", "guava", "29.0-jre"),
        ("netty-transport-native-epoll-4.1.51.Final-linux-x86_64", "netty-transport-native-epoll", "4.1.51.Final"),
        ("hadoop-shaded-guava-1.1.0-SNAPSHOT", "hadoop-shaded-guava", "1.1.0-SNAPSHOT"),
        ("a-1.0-20200101.123456-7", "a", "1.0-20200101.123456-7"),
        ("javax.inject-1", "javax.inject", "1"),
        ("zstd-jni-1.4.8-1", "zstd-jni", "1.4.8-1"),
        ("geronimo-jcache_1.0_spec-1.0-alpha-1", "geronimo-jcache_1.0_spec", "1.0-alpha-1"),
        ("a-1.0-jar-with-dependencies", "a", "1.0"),
        ("jgit-6.1.0.202203080745-r", "jgit-6.1.0.202203080745-r", ""),
        ("a-1.2-SNAPSHOT-fedora", "a", "1.2-SNAPSHOT"),
        ("a-b-2.0.1.Final-fedora-tools", "a-b", "2.0.1.Final"),
        ("olap4j-0.9.7.309-JS-3", "olap4j", "0.9.7.309-JS-3"),
        ("groovy-sandbox-1.26-jaspersoft-2", "groovy-sandbox", "1.26-jaspersoft-2"),
        ("log4j-1.2-api-2.17.1", "log4j-1.2-api", "2.17.1"),
        ("log4j-1.2-api", "log4j-1.2-api", ""),
        ("spring3-aop-3.x", "spring3-aop-3.x", ""),
        ("app", "app", ""),
        ("jsr305", "jsr305", ""),
    ],
)
def test_split_name(name, artifact, version):
    assert split_name(name) == (artifact, version)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # a widely used artifact
        (
            archive("spring-core-5.3.3.jar", ["org/springframework/core"]),
            Guess("org.springframework", "spring-core", "5.3.3", 0.8),
        ),
        (
            archive("jackson-module-scala_2.12-2.10.0.jar"),
            Guess("com.fasterxml.jackson.module", "jackson-module-scala_2.12", "2.10.0", 0.8),
        ),
        # OSGi names
        (archive("b-core-1.jar", bundle_symbolicname="org.acme.b-core;singleton:=true"), Guess("org.acme", "b-core", "1", 0.6)),
        (
            archive("maven-core-3.8.jar", bundle_symbolicname="org.apache.maven.core"),
            Guess("org.apache.maven", "maven-core", "3.8", 0.6),
        ),
        (
            archive("acme-lang3-3.jar", bundle_symbolicname="org.house.acme.lang3"),
            Guess("org.house.acme", "acme-lang3", "3", 0.6),
        ),
        # the group before the name, as Quarkus writes it; a bundle has such a name of its own
        (archive("org.dom4j.dom4j-2.1.3.jar", ["org/dom4j", "org/dom4j/io"]), Guess("org.dom4j", "dom4j", "2.1.3", 0.6)),
        (archive("dev.acme.tool-2.jar", ["dev/acme/a", "dev/acme/tool"]), Guess("dev.acme", "tool", "2", 0.6)),
        (
            archive("dev.acme.tool-2.jar", ["dev/acme/tool"], bundle_symbolicname="dev.acme.tool"),
            Guess("dev.acme", "dev.acme.tool", "2", 0.4),
        ),
        # the vendor's id, unless it is only a roof
        (archive("x_2.12-1.0.jar", implementation_vendor_id="org.acme"), Guess("org.acme", "x_2.12", "1.0", 0.4)),
        (
            archive("x-1.0.jar", ["org/apache/x/core"], implementation_vendor_id="org.apache"),
            Guess("org.apache.x", "x", "1.0", 0.4),
        ),
        (
            archive("jakarta.xml.bind-api-2.3.3.jar", ["javax/xml/bind"]),
            Guess("jakarta.xml.bind", "jakarta.xml.bind-api", "2.3.3", 0.6),
        ),
        (archive("jakarta.mail-api-2.jar", ["dev/acme"]), Guess("jakarta.mail", "jakarta.mail-api", "2", 0.4)),
        # class folders, shaded ones outvoted
        (
            archive("tool-2.jar", ["dev/acme/tool", "dev/acme/tool/a", "dev/acme/tool/b", "org/shaded/x"]),
            Guess("dev.acme.tool", "tool", "2", 0.4),
        ),
        (archive("other-2.jar", ["dev/acme/tool", "dev/acme/tool/a"]), Guess("dev.acme", "other", "2", 0.4)),
        (archive("api-2.jar", ["javax/a/b"]), Guess("", "api", "2", 0.3)),
        # versions and titles of the manifest
        (archive("hive-shims-0.23-2.3.7.jar", implementation_version="2.3.7"), Guess("", "hive-shims-0.23", "2.3.7", 0.3)),
        (archive("e-2.3.7-core.jar", bundle_version="2.3.7"), Guess("", "e", "2.3.7", 0.3)),
        (
            archive("spring3-aop-3.x.jar", implementation_title="spring-aop", implementation_version="4.3.30.RELEASE"),
            Guess("org.springframework", "spring-aop", "4.3.30.RELEASE", 0.8),
        ),
        (
            archive("lib.jar", implementation_title="The Library", implementation_version="${v}", specification_version="1.4"),
            Guess("", "lib", "1.4", 0.3),
        ),
        (archive("lib.jar", implementation_version="1.8.0_292 (build 10)"), Guess("", "lib", "1.8.0_292", 0.3)),
        (archive("gson.jar", ["com/google/gson"]), Guess("com.google.code.gson", "gson", "", 0.5)),
        # renamed, under the roof of a large house
        (
            archive("catalina.jar", bundle_symbolicname="org.apache.tomcat-catalina", implementation_version="9.0.65"),
            Guess("org.apache.tomcat", "tomcat-catalina", "9.0.65", 0.6),
        ),
        # a distribution's file, with the major version in its name
        (
            archive("tomcat9-catalina-9.0.95.jar", ["org/apache/catalina"], bundle_symbolicname="org.apache.tomcat-catalina"),
            Guess("org.apache.tomcat", "tomcat-catalina", "9.0.95", 0.6),
        ),
        (
            archive(
                "tomcat9-catalina-ant-9.0.95.jar", ["org/apache/catalina/ant"], bundle_symbolicname="org.apache.tomcat-catalina"
            ),
            Guess("org.apache.catalina", "tomcat9-catalina-ant", "9.0.95", 0.4),
        ),
        (
            archive(
                "log4j-1.2-1.2.17.jar", ["org/apache/log4j"], bundle_symbolicname="org.apache.log4j", bundle_version="1.2.17"
            ),
            Guess("log4j", "log4j", "1.2.17", 0.8),
        ),
        (
            archive("acme2-core-2.1.jar", ["dev/acme2/core"], bundle_symbolicname="dev.acme2.acme2-core"),
            Guess("dev.acme2", "acme2-core", "2.1", 0.6),
        ),
        (
            archive("flatbuffers-java-2.jar", bundle_symbolicname="com.google.flatbuffers-java"),
            Guess("com.google.flatbuffers", "flatbuffers-java", "2", 0.6),
        ),
        (archive("acme-core-2.jar", implementation_vendor_id="org.apache"), Guess("org.apache.acme", "acme-core", "2", 0.4)),
        (archive("two-2.jar", ["org/apache/a", "org/apache/b"]), Guess("", "two", "2", 0.3)),
        # known by their content, whatever the file is called
        (
            archive(
                "app-7.jar",
                ["org/apache/logging/log4j/core"],
                bundle_symbolicname="org.apache.logging.log4j.core",
                implementation_version="2.14.1",
            ),
            Guess("org.apache.logging.log4j", "log4j-core", "2.14.1", 0.8),
        ),
        (
            archive("app-7.jar", automatic_module_name="spring.core", implementation_version="5.3.3"),
            Guess("org.springframework", "spring-core", "5.3.3", 0.8),
        ),
        (
            archive("app-7.jar", ["org/apache/logging/log4j/core", "org/apache/logging/log4j/core/net"]),
            Guess("org.apache.logging.log4j", "log4j-core", "", 0.5),
        ),
        (
            archive("app-7.jar", ["org/apache/logging/log4j/core", "dev/acme/app"], implementation_vendor_id="org.apache"),
            Guess("org.apache.app", "app", "7", 0.4),
        ),
        (archive("app-7.jar", bundle_symbolicname="dev.acme.gson"), Guess("", "app", "7", 0.3)),
        (
            archive("app-7.jar", bundle_symbolicname="org.apache.commons.commons-io", bundle_version="2.11.0"),
            Guess("commons-io", "commons-io", "2.11.0", 0.8),
        ),
        # a part of another project that has the name of a widely used artifact
        (archive("tasks-7.jar", ["org/apache/catalina/ant"]), Guess("org.apache.catalina", "tasks", "7", 0.4)),
        # no group below a house that is the house again
        (archive("google-thing-1.jar", implementation_vendor_id="com.google"), Guess("", "google-thing", "1", 0.3)),
        (
            archive("google-oauth-client-1.30.jar", bundle_symbolicname="com.google.google-oauth-client"),
            Guess("com.google.oauth-client", "google-oauth-client", "1.30", 0.8),
        ),
        # Debian's repository of Maven, whose files have the release line instead of the version
        (
            archive("tomcat-embed-core-10.x.jar", implementation_version="10.1.60"),
            Guess("org.apache.tomcat.embed", "tomcat-embed-core", "10.1.60", 0.8),
        ),
        (archive("thing-10.x.jar", implementation_version="9.1"), Guess("", "thing-10.x", "9.1", 0.3)),
        # Jenkins
        (
            archive("gradle.hpi", plugin_version="2.11 (private)", short_name="gradle", group_id="org.acme.plugins"),
            Guess("org.acme.plugins", "gradle", "2.11", 0.9),
        ),
        (archive("gradle.hpi", plugin_version="2.11"), Guess("org.jenkins-ci.plugins", "gradle", "2.11", 0.9)),
        (archive("\x1b[31m-1.0.jar"), None),
        (archive("a b.jar", implementation_title="also bad\n"), None),
    ],
)
def test_guess(given, expected):
    assert guess(given) == expected


def test_hostile_names_take_linear_time():
    with ends():
        for name in ("-1" * 4000, "a-" * 4000 + "1", "1." * 4000, "a-1" + "." * 8000, "-" * 8000, "a" * 199 + "-1"):
            guess(archive(f"{name}.jar", ["a/b"], bundle_symbolicname="x." * 4000, implementation_version="1" * 8000))


def test_known_groups_are_in_order_and_found_by_their_longest_beginning():
    assert list(GROUPS) == sorted(GROUPS)
    assert group_of("spring-boot-starter-web") == "org.springframework.boot"
    assert group_of("spring-security-web") == "org.springframework.security"
    assert group_of("springfox") is None
    assert group_of("-") is None
