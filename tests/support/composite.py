"""A composite action as a runner runs it: its conditions, environment and files, and a store in the place of its caches."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.unit.ci.test_runner_files import read_back

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
NAME = re.compile(r"(?<![\w'.-])(?:inputs|steps|github|runner)(?:\.[\w-]+)+")


@dataclass
class Runner:
    """``store``: what caches were saved, by key. ``log``: (step, exit code, output) of the last run."""

    action: Path
    work: Path
    temp: Path
    store: Path
    environ: dict = field(default_factory=dict)
    log: list = field(default_factory=list)

    def run(self, event="push", **inputs):
        """The outputs of the action by the names of its steps, and whether every step passed."""
        document = yaml.safe_load(self.action.read_text("utf-8"))
        given = {name: str(about.get("default", "")) for name, about in document["inputs"].items()}
        unknown = {name.replace("_", "-") for name in inputs} - given.keys()
        assert not unknown, unknown
        values = {"github.event_name": event, "github.action_path": str(self.action.parent), "github.token": "the-token"}
        values |= {"runner.os": "Linux", "runner.arch": "X64", "github.ref_type": "branch"}
        values |= {f"inputs.{name}": filled(text, values) for name, text in given.items()}
        values |= {f"inputs.{name.replace('_', '-')}": text for name, text in inputs.items()}
        self.log, failed = [], False
        for number, step in enumerate(document["runs"]["steps"]):
            name = step.get("id", f"step{number}")
            condition = step.get("if", "")
            always = "cancelled()" in condition
            if (failed and not always) or (condition and not value_of(unwrapped(condition), values)):
                values[f"steps.{name}.outcome"] = "skipped"
                continue
            code, outputs = self._step(step, values, event)
            values |= {f"steps.{name}.outputs.{key}": text for key, text in outputs.items()}
            values[f"steps.{name}.outcome"] = "failure" if code else "success"
            failed = failed or code != 0
        return {name: filled(about["value"], values) for name, about in document["outputs"].items()}, not failed

    def _step(self, step, values, event):
        if "uses" in step:
            given = {name: filled(text, values) for name, text in step["with"].items()}
            return 0, self._cache(step["uses"], given)
        output = self.temp / "output"
        output.write_text("")
        environ = {name: filled(str(text), values) for name, text in step.get("env", {}).items()}
        runners = {"GITHUB_OUTPUT": str(output), "RUNNER_TEMP": str(self.temp), "GITHUB_EVENT_NAME": event}
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command,
            cwd=self.work,
            env={**kept, **self.environ, **runners, **environ},
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.log.append((step["name"], done.returncode, done.stdout + done.stderr))
        return done.returncode, outputs_of(output.read_text())

    def _cache(self, uses, given):
        """As actions/cache does: an entry is written once, and the newest one that begins with a key is restored."""
        name, place = uses.partition("@")[0], Path(given["path"])
        if name == "actions/cache/save":
            if not (self.store / given["key"]).exists() and place.exists():
                shutil.copytree(place, self.store / given["key"])
            return {}
        assert name == "actions/cache/restore"
        for key in (given["key"], *given["restore-keys"].split()):
            found = sorted(self.store.glob(f"{key}*"))
            if found:
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(found[-1], place)
                break
        hit = (self.store / given["key"]).exists()
        return {"cache-primary-key": given["key"], "cache-hit": str(hit).lower()}


def filled(text, values):
    return EXPRESSION.sub(lambda found: str(value_of(found[1], values)), text)


def unwrapped(condition):
    found = EXPRESSION.fullmatch(condition.strip())
    return found[1] if found else condition


def value_of(expression, values):
    """Of the expressions that the action has: names, texts, ``==``, ``!=``, ``&&``, ``||``, ``contains``, ``cancelled``."""
    known = []

    def kept(found):
        known.append(values.get(found[0], ""))
        return f"known[{len(known) - 1}]"

    code = NAME.sub(kept, expression).replace("&&", " and ").replace("||", " or ")
    code = re.sub(r"!(?!=)", " not ", code)
    functions = {"contains": lambda items, item: item in items, "fromJSON": yaml.safe_load, "cancelled": lambda: False}
    return eval(code.strip(), {"__builtins__": {}, "known": known, **functions})


def outputs_of(text):
    """Both forms of a runner's file: NAME=VALUE, and the one with a delimiter."""
    plain = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[\w-]+=", line))
    return plain | {name: value for name, value in read_back(text).items() if "=" not in name}
