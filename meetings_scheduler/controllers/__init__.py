from . import api, booking, connect, explain, manage, suggest
