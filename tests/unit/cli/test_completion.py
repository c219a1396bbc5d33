import shutil
import subprocess

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_knows_commands_flags_and_words(careen_command, app, shell):
    code, out, err = careen_command("completion", shell)
    assert (code, err) == (0, "")
    for word in ("scan", "completion", "fail-on", "negligible", "cyclonedx", "status"):
        assert word in out
    assert "==SUPPRESS==" not in out
    assert "registry-password" not in out


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["careen", "sc"], {"scan"}),
        (["careen", "scan", "--fail"], {"--fail-on"}),
        (["careen", "scan", "--fail-on", "c"], {"critical", "config"}),
        (["careen", "scan", "x", "--format", "cy"], {"cyclonedx", "cyclonedx-xml"}),
        (["careen", "db", "u"], {"update"}),
    ],
)
def test_bash_completes(careen_command, app, words, offered):
    script = careen_command("completion", "bash")[1]
    quoted = " ".join(f"'{word}'" for word in words)
    script += f'\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _careen; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_shell_itself_can_read_it(careen_command, app, shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    script = careen_command("completion", shell)[1]
    done = subprocess.run([shell, "-n", "/dev/stdin"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
