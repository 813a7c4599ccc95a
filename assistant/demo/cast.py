"""Everybody and everything of the demo by the name that its files use."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.classification import Category
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person

if TYPE_CHECKING:
    from assistant.demo.article_life import ArticleLife


@dataclass
class Cast:
    """Who and what there is, by kind and name."""

    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    items: dict[str, ConfigurationItem] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    articles: dict[str, "ArticleLife"] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
