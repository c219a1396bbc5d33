import os
import select
import shutil
import signal
import subprocess
from contextlib import contextmanager

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
        (["careen", "lsp", "--st"], {"--stdio"}),
        (["careen", "mcp", "--reg"], {"--registry"}),
        (["careen", "scan", "--fail-on", "=", "c"], {"critical", "config"}),
        (["careen", "scan", "--fail-on", "="], {"critical", "high", "config"}),
        (["careen", "scan", "--scanners", "vuln,se"], {"vuln,secret"}),
        (["careen", "scan", "--scanners", "=", "vuln,secret,co"], {"vuln,secret,config"}),
    ],
)
def test_bash_completes(careen_command, app, words, offered):
    script = careen_command("completion", "bash")[1]
    quoted = " ".join(f"'{word}'" for word in words)
    script += f'\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _careen; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())
    assert found == offered if words[-1] != "=" else found > offered


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("careen sc", "scan"),
        ("careen ls", "lsp"),
        ("careen lsp --st", "--stdio"),
        ("careen mcp --reg", "--registry"),
        ("careen db u", "update"),
        ("careen scan --scanners vuln,se", "vuln,secret"),
        ("careen scan --scanners=vuln,se", "--scanners=vuln,secret"),
    ],
)
def test_fish_completes(careen_command, app, tmp_path, line, offered):
    script = tmp_path / "careen.fish"
    script.write_text(careen_command("completion", "fish")[1])
    command = ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "HOME": str(tmp_path)})
    assert done.stdout.split("\t")[0].strip() == offered


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh here")
@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("careen ls", "lsp"),
        ("careen lsp --std", "io"),
        ("careen mcp --reg", "istry="),
        ("careen db upd", "ate"),
        ("careen scan --scanners vuln,se", "cret"),
        ("careen scan --fail-on crit", "ical"),
    ],
)
def test_zsh_completes(careen_command, app, tmp_path, line, completed):
    """Typed into a terminal, with a tab at its end."""
    script = tmp_path / "careen.zsh"
    script.write_text(careen_command("completion", "zsh")[1])
    with terminal(["zsh", "-f", "-i"]) as (typed, shown):
        typed(f"PS1='> '; autoload -U compinit; compinit -u -D; source {script}; echo rea''dy\n")
        assert shown("ready\r")
        typed(f"{line}\t")
        assert shown(completed if completed != "lsp" else "lsp ")


@contextmanager
def terminal(command):
    """``typed(text)``, and ``shown(text)``: whether it appears."""
    import pty

    child, screen = pty.fork()
    if child == 0:
        os.environ["TERM"] = "dumb"
        os.execvp(command[0], command)
    seen = ""

    def shown(text):
        nonlocal seen
        while text not in seen:
            if not select.select([screen], [], [], 30)[0]:
                return False
            seen += os.read(screen, 4096).decode(errors="replace")
        seen = seen.partition(text)[2]
        return True

    try:
        yield lambda text: os.write(screen, text.encode()), shown
    finally:
        os.kill(child, signal.SIGKILL)
        os.close(screen)
        os.waitpid(child, 0)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_shell_itself_can_read_it(careen_command, app, shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    script = careen_command("completion", shell)[1]
    done = subprocess.run([shell, "-n", "/dev/stdin"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
