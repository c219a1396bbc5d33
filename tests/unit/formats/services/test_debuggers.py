"""Debuggers that listen on every address."""

import pytest
from tests.support.work import ends

from careen.formats.services.debuggers import open_debuggers


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("node --inspect=0.0.0.0 app.js", "the debugger of Node.js"),
        ("node --inspect-brk=0.0.0.0:9229 app.js", "the debugger of Node.js"),
        ("node --inspect=[::]:9229 app.js", "the debugger of Node.js"),
        ("sh -c 'exec node --inspect=0.0.0.0:9229'", "the debugger of Node.js"),
        ("deno run --inspect-wait=0.0.0.0:9229 x.ts", "the debugger of Node.js"),
        ("java -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005 -jar a.jar", "the debugger of Java"),
        ("java -Xrunjdwp:transport=dt_socket,address=0.0.0.0:5005,server=y -jar a.jar", "the debugger of Java"),
        ("java -Dcom.sun.management.jmxremote.port=9010 -Dcom.sun.management.jmxremote.authenticate=false -jar a.jar", "JMX"),
        ("python -m debugpy --wait-for-client --listen 0.0.0.0:5678 app.py", "the debugger of Python"),
        ("dlv exec ./app --headless --listen=:2345 --api-version=2", "the debugger of Go"),
        ("dlv debug -l 0.0.0.0:2345 --headless", "the debugger of Go"),
        ("rdbg --open --host 0.0.0.0 --port 12345 app.rb", "the debugger of Ruby"),
        ("gdbserver :1234 ./app", "gdbserver"),
        ("flask --app shop run --debug --host=0.0.0.0", "the console of Flask"),
        ("jupyter lab --ip=0.0.0.0 --ServerApp.token='' --allow-root", "Jupyter without a token"),
        ("jupyter notebook --NotebookApp.token= --ip 0.0.0.0", "Jupyter without a token"),
    ],
)
def test_open_to_everybody(command, what):
    assert list(open_debuggers(command.split(" "))) == [f"{what} on every address"]


@pytest.mark.parametrize(
    "command",
    [
        "node app.js",
        "node --inspect app.js",
        "node --inspect=9229 app.js",
        "node --inspect=127.0.0.1:9229 app.js",
        "node --inspect=localhost app.js",
        "java -agentlib:jdwp=transport=dt_socket,server=y,address=5005 -jar a.jar",
        "java -agentlib:jdwp=transport=dt_socket,server=y,address=127.0.0.1:5005 -Dlisten.address=*:80 -jar a.jar",
        "java -Dcom.sun.management.jmxremote.port=9010 -jar a.jar",
        "python -m debugpy --listen 5678 app.py",
        "dlv exec ./app --listen=127.0.0.1:2345",
        "dlv exec ./app",
        "rdbg --open app.rb",
        "gdbserver localhost:1234 ./app",
        "flask run --host=0.0.0.0",
        "flask run --debug",
        "jupyter lab --ip=0.0.0.0",
        "jupyter lab --ip=0.0.0.0 --ServerApp.token=abc",
    ],
)
def test_not_open(command):
    assert list(open_debuggers(command.split(" "))) == []


def test_variables_count_with_the_command():
    flask = ["flask", "run", "--host=0.0.0.0"]
    assert list(open_debuggers(flask, [("FLASK_DEBUG", "1")])) == ["the console of Flask on every address"]
    assert list(open_debuggers(flask, [("FLASK_DEBUG", "0"), ("OTHER", "--debug")])) == []
    assert list(open_debuggers(["node", "a.js"], [("NODE_OPTIONS", "--inspect=0.0.0.0")]))


@pytest.mark.parametrize("part", ["debugpy ", "dlv ", "gdbserver ", "-agentlib:jdwp=", "jupyter --ip=", "--inspect=", " "])
def test_hostile_commands(part):
    with ends():
        list(open_debuggers([part * 1_000_000]))
