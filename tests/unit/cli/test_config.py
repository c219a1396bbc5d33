import json


def test_every_setting_with_its_origin(careen_command, monkeypatch, tmp_path):
    monkeypatch.setenv("CAREEN_REGISTRY_PASSWORD", "hunter2")
    file = tmp_path / "c.toml"
    file.write_text("strict = true")
    code, out, err = careen_command("config", "show", "--config", str(file), "--log-level", "info")
    assert (code, err) == (0, "")
    lines = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert lines["strict"] == ["true", str(file)]
    assert lines["log_level"] == ["info", "--log-level"]
    assert lines["cache_dir"][1] == "CAREEN_CACHE_DIR"
    assert lines["registry_password"] == ["(redacted)", "CAREEN_REGISTRY_PASSWORD"]
    assert "hunter2" not in out


def test_for_programs(careen_command):
    assert careen_command("config", "--json") == careen_command("config", "show", "--json")
    document = json.loads(careen_command("config", "show", "--json")[1])
    assert document["strict"] == {"value": "false", "origin": "default"}
