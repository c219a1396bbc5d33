"""The version that the distribution's package of the same name has."""

import pytest

from careen.matching.packaged_version import packaged_version
from careen.model.package import Package, Source


@pytest.mark.parametrize(
    ("type", "name", "version", "owner", "source", "its_version", "expected"),
    [
        ("maven", "xerces:xercesImpl", "2.12.0", "libxerces2-java", "libxerces2-java", "2.12.2-1", "2.12.2"),
        ("maven", "org.jdom:jdom2", "2.0.5", "libjdom2-java", "libjdom2-java", "2.0.6.1-1", "2.0.6.1"),
        ("maven", "com.jcraft:jsch", "0.1.55", "libjsch-java", "jsch", "0.2.19-1", "0.2.19"),
        ("maven", "org.apache.ivy:ivy", "2.5.1", "ivy", "ivy", "2.5.3-1", "2.5.3"),
        ("pypi", "flask-cors", "0.0.1", "python3-flask-cors", "python-flask-cors", "6.0.1-1", "6.0.1"),
        ("gem", "rack", "3.1.16", "ruby-rack", "ruby-rack", "1:3.1.18-0+deb13u1", "3.1.18"),
        ("npm", "ws", "8.18.0", "node-ws", "node-ws", "8.18.1+~cs14.18.2-1", "8.18.1"),
        # its own version counts: it is not older, of another line, of another name, or the owner's is a step back
        ("maven", "io.netty:netty-codec", "4.1.48.Final", "libnetty-java", "netty", "1:4.1.48-10", ""),
        ("maven", "org.yaml:snakeyaml", "1.33", "libyaml-snake-java", "snakeyaml", "2.0+ds+really1.33-1", ""),
        ("maven", "org.yaml:yaml", "1.33", "libyaml1-java", "libyaml1-java", "2.0-1", ""),
        ("maven", "asm:asm", "3.3", "libgroovy-java", "groovy", "3.9.1-1", ""),
        ("npm", "minimist", "1.2.0", "node-lodash", "node-lodash", "4.17.21-1", ""),
        ("pypi", "mako", "1.3.9.dev0", "python3-mako", "mako", "1.3.9-1", ""),
        ("pypi", "mako", "1.3.8", "python3-mako", "mako", "1.3.9~rc1-1", ""),
        ("pypi", "mako", "", "python3-mako", "mako", "1.3.9-1", ""),
        ("pypi", "mako", "1.3.8", "python3-mako", "mako", "git20240101-1", ""),
    ],
)
def test_the_newer_version_of_a_package_that_is_named_alike(type, name, version, owner, source, its_version, expected):
    deb = Package("deb", "debian", owner, its_version, source=Source(source, its_version))
    assert packaged_version(Package(type, None, name, version), deb) == expected


def test_a_name_that_differs_in_digits_alone_needs_the_same_line_of_versions():
    deb = Package("deb", "debian", "libcommons-lang3-java", "3.17.0-1")
    assert packaged_version(Package("maven", None, "commons-lang:commons-lang", "2.6"), deb) == ""
    assert packaged_version(Package("maven", None, "x:commons-lang3", "2.6"), deb) == "3.17.0"
