"""Google's way to say no: https://developers.google.com/workspace/calendar/api/guides/errors"""


class ApiError(Exception):
    def __init__(self, status, reason, message="", headers=None):
        super().__init__(message or reason)
        self.status, self.reason, self.headers = status, reason, headers or {}

    def body(self):
        domain = "usageLimits" if "imit" in self.reason or "uota" in self.reason else "global"
        detail = {"domain": domain, "reason": self.reason, "message": str(self)}
        return {"error": {"code": self.status, "message": str(self), "errors": [detail]}}


class OAuthError(Exception):
    """RFC 6749, 5.2"""

    def __init__(self, error, description="", status=400):
        super().__init__(description or error)
        self.error, self.status = error, status

    def body(self):
        return {"error": self.error, "error_description": str(self)}
