"""Puts the addon's folder on the path, so that `import availability` is the engine without Odoo, and the repository's,
for `devtools`. At the end: nothing in them may stand in for a module of the standard library."""

import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parents[1], HERE.parents[1] / "meetings_scheduler"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

# `meetings_scheduler.sync` and `.providers` under their full names, which their relative imports need; the addon's own
# __init__, which imports Odoo, stays out.
addon = ModuleType("meetings_scheduler")
addon.__path__ = [str(HERE.parents[1] / "meetings_scheduler")]
sys.modules.setdefault("meetings_scheduler", addon)
