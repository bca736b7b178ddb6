"""A stand-in for Google's OAuth and Calendar v3: `python -m tests.simulators.google --port 8100`.

It knows what Google documents and nothing of the addon. Requests and answers are checked against the discovery document
in google-api-python-client's wheel: an unknown field or parameter is refused and kept in `violations`.
"""
