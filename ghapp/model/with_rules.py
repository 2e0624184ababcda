"""The model with a field for each rule that there is, so that a rule's settings are validated like everything else."""

from functools import lru_cache
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, create_model

from ghapp.model.rule_settings import Rules, RuleSettings, RuleTable
from ghapp.model.section import FrozenMap, MayBeEmpty, Section
from ghapp.model.types import Hygiene, Model, Review

S = TypeVar("S", bound=Section)


def model_type(rules: Rules | None) -> type[Model]:
    """The type of a model that knows these rules; of one that takes any rule and any setting of it for None.

    For equal rules it is the same type, so that models can be compared.
    """
    if rules is None:
        return Model
    return _model_type(FrozenMap(rules.review), FrozenMap(rules.hygiene))


@lru_cache(maxsize=16)
def _model_type(
    review: FrozenMap[str, RuleSettings], hygiene: FrozenMap[str, RuleSettings]
) -> type[Model]:
    reviews = _typed(Review, "rules", _table("ReviewRules", review))
    backlog = _typed(Hygiene, "rules", _table("HygieneRules", hygiene))
    return _typed(_typed(Model, "review", reviews), "hygiene", backlog)


def _table(name: str, rules: FrozenMap[str, RuleSettings]) -> type[RuleTable]:
    fields: dict[str, Any] = {
        rule: (Annotated[type(default), MayBeEmpty()], Field(default=default))
        for rule, default in rules.items()
    }
    table = create_model(
        name,
        __base__=RuleTable,
        __doc__="Rules by their names.",
        __cls_kwargs__={"extra": "forbid", "use_attribute_docstrings": False},
        **fields,
    )
    return cast("type[RuleTable]", table)


def _typed(section: type[S], field: str, kind: type[Section]) -> type[S]:
    """The same section with a field of a narrower type."""
    fields: dict[str, Any] = {
        field: (kind, Field(default=kind(), description=section.model_fields[field].description))
    }
    made: type[S] = create_model(
        section.__name__,
        __base__=section,
        __doc__=section.__doc__,
        __cls_kwargs__={"use_attribute_docstrings": False},
        **fields,
    )
    return made
