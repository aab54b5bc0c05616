"""Which Velocity is spoken, and how much a template may do: what a deployment of the mock can set."""

from dataclasses import dataclass

from mockserver.domain.templating.evaluate import Truthiness
from mockserver.domain.templating.limits import LIMITS, Limits
from mockserver.domain.templating.nodes import Template
from mockserver.domain.templating.render import render
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Dialect:
    """Truthiness and bounds of every rendering of a mock."""

    limits: Limits = LIMITS
    truthiness: Truthiness = Truthiness.V1_7

    def render(self, template: Template, context: JsonObject) -> str:
        """Render a parsed template. Raises TemplateError as `render` does."""
        return render(template, context, limits=self.limits, truthiness=self.truthiness)


DIALECT = Dialect()
