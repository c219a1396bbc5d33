import pytest

from careen.output.summary import build_step


@pytest.mark.parametrize(
    ("history", "step"),
    [
        ("/bin/sh -c #(nop) ADD file:1f2e in / ", "ADD file:1f2e in /"),
        ('/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'),
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("|1 V=1.2 /bin/sh -c apt-get   install -y a=$V", "RUN apt-get install -y a=$V"),
        ("RUN /bin/sh -c apt-get update # buildkit", "RUN apt-get update"),
        ("RUN |2 A=1 B=x y /bin/sh -c make\t&& make install # buildkit", "RUN make && make install"),
        ("RUN /bin/bash -o pipefail -c curl x | sh # buildkit", "RUN curl x | sh"),
        ("COPY . /app # buildkit", "COPY . /app"),
        ("WORKDIR /app", "WORKDIR /app"),
        ("RUN npm ci", "RUN npm ci"),
        ("", ""),
    ],
)
def test_as_a_dockerfile_has_it(history, step):
    assert build_step(history) == step
