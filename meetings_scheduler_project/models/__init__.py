from . import (
    project_task,
    scheduling_task_link,
)
