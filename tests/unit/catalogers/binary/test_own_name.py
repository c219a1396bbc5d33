"""Names by which a program may call itself, by the name of its file."""

import pytest

from careen.catalogers.binary.own_name import is_related, of_product, own_name


@pytest.mark.parametrize(
    ("file_name", "name", "names"),
    [
        ("patchelf", "patchelf", {"patchelf"}),
        ("knotd", "knotd", {"knotd", "knot"}),
        ("acme-1.2", "acme", {"acme"}),
        ("wpa_supplicant", "wpa_supplicant", {"wpasupplicant"}),
        ("x86_64-linux-gnu-objdump", "objdump", {"objdump"}),
        ("prometheus-node-exporter", "prometheus-node-exporter", {"prometheusnodeexporter", "nodeexporter"}),
        ("mkfs.ext4", "mkfs.ext4", {"mkfsext4", "mkfs"}),
        ("acme.bin", "acme", {"acme"}),
        ("libgit2.so.1.9.0", "libgit2", {"libgit2", "git2", "git"}),
        ("libacme-1a2b3c4d.so.25.9.1.0", "libacme", {"libacme", "acme"}),
        ("libMagickCore-6.Q16.so.6.0.0", "libMagickCore", {"libmagickcore", "magickcore"}),
    ],
)
def test_names(file_name, name, names):
    own = own_name(file_name)
    assert own
    assert (own.name, own.names) == (name, names)


@pytest.mark.parametrize("file_name", ["http", "1.2", "a", "_module.cpython-312-x86_64-linux-gnu.so", "module.so"])
def test_files_whose_names_are_no_programs(file_name):
    assert own_name(file_name) is None


def test_modules_of_web_servers_have_to_state_their_version():
    for file_name in ("mod_acme.so", "ngx_http_acme_module.so"):
        own = own_name(file_name)
        assert own
        assert (own.name, own.is_library, own.is_of_file) == (file_name.removesuffix(".so"), True, False)


def test_the_first_part_of_a_name_may_be_the_products():
    own, core = own_name("kea-dhcp4"), own_name("libacme-core-257.so.1")
    assert own
    assert core
    assert (own.first, core.first) == ("kea", "acme")


@pytest.mark.parametrize(
    ("name", "is_so"),
    [("jbig-kit", True), ("jbi", False), ("unjbig", False), ("jbig-helper-tools", False), ("zlib", False)],
)
def test_names_with_a_common_beginning(name, is_so):
    own = own_name("libjbig.so.0")
    assert own
    assert is_related(own, name) is is_so


def test_numbers_in_names():
    own = own_name("librocksdb.so.9.11.2")
    assert own
    assert (own.number, own.file) == ("9.11.2", "librocksdb")
    short, inside = own_name("libacme.so.4"), own_name("libacme-0.196.so")
    assert short
    assert inside
    assert (short.number, inside.release) == ("", "0.196")


def test_another_product_may_have_a_file_of_the_same_name():
    alike, other = of_product(own_name("knotd"), "knot"), of_product(own_name("smtpd"), "postfix")
    assert (alike.names, alike.is_of_file) == ({"knotd", "knot"}, True)
    assert (other.names, other.is_of_file) == ({"postfix"}, False)
