from . import calendar_event
from . import calendar_recurrence
from . import res_users
from . import scheduling_booking_record
from . import scheduling_event_link
from . import scheduling_sync_in
