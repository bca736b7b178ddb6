from . import scheduling_reason, scheduling_reassign
