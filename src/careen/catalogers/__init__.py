"""Find: one file of a layer comes in, facts go out; after the squash, facts come in and packages go out."""
