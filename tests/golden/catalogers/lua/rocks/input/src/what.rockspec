build = {}
