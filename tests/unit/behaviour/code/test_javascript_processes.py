import pytest

from careen.behaviour.code.javascript_processes import Processes

CASES = [
    ('const cp = require("child_process")', "cp.exec", "exec"),
    ("import * as cp from 'node:child_process'", "cp.spawn", "spawn"),
    ("import cp from 'child_process'", "cp.execSync", "execSync"),
    ('const { exec } = require("child_process")', "exec", "exec"),
    ('const { exec: run, fork } = require("child_process")', "run", "exec"),
    ("import { exec as run } from 'child_process'", "run", "exec"),
    ('const run = require("child_process").exec', "run", "exec"),
    ('const cp = require("child_process"); const run = util.promisify(cp.exec)', "run", "exec"),
    ('var child = _interop(require("child_process"))', "(0, child.exec)", "exec"),
    ('require("child_process").exec("ls")', 'require("child_process").exec', "exec"),
    ("const r = /a/", "r.exec", ""),
    ('const db = require("pg"); const cp = require("child_process")', "db.exec", ""),
    ('const cp = require("child_process")', "cp.on", ""),
]


@pytest.mark.parametrize(("text", "callee", "function"), CASES)
def test_the_function_that_is_called(text, callee, function):
    assert Processes(text.encode()).function(callee.encode()) == function.encode()
