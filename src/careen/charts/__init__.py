"""Helm charts, rendered without Helm: ``rendered`` gives the manifests of charts, in a process of its own.

A chart is a program of its author. The templates run in a small interpreter that reaches no file, network, clock or program;
steps, text, time and memory are bounded.
**Source:** Helm, "Charts", "Chart Template Guide".
"""

from .process import Job, Rendered, Template, Trouble, rendered

__all__ = ["Job", "Rendered", "Template", "Trouble", "rendered"]
