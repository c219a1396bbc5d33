import pytest

from careen.predict.source_names import source_of, template_of, with_numbers


@pytest.mark.parametrize(
    ("binary", "source"),
    [
        ("libssl1.1", "openssl"),
        ("libssl3t64", "openssl"),
        ("libssl1.0.0", "openssl"),
        ("libcurl4", "curl"),
        ("libc6", "glibc"),
        ("nginx-full", "nginx"),
        ("openssh-client", "openssh"),
        ("libpython3.7-stdlib", "python3.7"),
        ("php7.0-fpm", "php7.0"),
        ("postgresql-client-9.6", "postgresql-9.6"),
        ("libgnutls30", "gnutls28"),
        ("mysql-server-5.7", "mysql-5.7"),
        ("libmysqlclient20", "mysql-5.7"),
        ("openssl", None),  # its own
        ("python3.7", None),
        ("libstdc++6", None),  # each release has it of another source
        ("libmysqlclient18", None),
        ("of-nobody", None),
    ],
)
def test_the_source_of_a_binary_package(binary, source):
    assert source_of(binary) == source


def test_numbers():
    assert template_of("libssl3t64") == template_of("libssl1.1") == "libssl#"
    assert with_numbers("a-#-b-#", "x3.2-y14") == "a-3.2-b-14"
    assert with_numbers("a-#", "x") == "a-"
