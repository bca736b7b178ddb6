from . import controllers, models, wizard
from .access_log import keep_secrets_out
from .hooks import pre_init_hook
