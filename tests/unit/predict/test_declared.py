from tests.support.work import ends

from careen.formats.dockerfile.reader import read_dockerfile
from careen.model.package import Source
from careen.predict.declared import predicted

MYSQL = """\
ARG MYSQL=8.0.30-1.el7
FROM centos:7
ARG MYSQL
RUN yum install -y \\
    https://repo.example/mysql-community-minimal-release-el7.rpm \\
    https://repo.example/mysql-community-release-el7.rpm \\
 && yum-config-manager --enable mysql80-community \\
 && yum install -y \\
      mysql-community-server-minimal-${MYSQL} \\
      nano
"""


def found_in(text):
    return [(one.line, one.tool, one.package.purl, one.pinned) for one in predicted(read_dockerfile(text))]


def test_aliases_stay_open_and_pinned_packages_have_their_line():
    assert found_in(MYSQL) == [
        (5, "yum", "pkg:rpm/centos/mysql-community-minimal-release?distro=centos-7", False),
        (6, "yum", "pkg:rpm/centos/mysql-community-release?distro=centos-7", False),
        (9, "yum", "pkg:rpm/centos/mysql-community-server-minimal@8.0.30-1.el7?distro=centos-7", True),
        (10, "yum", "pkg:rpm/centos/nano?distro=centos-7", False),
    ]
    aliases = [one for one in predicted(read_dockerfile(MYSQL)) if one.url]
    assert [one.package.version for one in aliases] == ["", ""]
    assert all(one.package.presence == "declared" for one in aliases)


def test_every_language():
    text = (
        "FROM python:3.13-bookworm\nRUN pip install requests==2.19.0 flask && npm i -g express@4.17.0 @s/p@1.0.0\n"
        "RUN gem install rack -v 2.0.1 && go install golang.org/x/tools/gopls@v0.1.0\n"
        "RUN cargo install ripgrep --version 14.1.1 && composer global require a/b:1.2.3 && yarn add left-pad@1.3.0\n"
    )
    assert [purl for _, _, purl, pinned in found_in(text) if pinned] == [
        "pkg:pypi/requests@2.19.0",
        "pkg:npm/express@4.17.0",
        "pkg:npm/%40s/p@1.0.0",
        "pkg:gem/rack@2.0.1",
        "pkg:golang/golang.org/x/tools/gopls@v0.1.0",
        "pkg:cargo/ripgrep@14.1.1",
        "pkg:composer/a/b@1.2.3",
        "pkg:npm/left-pad@1.3.0",
    ]
    assert (2, "pip", "pkg:pypi/flask", False) in found_in(text)


def test_archives_by_address_and_variables_of_the_script():
    text = (
        "FROM debian:12\nADD https://x.example/zlib-1.3.1.tar.gz /src/\n"
        "RUN V=1.2.3 && curl -fsSL https://x.example/tool-$V.tar.gz | tar xz\n"
        "RUN wget https://github.com/o/r/releases/download/v1.4/r.zip && curl https://x.example/install.sh | sh\n"
    )
    assert found_in(text) == [
        (2, "ADD", "pkg:generic/zlib@1.3.1", True),
        (3, "curl", "pkg:generic/tool@1.2.3", True),
        (4, "wget", "pkg:github/o/r@v1.4", True),
    ]


def test_debian_and_alpine():
    assert (
        found_in("FROM debian:12\nRUN apt-get install -y nginx=1.22.1-9 curl")[0][2]
        == "pkg:deb/debian/nginx@1.22.1-9?distro=debian-12"
    )
    (one,) = predicted(read_dockerfile("FROM alpine:3.20\nRUN apk add nginx=1.26"))
    assert (one.package.version, one.exact) == ("1.26", False)


def test_stages_that_nothing_comes_from_do_not_count():
    text = (
        "FROM debian:12 AS unused\nRUN apt-get install a=1 && pip install a==1\n"
        "FROM debian:12 AS build\nRUN apt-get install b=1 && pip install b==1\n"
        "FROM debian:12\nRUN apt-get install c=1\nCOPY --from=build /venv /venv\n"
    )
    assert [purl.partition("@")[0] for _, _, purl, _ in found_in(text)] == ["pkg:pypi/b", "pkg:deb/debian/c"]


def test_what_is_removed_again_is_not_installed():
    assert found_in("FROM debian:12\nRUN apt-get install -y gcc=4 curl=8 && apt-get purge -y gcc")[0][2].startswith(
        "pkg:deb/debian/curl"
    )


def test_an_unknown_base_leaves_the_distribution_open():
    (one,) = predicted(read_dockerfile("FROM app:1\nRUN apt-get install -y a=1"))
    assert one.package.distro is None
    assert one.distribution is None


