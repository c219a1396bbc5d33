"""How well programs and libraries are known by their bytes: versions that their publishers, not the rules, state."""
