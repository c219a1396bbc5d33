"""Composes the product: combines settings, plugins, stores and advisories for every shell.

A reference or paths, and the settings, come in; a report, or another requested result, goes out. Shells call the public
functions of these modules; other programs call ``careen``.
"""