def test_a_version_of_an_unknown_variable_is_open():
    (one,) = predicted(read_dockerfile("FROM debian:12\nRUN apt-get install -y a=$V"))
    assert not one.pinned


def test_many_programs():
    text = (
        "FROM archlinux:latest\n"
        "RUN pacman -Syu --noconfirm nginx\n"
        "RUN pecl install redis-5.3.7 && luarocks install cjson 2.1-1 && dotnet tool install -g tool --version 8.0.1\n"
        "RUN git clone --branch v1.2 --depth 1 https://github.com/o/r.git && git clone https://github.com/o/other\n"
        "RUN npm install o/r#v2 && cargo install --git https://github.com/o/r --tag v3\n"
    )
    assert [(line, purl, pinned) for line, _, purl, pinned in found_in(text)] == [
        (2, "pkg:alpm/arch/nginx?distro=arch", False),
        (3, "pkg:pear/pecl.php.net/redis@5.3.7", True),
        (3, "pkg:luarocks/cjson@2.1-1", True),
        (3, "pkg:nuget/tool@8.0.1", True),
        (4, "pkg:github/o/r@v1.2", True),
        (4, "pkg:github/o/other", False),
        (5, "pkg:github/o/r@v2", True),
        (5, "pkg:github/o/r@v3", True),
    ]


def test_variables_within_an_address():
    text = "FROM debian:12\nARG V=1.2.3\nRUN curl -LO https://a.example/$V/tool-$V-linux.tar.gz\n"
    assert found_in(text) == [(3, "curl", "pkg:generic/tool@1.2.3", True)]


def test_a_loop_installs_each_of_its_values():
    text = "FROM debian:12\nRUN for p in a==1 b==2; do pip install $p && curl -O https://a.example/$p/t-1.2.tgz; done\n"
    assert [purl for _, _, purl, _ in found_in(text)] == ["pkg:pypi/a@1", "pkg:pypi/b@2", *["pkg:generic/t@1.2"] * 2]


def test_a_stage_whose_whole_file_system_is_copied_is_kept():
    text = "FROM debian:12 AS build\nRUN apt-get install -y a=1-1\nFROM scratch\nCOPY --from=build / /\n"
    assert [purl for _, _, purl, _ in found_in(text)] == ["pkg:deb/debian/a@1-1?distro=debian-12"]


def test_a_loop_is_followed_within_bounds():
    values = " ".join(f"a{number}==1" for number in range(500))
    document = read_dockerfile(f"FROM debian:12\nRUN for p in {values}; do pip install {'$p ' * 5000}; done\n")
    assert 0 < len(predicted(document)) <= 200


def test_archives_of_well_known_software_have_its_name_in_the_cpe_dictionary():
    text = (
        "FROM debian:12\nRUN curl -O https://x.example/openssl-1.0.2g.tgz\nADD https://x.example/apache-tomcat-8.5.31.zip /\n"
        "RUN wget https://github.com/nginx/nginx/archive/refs/tags/release-1.14.0.tar.gz\n"
        "RUN wget https://github.com/someone/redis/archive/5.0.0.tar.gz && wget https://x.example/thing-1.2.3.tgz\n"
        "RUN git clone --branch v2.9.4 https://gitlab.example/GNOME/libxml2 && wget https://x.example/openssl-latest.tgz\n"
    )
    found = {one.package.purl: (one.package.cpe, one.package.confidence) for one in predicted(read_dockerfile(text))}
    name = "cpe:2.3:a:{}:*:*:*:*:*:*:*".format
    assert found == {
        "pkg:generic/openssl@1.0.2g": (name("openssl:openssl:1.0.2g"), 0.7),
        "pkg:generic/apache-tomcat@8.5.31": (name("apache:tomcat:8.5.31"), 0.7),
        "pkg:github/nginx/nginx@release-1.14.0": (name("f5:nginx:1.14.0"), 0.7),
        "pkg:github/someone/redis@5.0.0": (name("redis:redis:5.0.0"), 0.4),  # perhaps other software of this name
        "pkg:generic/thing@1.2.3": (None, 0.4),
        "pkg:generic/GNOME/libxml2@2.9.4": (name("xmlsoft:libxml2:2.9.4"), 0.4),
        "pkg:generic/openssl-latest": (None, 0.4),
    }


def test_an_address_in_a_registry_tells_what_it_is():
    text = (
        "FROM debian:12\nRUN wget https://x.example/maven2/org/a/log/log-core/2.14.1/log-core-2.14.1.jar\n"
        "RUN yum install -y https://x.example/a-1.2-3.el9.x86_64.rpm\n"
    )
    assert [one.package.confidence for one in predicted(read_dockerfile(text))] == [0.7, 0.4]


