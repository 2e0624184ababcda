"""What is wrong with a template, told before it is used: file, line, and what to do."""

import pytest

from ghapp.duties.template_check import LONGEST, names, problems


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("again.md", "", [], id="nothing at all is seen when it is used"),
        pytest.param(
            "again.md", "{{ notified | mentions }} {{ area.owner | code }}", [], id="good"
        ),
        pytest.param(
            "agian.md",
            "",
            [(1, "no template has this name", "did you mean `again.md`?")],
            id="name",
        ),
        pytest.param(
            "dashboard.html", "", [(1, "no template has this name", "")], id="a page of the server"
        ),
        pytest.param(
            "again.md",
            "\n{% if due %}",
            [(2, "Unexpected end of template. Jinja was looking for", "")],
            id="not closed",
        ),
        pytest.param(
            "page.txt", "\n\n{{ }}", [(3, "Expected an expression", "")], id="no expression"
        ),
        pytest.param(
            "again.md", "\n{{ due | shout }}", [(2, "No filter named 'shout'.", "")], id="filter"
        ),
        pytest.param(
            "page.txt",
            "{{ to | mention }}",
            [(1, "No filter named 'mention'.", "")],
            id="a page mentions nobody",
        ),
        pytest.param(
            "again.md",
            "{{ notfied }}\n{{ notfied }}",
            [
                (1, "there is no `notfied` here", "did you mean `notified`?"),
                (2, "there is no `notfied` here", "did you mean `notified`?"),
            ],
            id="a name",
        ),
        pytest.param(
            "page.txt",
            "{{ resolve_by }}",
            [(1, "there is no `resolve_by` here", "")],
            id="a name of others",
        ),
        pytest.param(
            "again.md",
            "{{ incident.sumary }}",
            [(1, "`incident` has no `sumary`", "did you mean `summary`?")],
            id="an attribute",
        ),
        pytest.param(
            "again.md",
            "{{ severity.acknowlege }} {{ incident.phase.value }}",
            [(1, "`severity` has no `acknowlege`", "did you mean `acknowledge`?")],
            id="an attribute of the model",
        ),
        pytest.param(
            "again.md",
            "{% for incident in [1] %}{{ incident.real }}{% endfor %}",
            [],
            id="a name of its own",
        ),
        pytest.param(
            "again.md",
            "{% filter upper %}x{% endfilter %}\n{% call signal.summary.format() %}{% endcall %}",
            [
                (1, "{% filter %} can't be used here", "it prints without escaping"),
                (2, "{% call %} can't be used here", "it prints without escaping"),
            ],
            id="without escaping",
        ),
        pytest.param(
            "incident.md",
            '{{ status }}\n<!-- ghapp {"kind":"incident","key":"x"} -->',
            [(2, "a template must not contain a marker of ghapp", "leave the line out")],
            id="a marker",
        ),
        pytest.param(
            "again.md", "x" * (LONGEST + 1), [(1, "the template is longer than", "")], id="too long"
        ),
        pytest.param(
            "again.md",
            "{{" + "(" * 5_000,
            [(1, "the template is nested too deeply", "")],
            id="deep",
        ),
    ],
)
def test_problems(name: str, text: str, said: list[tuple[int, str, str]]) -> None:
    found = problems(name, text)
    assert [(one.line, one.message[: len(said[n][1])]) for n, one in enumerate(found)] == [
        (line, message) for line, message, _ in said
    ]
    for one, (_, _, hint) in zip(found, said, strict=True):
        assert one.hint == hint or not hint
        assert (one.file, one.level) == (f".github/ghapp/{name}", "error")


def test_the_pages_of_the_server_are_not_to_be_replaced() -> None:
    assert {"incident.md", "incident_title.md", "page.txt", "model_problem.md"} <= {*names()}
    assert not any(name.endswith(".html") for name in names())


def test_a_file_on_disk_is_named_as_it_lies() -> None:
    (problem,) = problems("agian.md", "", "ops/.github/ghapp/agian.md")
    assert str(problem).startswith("ops/.github/ghapp/agian.md:1:1: error: ")
