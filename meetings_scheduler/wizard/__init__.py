from . import scheduling_reason, scheduling_reassign, scheduling_two_accounts
