"""The ways that a message takes, a module each: its target, and the form of the message.

A channel that posts has ``request``, a pure function; mail and tickets have ``send``. Text of a message is data for all of
them: none of it becomes markup, a mention, a header or a link.
"""
