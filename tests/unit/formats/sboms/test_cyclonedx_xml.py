import pytest

from careen.formats.sboms.cyclonedx_xml import document
from careen.model.package import Evidence, Source
from careen.sboms.cyclonedx import SBOM_FORMAT, read

XML = b"""<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" xmlns:x="urn:other" version="1">
  <metadata><component type="container"><name>shop</name><version>sha256:ab</version></component></metadata>
  <components>
    <component type="library" bom-ref="a">
      <supplier><name>Debian</name></supplier>
      <name>libssl3</name><version>3.0.11-1</version><x:name>other</x:name>
      <licenses><license><id>Apache-2.0</id></license></licenses>
      <purl>pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&amp;upstream=openssl</purl>
      <components><component type="library"><name>inner</name><version>2</version></component></components>
      <evidence><occurrences><occurrence><location>/usr/lib/libssl.so.3</location></occurrence></occurrences></evidence>
    </component>
    <x:component><x:name>nothing</x:name></x:component>
  </components>
</bom>"""


def test_is_read_like_json():
    found = read(XML)
    ssl, inner = found.inventory.packages
    assert (found.subject, found.digest) == ("shop", "sha256:ab")
    assert (ssl.name, ssl.source, ssl.licenses, ssl.maintainer) == (
        "libssl3", Source("openssl", "3.0.11-1"), ("Apache-2.0",), "Debian",
    )  # fmt: skip
    assert ssl.evidence == (Evidence("usr/lib/libssl.so.3", 0),)
    assert inner.purl == "pkg:generic/inner@2"
    assert SBOM_FORMAT.accepts(XML)


def nested(depth):
    inner = b"<components><component>" * depth + b"</component></components>" * depth
    return b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5">' + inner + b"</bom>"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<bom/>", b"<bom", b'<project xmlns="http://cyclonedx.org/schema/bom/1.5"/>', nested(40),
        b'<!DOCTYPE bom [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.5">&a;</bom>',
    ],
)  # fmt: skip
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        document(data)
