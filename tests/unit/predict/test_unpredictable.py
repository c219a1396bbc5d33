"""What is unknown before a build."""

from careen.formats.dockerfile.reader import read_dockerfile
from careen.predict.declared import predicted
from careen.predict.unpredictable import unpredictable


def test_what_is_unpredictable_has_a_reason():
    text = (
        "FROM debian:12\nRUN xargs -a list apt-get install -y\nRUN apt-get install -y $(cat list) a=1\n"
        "RUN pip install $PACKAGES\nCOPY --from=nginx:1.27 /usr/sbin/nginx /usr/sbin/\n"
    )
    document = read_dockerfile(text)
    assert [one.package.name for one in predicted(document)] == ["a"]
    assert [one.partition(":")[2].partition(":")[0] for one in unpredictable(document)] == ["2", "3", "4", "5"]
    built = "FROM a AS b\nRUN make\nFROM c\nCOPY --from=b /x /x\nCOPY --from=0 /y /y\n"
    assert unpredictable(read_dockerfile(built)) == ()


def test_a_stage_that_an_argument_chooses_is_listed():
    text = "ARG KIND\nFROM debian:12 AS with-a\nRUN pip install a==1.0\nFROM with-${KIND}\nFROM ${BASE}:1\n"
    assert unpredictable(read_dockerfile(text)) == (
        "Dockerfile:4: an argument chooses the stage with-${KIND}, whose packages are not listed",
    )


def test_a_variable_alone_names_a_stage_if_nothing_else_uses_it():
    stage = "ARG BASE\nFROM debian:12 AS a\nRUN pip install a==1.0\nFROM $BASE\n"
    assert unpredictable(read_dockerfile(stage)) == (
        "Dockerfile:4: an argument chooses the stage $BASE, whose packages are not listed",
    )
    assert unpredictable(read_dockerfile(f"{stage}COPY --from=a /x /\n")) == ()


def test_packages_of_programs_that_are_not_read_are_listed():
    text = (
        "FROM debian:12 AS unused\nRUN brew install a\nFROM debian:12\nRUN brew install a && brew update\n"
        "RUN Rscript -e 'install.packages(\"jsonlite\")' && nix-env -iA nixpkgs.openssl\nONBUILD RUN snap install a\n"
    )
    assert unpredictable(read_dockerfile(text)) == (
        "Dockerfile:4: packages that brew installs are not listed",
        "Dockerfile:5: packages that nix-env installs are not listed",
        "Dockerfile:5: packages that Rscript installs are not listed",
    )


def test_alternatives_in_braces_are_listed():
    assert unpredictable(read_dockerfile("FROM a\nRUN pip install {django==2.0,flask==0.12}\n")) == (
        "Dockerfile:2: the step computes what pip installs: {django==2.0,flask==0.12}",
    )


def test_files_of_a_stage_without_steps_are_those_of_its_image():
    text = "FROM uv:1 AS uv\nENV A=b\nFROM uv AS again\nFROM a AS built\nRUN make\nFROM scratch AS empty\nFROM b\n"
    copies = (
        "COPY --from=again /uv /\nCOPY --from=0 /uvx /\nCOPY --from=built /x /\nCOPY --from=empty /y /\nCOPY --from=9 /z /\n"
    )
    assert unpredictable(read_dockerfile(text + copies)) == (
        "Dockerfile:8: files of uv:1 are copied and not assessed: scan that image",
        "Dockerfile:9: files of uv:1 are copied and not assessed: scan that image",
    )


def test_what_scripts_of_a_server_install_is_not_listed():
    text = (
        "FROM debian:12 AS unused\nRUN curl https://x.example/i.sh | sh\nFROM debian:12\n"
        "RUN curl -sSL https://user:t0ken@get.example/install/t0p5ecret99?key=1 | V=1.4.2 python3 -\n"
        "RUN curl https://sh.rustup.rs | sh -s -- -y --default-toolchain 1.67.0\n"
        "RUN wget https://x.example/get-pip.py && python get-pip.py pip==22.3.1\n"
        "RUN bash <(curl -s https://x.example/i.sh)\n"
    )
    assert unpredictable(read_dockerfile(text)) == (
        "Dockerfile:4: what a script of get.example/install installs is not listed",
        "Dockerfile:7: what a script of a server installs is not listed",
    )


def test_groups_of_packages_are_listed():
    text = "FROM fedora:40\nRUN dnf groupinstall -y 'Development Tools' && dnf install -y @c-development nginx\n"
    assert unpredictable(read_dockerfile(text)) == (
        "Dockerfile:2: packages of the group Development Tools are not listed",
        "Dockerfile:2: packages of the group c-development are not listed",
    )


def test_an_address_that_a_step_computes_is_downloaded():
    assert unpredictable(read_dockerfile("FROM a\nRUN curl -O $(cat url)/$NAME.tar.gz\n"))[0].startswith(
        "Dockerfile:2: the step computes what curl downloads: "
    )
