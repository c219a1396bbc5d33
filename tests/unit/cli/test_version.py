import json

import careen


def test_for_people(careen_command):
    assert careen_command("version") == (0, f"careen {careen.__version__}\n", "")


def test_for_reports_of_bugs(careen_command):
    code, out, _ = careen_command("version", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["careen"] == careen.__version__
    assert {"msgspec", "urllib3", "packaging", "rich"} <= set(document["libraries"])
    assert all(document["libraries"][name] for name in ("msgspec", "urllib3", "packaging", "rich"))
    assert "pytest" not in document["libraries"]
