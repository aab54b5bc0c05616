"""The tools that the simulated agent runs itself: `Toolbox` dispatches on a call's type, one module for each family of tools.

Client tools and sub-agents are not run here: the first are run by the caller, the others are turns of their own.
"""

from mockserver.domain.simulator.tools.arguments import merged
from mockserver.domain.simulator.tools.images import image_of
from mockserver.domain.simulator.tools.toolbox import Toolbox
from mockserver.domain.simulator.tools.transforms import Transforms, transforms_of

__all__ = ["Toolbox", "Transforms", "image_of", "merged", "transforms_of"]
