from . import api, booking, connect, manage
