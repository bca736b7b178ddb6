from . import test_booking
from . import test_calendar_events
from . import test_outbox
