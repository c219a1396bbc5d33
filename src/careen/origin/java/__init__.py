"""Java classes, also compiled again or relocated: what does not depend on the package that they are in."""
