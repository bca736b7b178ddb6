from . import test_booking
from . import test_calendar_events
from . import test_outbox
from . import test_page_explain
from . import test_page_rules
from . import test_page_types
