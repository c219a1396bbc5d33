"""Where code comes from: features of files come in, the projects and versions that have them go out.

Arrays are numpy's (extra ``origin``). Nothing here reads a package name: code is known by its content alone.
"""
