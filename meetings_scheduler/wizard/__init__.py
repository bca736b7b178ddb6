from . import scheduling_reason
