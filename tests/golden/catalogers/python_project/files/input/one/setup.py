from setuptools import setup

# don't list this: "urllib3==1.0"
REQUIRES = [
    "py>=1.5.0",
    'pathlib3==2.2.0;python_version<"3.6"',  # "six==1.0"
    " mypy [dmypy] == v0.770",
]
setup(
    name="shop",
    install_requires=REQUIRES + """
django==4.2.23
CairoSVG==2.7.1
""".split(),
    extras_require={'docs': '''sphinx==7.0.0'''.split()},
)
