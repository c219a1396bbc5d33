import pytest

from careen.behaviour.kinds import kind_by_name, kind_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x7fELF", "program"),
        (b"MZ", "program"),
        (b"#!/bin/sh\n", "shell"),
        (b"#!/usr/bin/env python3\n", "python"),
        (b"#! /usr/bin/env -S node --x\n", "javascript"),
        (b"#!/usr/bin/perl -w\n", "perl"),
        (b"#!/sbin/openrc-run\n", "other"),
        (b"text", None),
    ],
)
def test_first_bytes(head, kind):
    assert kind_of("a", head) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/b.py", "python"),
        ("a.MJS", "javascript"),
        ("root/.bashrc", "shell"),
        ("etc/profile.d/x", "shell"),
        ("app/node_modules/a/package.json", "manifest"),
        ("usr/lib/systemd/system/a.service", "unit"),
        ("etc/systemd/system/a.wants/a.service", None),
        ("opt/a.service", None),
        ("a.txt", None),
        ("py", None),
    ],
)
def test_names(path, kind):
    assert kind_by_name(path) == kind
    assert kind_of(path, b"x = 1\n") == kind
    assert kind_of(path, b"\0\0") is None
