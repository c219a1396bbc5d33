"""The origin of code: features of files come in, the projects and versions that have them go out.

Arrays are numpy's (extra ``origin``). Nothing in this package reads a package name: only its content identifies code.
"""
