import gzip

import pytest

from careen.app.documents import sbom_formats
from careen.errors import InputError
from careen.sboms.file import read_file, recognised

FORMATS = sbom_formats()


def test_is_recognised_by_content(tmp_path):
    (tmp_path / "a.txt").write_text("pkg:npm/a@1\n")
    (tmp_path / "b.json").write_text('{"hello": 1}')
    (tmp_path / "c.tar").write_bytes(b"bom.json\0\0" + b'{"bomFormat": "CycloneDX"}')
    assert recognised(tmp_path / "a.txt", lambda: FORMATS).name == "purls"
    assert [recognised(tmp_path / name, lambda: FORMATS) for name in ("b.json", "c.tar", "none", "")] == [None] * 4


def test_a_gzipped_one_is_read(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"pkg:npm/a@1\n"))
    image, inventory = read_file(path, "sbom:a.gz", FORMATS)
    assert (image.kind, image.layers, [package.name for package in inventory.packages]) == ("sbom", (), ["a"])


@pytest.mark.parametrize("data", [b"hello", b'{"bomFormat": "CycloneDX"'])
def test_anything_else_is_an_error_with_a_hint(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "x", "x", FORMATS)
    assert caught.value.hint
    with pytest.raises(InputError, match="cannot be read"):
        read_file(tmp_path / "none", "none", FORMATS)


def test_layers_of_a_document_cannot_be_opened(tmp_path):
    document = '{"bomFormat":"CycloneDX","metadata":{"properties":[{"name":"careen:image_layer","value":"sha256:a sha256:b"}]}}'
    (tmp_path / "x").write_text(document)
    image, _ = read_file(tmp_path / "x", "x", FORMATS)
    assert [(layer.digest, layer.diff_id) for layer in image.layers] == [("sha256:a", "sha256:b")]
    with pytest.raises(InputError, match="does not contain the layers"):
        image.layers[0].open()


def test_the_key_that_names_the_format_may_be_the_last(tmp_path):
    path = tmp_path / "bom.json"
    packages = ", ".join(f'{{"purl": "pkg:npm/a@{number}"}}' for number in range(5000))
    path.write_text(f'{{"components": [{packages}], "bomFormat": "CycloneDX"}}')
    assert recognised(path, lambda: FORMATS).name == "cyclonedx"
    assert len(read_file(path, "x", FORMATS)[1].packages) == 5000


def test_one_that_powershell_redirected_is_recognised_and_read(tmp_path):
    path = tmp_path / "bom.json"
    path.write_bytes('{"bomFormat": "CycloneDX", "components": [{"purl": "pkg:npm/a@1"}]}'.encode("utf-16"))
    assert recognised(path, lambda: FORMATS).name == "cyclonedx"
    _, inventory = read_file(path, "x", FORMATS)
    assert [package.name for package in inventory.packages] == ["a"]
