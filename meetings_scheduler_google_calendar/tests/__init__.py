from . import test_side_by_side
