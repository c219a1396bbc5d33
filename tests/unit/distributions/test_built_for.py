import pytest

from careen.distributions.built_for import built_for
from careen.model.package import Distribution


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("yum install -y https://a.example/httpd-2.4.6-40.el7.centos.4.x86_64.rpm", ("centos", "7")),
        ("yum install -y https://a.example/server-5.7.20-1.el7.x86_64.rpm", ("rhel", "7")),
        ("dnf install -y bash-5.1.8-6.el9_1.alma.x86_64", ("almalinux", "9")),
        ("rpm -i https://a.example/a-1-1.el8.x86_64.rpm https://a.example/b-1-1.el8.rocky.x86_64.rpm", ("rocky", "8")),
        ("yum install -y vim-8.2-1.amzn2.0.1 https://a.example/x-1.0-1.amzn2.noarch.rpm", ("amzn", "2")),
        ("rpm -i https://a.example/a-1.2-3.fc40.aarch64.rpm", ("fedora", "40")),
        ("yum install -y https://a.example/epel-release-latest-9.noarch.rpm", ("rhel", "9")),
        ("rpm -Uvh https://a.example/mysql80-community-release-el7-3.noarch.rpm", ("rhel", "7")),
        ("apt-get install -y curl=7.88.1-10+deb12u8", ("debian", "12")),
        ("dpkg -i mysql-server_5.7.20-1ubuntu16.04_amd64.deb", ("ubuntu", "16.04")),
        ("apt-get install -y openssl=3.0.2-0ubuntu1.22.04.3", ("ubuntu", "22.04")),
        ("rpm -i a-1-1.el7.x86_64.rpm b-1-1.el8.x86_64.rpm", None),
        ("rpm -i a-1-1.el7.centos.x86_64.rpm b-1-1.amzn2.x86_64.rpm", None),
        ("yum install -y https://a.example/rpmfusion-free-release-38.noarch.rpm", None),
        ("apt-get install -y openssl=3.0.2-0ubuntu1.10", None),  # an update's number, not a release
        ("yum install -y model7 kernel.el7 1.el77777", None),
    ],
)
def test_the_distribution_of_releases(text, distribution):
    assert built_for([text]) == (Distribution(*distribution) if distribution else None)
