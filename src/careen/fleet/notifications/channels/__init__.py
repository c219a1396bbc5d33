"""The channels that send messages, a module each: the configuration of its target, and the form of the message.

A channel that posts has ``request``, a pure function; mail and tickets have ``send``. All of them treat the text of a
message as data: none of it can become markup, a mention, a header or a link.
"""
