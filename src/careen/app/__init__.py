"""Composes the product: settings, plugins, stores and advisories come together here, for every shell.

A reference or paths, and the settings, come in; a report, or another requested result, goes out. Shells call the public
functions of these modules; programs of others call ``careen``.
"""
