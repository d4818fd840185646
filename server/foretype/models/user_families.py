"""Families that the user describes in the settings, as the built-in ones are. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from foretype.errors import ConfigurationError
from foretype.models.families import Family, make_family, squeezed
from foretype.settings.model import FamilySettings


def families_of(described: Mapping[str, FamilySettings]) -> tuple[Family, ...]:
    """The families. ConfigurationError where one has no template, or no name that a model's name could hold."""
    return tuple(_family(name, settings) for name, settings in described.items())


def _family(name: str, settings: FamilySettings) -> Family:
    if not settings.template:
        raise ConfigurationError(
            f"model.families.{name} has no template.", "Give it one that holds {prefix} and {suffix} once each."
        )
    models = tuple(part for part in map(squeezed, settings.models or (name,)) if part)
    if not models:
        raise ConfigurationError(
            f"model.families.{name} says of no model that it is one.", "List parts of models' names in its `models`."
        )
    return make_family(name, settings.template, settings.stop, settings.tokens, models=models, context=settings.context)
