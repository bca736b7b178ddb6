"""The four ways a visitor may look at a page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    width: int = 1280
    height: int = 800
    script: bool = True

    @property
    def is_phone(self):
        return self.width < 600

    def __str__(self):
        return f"{self.width}-{'script' if self.script else 'noscript'}"


DESK = View()
PHONE = View(390, 844)
WITH_SCRIPT = [DESK, PHONE]
WITHOUT_SCRIPT = [View(script=False), View(390, 844, script=False)]
EVERYWHERE = [*WITH_SCRIPT, *WITHOUT_SCRIPT]