def test_a_platform_chooses_the_stage():
    text = "FROM debian:12 AS build-linux\nRUN pip install a==1.0\nFROM x AS build-windows\nFROM build-$TARGETOS\n"
    assert found_in(text) == [(2, "pip", "pkg:pypi/a@1.0", True)]
    text = "FROM debian:12\nARG TARGETARCH\nRUN curl -O https://x.example/tool_1.2.3_${TARGETARCH}.deb\n"
    assert found_in(text) == [(3, "curl", "pkg:deb/debian/tool@1.2.3?arch=amd64&distro=debian-12", True)]


def test_a_variable_has_the_values_of_all_branches():
    text = (
        "FROM debian:12\nRUN case $(uname -m) in \\\n x86_64) URL=https://x.example/a-1.0.tar.gz ;; \\\n"
        " *) URL=https://x.example/b-2.0.tar.gz ;; \\\n esac; curl -fsSL $URL | tar xz\n"
    )
    assert found_in(text) == [(5, "curl", "pkg:generic/a@1.0", True), (5, "curl", "pkg:generic/b@2.0", True)]
    text = 'FROM debian:12\nRUN P=a; P="$P b==1.0"; pip install $P\n'
    assert [purl for _, _, purl, _ in found_in(text)] == ["pkg:pypi/a", "pkg:pypi/b@1.0"]


def test_repositories_and_runtimes():
    text = (
        "FROM debian:12\nADD https://github.com/curl/curl.git#curl-7_80_0 /curl\n"
        "RUN git clone https://github.com/opencontainers/runc.git /src \\\n && cd /src && git checkout v1.1.4\n"
        "RUN bash -lc 'nvm install 16.13.0'\nRUN curl https://sh.rustup.rs | sh -s -- --default-toolchain 1.60.0\n"
    )
    assert [(one.line, one.tool, one.package.purl, one.package.cpe) for one in predicted(read_dockerfile(text))] == [
        (2, "ADD", "pkg:github/curl/curl@curl-7_80_0", "cpe:2.3:a:haxx:curl:7.80.0:*:*:*:*:*:*:*"),
        (3, "git", "pkg:github/opencontainers/runc@v1.1.4", "cpe:2.3:a:linuxfoundation:runc:1.1.4:*:*:*:*:*:*:*"),
        (5, "nvm", "pkg:generic/node@16.13.0", "cpe:2.3:a:nodejs:node.js:16.13.0:*:*:*:*:*:*:*"),
        (6, "sh", "pkg:generic/rust@1.60.0", "cpe:2.3:a:rust-lang:rust:1.60.0:*:*:*:*:*:*:*"),
    ]


def test_files_are_known_by_their_names():
    text = (
        "FROM debian:12\nCOPY *.deb *.whl /tmp/\n"
        "RUN dpkg -i /tmp/a_1.2_amd64.deb && pip install /tmp/b-2.0-py3-none-any.whl ./src\n"
        "RUN curl -O https://x.example/c_3.1_amd64.deb && apt-get install -y ./c_3.1_amd64.deb ./other.deb\n"
    )
    assert [(line, tool, purl.partition("?")[0]) for line, tool, purl, _ in found_in(text)] == [
        (3, "dpkg", "pkg:deb/debian/a@1.2"),
        (3, "pip", "pkg:pypi/b@2.0"),
        (4, "curl", "pkg:deb/debian/c@3.1"),
    ]


def test_triggers_of_the_stage_that_a_stage_builds_on():
    text = "FROM debian:12 AS base\nONBUILD RUN pip install mako==1.0.0\nONBUILD RUN apt-get install a=1-1\n"
    assert found_in(text) == []  # they are for builds that use the image
    assert found_in(f"{text}FROM base\n") == [
        (2, "pip", "pkg:pypi/mako@1.0.0", True),
        (3, "apt-get", "pkg:deb/debian/a@1-1?distro=debian-12", True),
    ]
    assert found_in(f"{text}FROM debian:12\n") == []
    assert found_in(f"{text}FROM base AS unused\nFROM debian:12\n") == []


def test_a_program_that_a_variable_names():
    assert found_in("FROM a\nRUN PIP=pip3; $PIP install django==2.0\n") == [(2, "pip3", "pkg:pypi/django@2.0", True)]


def test_packages_of_all_below_a_path_of_go():
    assert found_in("FROM a\nRUN go install golang.org/x/text/...@v0.3.0\n")[0][2] == "pkg:golang/golang.org/x/text@v0.3.0"


