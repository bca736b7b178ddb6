from . import api, booking, manage
