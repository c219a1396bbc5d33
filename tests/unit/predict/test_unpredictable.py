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
    assert unpredictable(read_dockerfile("FROM a AS b\nFROM c\nCOPY --from=b /x /x\nCOPY --from=0 /y /y\n")) == ()


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
