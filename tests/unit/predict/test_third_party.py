import pytest
from tests.support.work import ends

from careen.formats.dockerfile.reader import read_dockerfile
from careen.matching.upstream import packaged
from careen.predict.declared import predicted


def vendors(text):
    return {one.package.name: one.package.vendor for one in predicted(read_dockerfile(text)) if one.url is None}


@pytest.mark.parametrize(
    ("lines", "package"),
    [
        ("RUN yum install -y https://a.example/mysql-community-release-el9.rpm", "mysql-community-server-8.0.30-1.el9"),
        ("RUN rpm -Uvh http://a.example/mysql80-community-release-el9-1.noarch.rpm", "mysql-community-server-8.0.30-1.el9"),
        ("RUN yum-config-manager --add-repo https://download.docker.com/linux/centos/docker-ce.repo", "docker-ce-24.0.7-1.el9"),
        ("RUN dnf config-manager --add-repo https://nginx.org/packages/rhel/9", "nginx-1.26.2-1.el9.ngx"),
        ("ADD https://packages.gitlab.com/gitlab.repo /etc/yum.repos.d/", "gitlab-runner-16.0.0-1"),
        ("RUN curl -fsSL https://www.mongodb.org/static/pgp/server-7.0.asc | apt-key add -", "mongodb-org-7.0.2"),
        ("RUN printf '[grafana]\\nbaseurl=https://rpm.grafana.com\\n' > /etc/yum.repos.d/g.repo", "grafana-10.0.0-1"),
        ("RUN dnf copr enable caddy/caddy", "caddy-2.8.4-1"),
        ("RUN dnf copr enable -y @caddy/caddy", "caddy-2.8.4-1"),
        ("RUN curl -s https://packagecloud.io/install/repositories/rabbitmq/script.rpm.sh | bash", "rabbitmq-server-3.12.0-1"),
    ],
)
def test_what_comes_from_there(lines, package):
    text = f"FROM rockylinux:9\n{lines}\nRUN yum install -y {package} openssl-3.0.7-1\n"
    found = vendors(text)
    assert found.pop("openssl") == "unknown"
    assert list(found.values()) == ["third_party"]


@pytest.mark.parametrize(
    ("adds", "package", "repository"),
    [
        (
            "yum install -y https://a.example/mysql57-community-release-el7-11.noarch.rpm",
            "mysql-community-server-5.7.20",
            "mysql57-community-release",
        ),
        (
            "yum-config-manager --add-repo https://me:secret@download.docker.com/linux/T0KEN/docker-ce.repo?key=x",
            "docker-ce-24.0.7",
            "download.docker.com/linux/docker-ce.repo",
        ),
        ("dnf config-manager --add-repo https://me:p@ss@a.example:8443/grafana", "grafana-10.0.0", "a.example/grafana"),
        ("dnf config-manager --add-repo https://me:pa/ss@a.example/grafana", "grafana-10.0.0", "a repository"),
        ("dnf copr enable caddy/caddy", "caddy-2.8.4", "copr enable caddy/caddy"),
    ],
)
def test_who_built_it_without_what_may_be_a_secret(adds, package, repository):
    found = predicted(read_dockerfile(f"FROM centos:7\nRUN {adds}\nRUN yum install -y {package}\n"))
    assert [each.package.maintainer for each in found if each.url is None] == [repository]


def test_software_whose_common_name_needs_its_builder():
    text = """\
FROM debian:12
RUN echo "deb https://packages.microsoft.com/repos/code stable main" > /etc/apt/sources.list.d/vscode.list
RUN apt-get update && apt-get install -y code=1.90.0-1717531825
"""
    package = next(each.package for each in predicted(read_dockerfile(text)))
    assert packaged(package).title == "Visual Studio Code"


def test_builds_for_ubuntu_by_their_maker():
    text = """\
FROM ubuntu:16.04
RUN dpkg -i mysql-apt-config_0.8.9-1_all.deb && wget https://repo.mysql.com/mysql-apt-config_0.8.9-1_all.deb
RUN apt-get update && apt-get install -y mysql-community-server=5.7.19-1ubuntu16.04 mysql-server-5.7=5.7.20-0ubuntu0.16.04.1
"""
    found = vendors(text)
    assert (found["mysql-community-server"], found["mysql-server-5.7"]) == ("third_party", "unknown")


def test_debian():
    text = """\
FROM debian:12
RUN curl -fsSL https://nginx.org/keys/nginx_signing.key | gpg --dearmor > /usr/share/keyrings/nginx.gpg \\
 && echo "deb [signed-by=/usr/share/keyrings/nginx.gpg] https://nginx.org/packages/debian bookworm nginx" \\
  | tee /etc/apt/sources.list.d/nginx.list
RUN apt-get update && apt-get install -y nginx=1.26.2-1~bookworm curl=7.88.1-10+deb12u8
"""
    assert vendors(text) == {"nginx": "third_party", "curl": "unknown"}


@pytest.mark.parametrize(
    "lines",
    [
        "RUN yum install -y curl-7.76.1-26.el9_3.2",
        "RUN curl -s https://a.example/script.rpm.sh | bash\nRUN yum install -y curl-7.76.1-26",
        "RUN yum install -y https://curl.example/curl-community-release-el9.rpm && yum install -y curl-7.76.1-26",
        "RUN curl -o /a https://curl.se/ca/cacert.pem && yum install -y curl-7.76.1-26",
        "RUN yum install -y https://a.example/epel-release-latest-9.noarch.rpm && yum install -y curl-7.76.1-26",
        "RUN yum install -y curl-7.76.1-26\nFROM rockylinux:9 AS b\nRUN yum-config-manager --add-repo https://curl.se/curl.repo\n"
        "FROM rockylinux:9\nRUN yum install -y curl-7.76.1-26",
    ],
)
def test_what_does_not(lines):
    assert vendors(f"FROM rockylinux:9\n{lines}\n") == {"curl": "unknown"}


def test_addresses_in_a_row_take_linear_time():
    with ends():
        vendors("FROM rockylinux:9\nRUN echo " + "http://" * 100_000 + "\n")
