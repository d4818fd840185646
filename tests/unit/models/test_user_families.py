"""Families that the user describes, and those that edit instead of filling a hole."""

from __future__ import annotations

import pytest

from foretype.errors import ConfigurationError
from foretype.models import families
from foretype.models.families import family_of
from foretype.models.provider import Endpoint
from foretype.models.registry import choices
from foretype.models.user_families import families_of
from foretype.settings.model import FamilySettings

TEMPLATE = "<s>{suffix}<p>{prefix}<m>"


def test_a_family_of_the_user() -> None:
    (family,) = families_of({"House model": FamilySettings(TEMPLATE, (), ("<e>",), ("<x>",), 4096)})
    assert family.suffix_first
    assert family.tokens == ("<s>", "<p>", "<m>", "<e>", "<x>")
    assert (family.stop, family.leads, family.context) == (("<e>",), ("<m>",), 4096)
    assert family_of("org/house-model-7b", (family,)) is family
    assert choices(Endpoint("http://x/v1", "house-model", families=(family,)))[0].mode == "fim"


def test_it_comes_before_the_known_ones() -> None:
    described = {"mine": FamilySettings(TEMPLATE, ("coder-7b",))}
    own = families_of(described)
    assert family_of("qwen2.5-coder-7b", own) is own[0]
    assert family_of("qwen2.5-coder-3b", own) is families.QWEN


@pytest.mark.parametrize("described", [{"mine": FamilySettings()}, {"--": FamilySettings(TEMPLATE)}])
def test_a_family_that_says_too_little(described: dict[str, FamilySettings]) -> None:
    with pytest.raises(ConfigurationError, match=r"model\.families"):
        families_of(described)


@pytest.mark.parametrize("model", ["zed-industries/zeta", "zeta-2", "zeta-2.1:q8"])
def test_models_that_rewrite_a_region_are_not_asked_to_fill_a_hole(model: str) -> None:
    assert family_of(model) is None
