"""Composes the product: settings, plugins, stores and advisories come together here, for whichever shell asks.

A reference or paths, and the settings, come in; a report, or what else was asked for, goes out. Shells call the public
functions of these modules; programs of others call ``careen``.
"""
