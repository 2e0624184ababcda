"""Templates of the home repository in the place of packaged ones: used, distrusted, and replaced when they fail."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from ghapp import plugins
from ghapp.core.effects import Say
from ghapp.core.facts import Page, Position
from ghapp.core.incident import Incident
from ghapp.duties.page_texts import Message, PageTexts
from ghapp.duties.template_check import names, problems
from ghapp.duties.templates import Replaced, templates_folder
from ghapp.duties.texts import TemplateTexts
from tests.duties.test_texts import OURS, PAYLOAD, alert, hostile, raised, sealed
from tests.support.activity import active
from tests.support.builders import NOW, firing, issue_of, model


def replacing(**replaced: str) -> tuple[TemplateTexts, Replaced]:
    """Texts with some templates replaced: `again="…"` stands for again.md."""
    found, place = model(), Replaced()
    place.take({f"{name}.md": text for name, text in replaced.items()})
    link = "https://git.example/{}".format
    return TemplateTexts(lambda: found, plugins.commands, link, replaced=place), place


def refused(texts: TemplateTexts) -> str:
    return texts.comment(Say("key", "refused", {"name": "ack", "why": "It is `closed`."}), None)


def paged(replaced: Replaced, incident: Incident) -> Message:
    page = Page(
        key=incident.key, position=Position(run=1, round=0, level=1, since=NOW), logins=(OURS,)
    )
    issue = issue_of(incident, url="https://git.example/7")
    return PageTexts(str, replaced=replaced).page(page, incident, issue, model(), OURS)


PACKAGED = refused(replacing()[0])


def test_the_words_of_the_repository_come_first() -> None:
    texts, replaced = replacing(refused="Sorry: {{ why }}")
    assert refused(texts) == "Sorry: It is `closed`."
    assert replaced.failures == {}


def test_others_are_the_packaged_ones() -> None:
    texts, _ = replacing(again="Again!")
    assert refused(texts) == PACKAGED


def test_a_change_counts_at_once_and_so_does_the_end() -> None:
    texts, replaced = replacing(refused="One.")
    assert refused(texts) == "One."
    replaced.take({"refused.md": "Two."})
    assert refused(texts) == "Two."
    replaced.take({})
    assert refused(texts) == PACKAGED


def test_what_packaged_templates_include_can_be_replaced() -> None:
    texts, _ = replacing(handoff_over="{% include 'refused.md' %}", refused="Included.")
    assert texts.plain("handoff_over.md") == "Included."


class TestFailures:
    @pytest.mark.parametrize(
        ("text", "line", "message"),
        [
            pytest.param("\n\n{{ nothing }}", 3, "'nothing' is undefined", id="a wrong name"),
            pytest.param("{{ 1 / 0 }}", 1, "division by zero", id="arithmetic"),
            pytest.param("\n{{ why.__class__.mro() }}", 2, "unsafe", id="a way out of the sandbox"),
            pytest.param("{{ 'x' * 1000000000 }}", 1, "can't be used", id="a text without end"),
            pytest.param("{{ 9 ** 9 }}", 1, "can't be used", id="a number without end"),
            pytest.param(
                "{% for n in range(9) %}{% endfor %}", 1, "range", id="a loop for nothing"
            ),
            pytest.param("{{ name.append(1) }}", 1, "append", id="a change of what it is given"),
            pytest.param("\n{% if %}", 2, "Expected an expression", id="no template at all"),
            pytest.param(" {{ '' }}\n", 1, "it came out empty", id="an empty text"),
            pytest.param("{% include 'refused.md' %}", 1, "recursion", id="without end"),
        ],
    )
    def test_the_packaged_one_speaks_and_the_failure_is_noted(
        self, text: str, line: int, message: str
    ) -> None:
        texts, replaced = replacing(refused=text)
        assert refused(texts) == PACKAGED
        (problem,) = replaced.failures.values()
        assert (problem.file, problem.line) == (".github/ghapp/refused.md", line)
        assert message in problem.message

    def test_in_what_another_includes(self) -> None:
        texts, replaced = replacing(handoff_state="{{ one.nothing }}", refused="Sorry.")
        with pytest.raises(Exception, match="one"):
            texts.plain("handoff_state.md")  # for want of facts the packaged one fails as well
        assert refused(texts) == "Sorry."
        assert list(replaced.failures) == ["handoff_state.md"]

    def test_a_fault_of_ours_is_not_blamed_on_the_repository(self) -> None:
        texts, replaced = replacing(again="Again!")
        with pytest.raises(Exception, match="why"):
            texts.plain("refused.md", name="ack")
        assert replaced.failures == {}

    def test_it_is_forgotten_with_the_text(self) -> None:
        texts, replaced = replacing(refused="{{ nothing }}", again="{{ nothing }}")
        refused(texts)
        replaced.take({"refused.md": "{{ nothing }}", "again.md": "Again!"})
        assert list(replaced.failures) == ["refused.md"]
        replaced.take({"refused.md": "Sorry."})
        assert replaced.failures == {}

    def test_a_page_goes_out_all_the_same(self) -> None:
        replaced = Replaced()
        replaced.take({"page.txt": "{{ incident.nothing }}"})
        assert "To take it, comment /ack" in paged(replaced, raised(firing())[0]).body
        assert list(replaced.failures) == ["page.txt"]


class TestHostileText:
    """Whatever a template does with a stranger's words, they come out as they were: words."""

    @pytest.mark.parametrize(
        "expression",
        [
            "signal.summary",
            "title",
            "raw",
            "documentation",
            "signal.summary | safe",
            "signal.summary | e | safe",
            "signal.summary | mention",
            "[signal.summary] | mentions",
            "('{}' | code).format(signal.summary)",
            "(signal.summary | code).replace('`', '') ~ signal.summary",
            "'%s' | format(signal.summary)",
            "signal.summary | code",
            "signal.summary | address",
            "signal.summary | upper | urlize",
            "signal.fields | tojson",
            "signal.fields | pprint",
            "[signal.summary] | join('<b>')",
            "signal.links",
            "signal",
        ],
    )
    @settings(max_examples=15)
    @given(text=hostile)
    def test_in_a_body(self, expression: str, text: str) -> None:
        source = f"{{{{ {expression} }}}}\n\n{{{{ status }}}}"
        assert problems("incident.md", source) == ()
        texts, _ = replacing(incident=source)
        incident, effect = raised(alert(text))
        body = texts.body(effect)
        assert active(body) == []
        assert sealed(body, incident)

    def test_in_a_block_that_is_kept_and_printed(self) -> None:
        source = (
            "{% set kept %}{{ signal.summary }}{% endset %}{{ kept }}"
            "{% macro shown() %}{{ raw }}{% endmacro %}{{ shown() }}"
        )
        assert problems("incident.md", source) == ()
        texts, _ = replacing(incident=source)
        assert active(texts.body(raised(alert(PAYLOAD))[1])) == []

    def test_in_a_title(self) -> None:
        texts, _ = replacing(incident_title="{{ signal }}\n{{ incident.summary }}")
        title = texts.title(raised(alert("@alice\nfixes #1"))[0])
        assert "@alice" not in title
        texts, _ = replacing(incident_title="{{ incident.summary }}\n({{ incident.area }})")
        title = texts.title(raised(alert("@alice\nfixes #1"))[0])
        assert title == "\uff20alice fixes \uff031 (deployment)"

    def test_in_a_page(self) -> None:
        replaced = Replaced()
        replaced.take({"page.txt": "{{ incident.summary }}\n{{ link }} {{ incident | safe }}"})
        message = paged(replaced, raised(alert("<@everyone> look"))[0])
        assert message.subject == "\u2039\uff20everyone\u203a look"
        assert message.body.startswith("https://git.example/7 ")
        assert not {"@", "<", ">"} & set(message.body)


def test_a_template_without_the_status_still_has_one_and_its_seal() -> None:
    texts, _ = replacing(incident="Short.")
    incident, effect = raised(firing())
    body = texts.body(effect)
    assert sealed(body, incident)
    later = texts.updated(body, incident)
    assert "Acknowledge by" in later
    assert "Short." in later
    assert sealed(later, incident)


@pytest.mark.parametrize("name", names())
def test_every_packaged_template_may_be_copied_and_changed(name: str) -> None:
    text = (templates_folder() / name).read_text(encoding="utf-8")
    assert problems(name, text) == ()


def test_another_folder_may_be_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "refused.md").write_text("Mine.")
    texts = TemplateTexts(model, plugins.commands, str, folder=tmp_path)
    assert refused(texts) == "Mine."
