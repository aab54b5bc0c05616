"""The tools that the simulated agent runs itself: `Toolbox` dispatches on a call's type, one module for each family of tools.

Client tools and sub-agents are not run here: the first are run by the caller, the others are turns of their own.
"""

from mockserver.domain.simulator.tools.arguments import merged
from mockserver.domain.simulator.tools.images import image_of
from mockserver.domain.simulator.tools.toolbox import Toolbox

__all__ = ["Toolbox", "image_of", "merged"]