def test_what_package_managers_build_from_archives_and_repositories():
    text = (
        "FROM python:3.9\n"
        'RUN pip install "requests[socks] @ git+https://github.com/psf/requests@v2.19.0" git+https://github.com/pallets/flask@1.0\n'
        "RUN pip install https://a.example/Django-1.11.1.tar.gz ./dist/app-1.0.tar.gz https://github.com/o/r/archive/main.zip\n"
        "RUN npm install https://github.com/expressjs/express/tarball/4.15.0\n"
        "RUN poetry add git+https://github.com/django/django.git#2.2.1\n"
    )
    found = [(each.line, each.package.purl, each.package.confidence) for each in predicted(read_dockerfile(text))]
    assert found == [
        (2, "pkg:pypi/requests@2.19.0", 0.7),
        (2, "pkg:pypi/flask@1.0", 0.4),
        (3, "pkg:pypi/django@1.11.1", 0.7),
        (3, "pkg:pypi/app@1.0", 0.7),
        (3, "pkg:github/o/r", 0.4),
        (4, "pkg:npm/express@4.15.0", 0.4),
        (5, "pkg:pypi/django@2.2.1", 0.4),
    ]


def test_the_source_of_a_binary_package_of_debian():
    text = "FROM debian:12\nRUN apt-get install -y libssl3=3.0.11-1~deb12u2+b1 openssl=3.0.11-1~deb12u2 of-nobody=1.0-1\n"
    found = {each.package.name: each.package.source for each in predicted(read_dockerfile(text))}
    assert found == {"libssl3": Source("openssl", "3.0.11-1~deb12u2"), "openssl": None, "of-nobody": None}


def test_releases_of_packages_state_the_distribution_where_the_base_image_does_not():
    text = "FROM {}\nARG RELEASE=2.4.6-97.el7\nRUN yum install -y httpd-$RELEASE nginx-1.12.2\n"
    purls = [each.package.purl for each in predicted(read_dockerfile(text.format("ours/base:1")))]
    assert purls == ["pkg:rpm/rhel/httpd@2.4.6-97.el7?distro=rhel-7", "pkg:rpm/rhel/nginx@1.12.2?distro=rhel-7"]
    assert all("distro=rocky-8" in each.package.purl for each in predicted(read_dockerfile(text.format("rockylinux:8"))))


def test_a_virtual_package_takes_its_packages_with_it():
    text = (
        "FROM alpine:3.18\n"
        "RUN apk add --no-cache curl && apk add --virtual .deps gcc curl && apk del --no-network .deps && apk add make\n"
        "RUN apk add -t .build-deps musl-dev && pip install cffi==1.15.0\nRUN apk del .build-deps && apk add --virtual .x g++\n"
    )
    assert sorted(one.package.name for one in predicted(read_dockerfile(text))) == ["cffi", "curl", "g++", "make"]


def test_what_a_later_stage_of_the_image_removes_is_gone():
    text = (
        "FROM debian:12 AS base\nRUN apt-get install -y vim nano\nFROM base AS tool\nRUN apt-get remove -y nano\n"
        "FROM base\nRUN apt-get purge -y vim\n"
    )
    assert [one.package.name for one in predicted(read_dockerfile(text))] == ["nano"]


def test_removals_are_quick():
    text = "FROM debian:12\n" + "RUN apt-get install -y a1 a2 a3 && apt-get remove -y a1\n" * 500
    with ends():
        assert len(predicted(read_dockerfile(text))) == 1000


def test_programs_of_go_have_the_library_of_their_image():
    text = "FROM golang:1.20.4 AS b\nRUN go build -o /a .\nFROM scratch\nCOPY --from=b /a /\n"
    assert [one.package.purl for one in predicted(read_dockerfile(text))] == ["pkg:golang/stdlib@1.20.4"]


def test_a_binary_package_of_alpine_has_its_origin():
    text = "FROM alpine:3.18\nRUN apk add libcurl=8.1.2-r0 curl=8.1.2-r0\nFROM wolfi\n"
    sources = [one.package.source for one in predicted(read_dockerfile(text.removesuffix("FROM wolfi\n")))]
    assert [source and (source.name, source.version) for source in sources] == [("curl", "8.1.2-r0"), None]


def test_elements_of_an_array_are_followed():
    text = (
        'FROM debian:12\nENV ARCH=amd64\nSHELL ["/bin/bash", "-c"]\n'
        'RUN PARTS=( "node-18.16.0-0-linux-${ARCH}" "redis-7.0.11-2-linux-${ARCH}" ) ; '
        'for PART in "${PARTS[@]}"; do curl -O "https://${URL}/${PART}.tar.gz" ; done\n'
    )
    assert [one.package.purl for one in predicted(read_dockerfile(text))] == [
        "pkg:generic/node@18.16.0",
        "pkg:generic/redis@7.0.11",
    ]


def test_the_shell_of_an_environment_is_a_shell():
    text = 'FROM a\nSHELL ["conda", "run", "-n", "base", "/bin/bash", "-c"]\nRUN pip install a==1.0\n'
    assert [one.package.purl for one in predicted(read_dockerfile(text))] == ["pkg:pypi/a@1.0"]
