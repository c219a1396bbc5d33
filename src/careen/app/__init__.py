"""The operations that every shell (command line, server, editor) offers: they combine settings, plugins, stores and advisories.

An operation takes a reference or paths, and the settings, and returns a report or another result. Shells call the public
functions of these modules; other programs call ``careen``.
"""
